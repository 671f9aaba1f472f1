"""Explains in one sentence why a process failed to start, with the command that fixes it.

Searches the process's log for messages that users of such programs have reported.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..backends import SIMPLEST_PACKAGES, Program, command_for, describe_missing
from ..backends.sessions import DESKTOPS
from ..errors import LOCK_ERRORS, MissingProgram, StartFailed, other_runtime_directory
from ..system.inheritance.account import account, home_directory, may_enter
from ..system.own_python import explain_hidden_module, hidden_module
from ..system.packages import install_command, install_commands

SHOWN_LINES = 15
"""Lines of a process's log that are shown with an error."""

TITLES = {
    "display": "The display server",
    "vnc": "The VNC server",
    "session": "The desktop session",
    "websockify": "websockify",
}


class Cause(NamedTuple):
    """A pattern in a log and its meaning. ``fix`` is a command, or the packages to install (installer → names)."""

    pattern: str
    code: str
    message: str
    fix: str | Mapping[str, str] | None

    def command(self) -> str | None:
        """Return the command that fixes it here, or ``None``."""
        return install_command(self.fix) if isinstance(self.fix, Mapping) else self.fix


FONTS = {"apt": "xfonts-base", "dnf": "xorg-x11-fonts-misc"}
BUS = {"apt": "dbus-x11", "dnf": "dbus-x11"}
KEYMAPS = {"apt": "x11-xkb-utils xkb-data", "dnf": "xkbcomp xkeyboard-config", "conda": "xkbcomp xkeyboard-config"}
GL = {"apt": "libgl1-mesa-dri", "dnf": "mesa-dri-drivers"}

SHARED_MEMORY = "docker run --shm-size 512m …"
NO_SECCOMP = (
    "docker run --security-opt seccomp=unconfined …  (this lets every program in the container make more system calls)"
)

CAUSES = (
    Cause(
        r"could not open default font|cannot open default font",
        "fonts-missing",
        "The X server finds no fonts.",
        FONTS,
    ),
    Cause(
        r"XKB: (?:Failed to compile keymap|Could not invoke xkbcomp)|Failed to activate virtual core keyboard",
        "keymap-missing",
        "The X server can't compile a keymap: it needs xkbcomp and its data in the directories that it was built for, "
        "such as /usr/bin and /usr/share/X11/xkb, even if the server itself was unpacked elsewhere.",
        KEYMAPS,
    ),
    Cause(
        r"LIBDBUS_PRIVATE|Unable to contact settings server|Failed to connect to (?:the )?(?:session )?bus",
        "dbus-shadowed",
        "The session can't reach its D-Bus; often another environment's library shadows the system's.",
        BUS,
    ),
    Cause(
        r"Could not get password database information|User \"\?\?\?\" unknown",
        "user-unknown",
        "The user database has no entry for this user id, which a program of the session needs.",
        'echo "user:x:$(id -u):$(id -g)::$HOME:/bin/bash" >> /etc/passwd',
    ),
    Cause(
        r"Can't exec|dbus-run-session: failed to exec|(?:No such file or directory|not found).*(?:session|xstartup)",
        "session-missing",
        "The session's program is not installed.",
        DESKTOPS[0].packages,
    ),
    Cause(
        r"/dev/shm.*(?:No space left|failed|[Uu]nable)|(?:failed|[Uu]nable).*(?:shared memory|/dev/shm)",
        "shared-memory",
        "There is too little shared memory in /dev/shm.",
        SHARED_MEMORY,
    ),
    Cause(
        r"No space left on device|Disk quota exceeded",
        "disk-full",
        "There is no space left on the disk.",
        "df -h ~ /tmp",
    ),
    Cause(
        r"Read-only file system",
        "read-only",
        "A directory that the desktop needs to write to is read-only.",
        "df -h ~ /tmp",
    ),
    Cause(
        r"is taken because of|Server is already active for display",
        "display-taken",
        "Every display number that was tried is taken, or has a stale lock.",
        "ls -l /tmp/.X*-lock",
    ),
    Cause(
        r"swrast_dri\.so|couldn't get an RGB|[Ee]xtension \"GLX\" missing|GLX (?:is )?not (?:available|supported)",
        "gl-missing",
        "OpenGL's software renderer is missing.",
        GL,
    ),
    Cause(
        r"[Uu]nrecognized option: -rfb|[Ii]nvalid.*-rfbport|-rfbport.*(?:[Ii]nvalid|must be)",
        "vnc-brand",
        "This Xvnc is not TigerVNC's, or is too old: it does not know one of its arguments.",
        SIMPLEST_PACKAGES,
    ),
    Cause(
        r"[Uu]nrecognized option|unknown option",
        "unknown-switch",
        "This version of the program does not know one of its arguments.",
        None,
    ),
    Cause(
        r"clone.*Operation not permitted|seccomp|Failed to move to new namespace",
        "seccomp",
        "The container's seccomp profile forbids a system call that the program needs.",
        NO_SECCOMP,
    ),
    # Last, because an X server that can use its abstract socket prints the same message and runs.
    Cause(
        r"_XSERVTransmkdir.*\.X11-unix|Cannot establish any listening sockets",
        "x11-unix-directory",
        "The X server could not make its socket in /tmp/.X11-unix.",
        "sudo install -d -m 1777 /tmp/.X11-unix",
    ),
)

HOME_FIX = "mkdir -p /tmp/home && export HOME=/tmp/home"

LIBRARIES = {
    "libgbm": {"apt": "libgbm1", "dnf": "mesa-libgbm"},
    "libpixman-1": {"apt": "libpixman-1-0", "dnf": "pixman", "conda": "pixman"},
    "libxkbcommon": {"apt": "libxkbcommon0", "dnf": "libxkbcommon", "conda": "libxkbcommon"},
    "libwayland-server": {"apt": "libwayland-server0", "dnf": "libwayland-server", "conda": "wayland"},
    "libdrm": {"apt": "libdrm2", "dnf": "libdrm", "conda": "libdrm"},
    "libudev": {"apt": "libudev1", "dnf": "systemd-libs"},
    "libinput": {"apt": "libinput10", "dnf": "libinput"},
    "libva": {"apt": "libva2 libva-drm2", "dnf": "libva", "conda": "libva"},
    "libEGL": {"apt": "libegl1", "dnf": "libglvnd-egl", "conda": "libegl"},
    "libGL": {"apt": "libgl1", "dnf": "libglvnd-glx", "conda": "libgl"},
    "libX11": {"apt": "libx11-6", "dnf": "libX11", "conda": "xorg-libx11"},
}
"""The packages of the system libraries that the engine's wheel needs (installer → names)."""

LIBRARY = re.compile(
    r"error while loading shared libraries: (\S+): cannot open"
    r"|(?:ImportError|OSError).*?(lib[\w.+-]+\.so[\d.]*): cannot open"
)
"""The dynamic loader's message, from a program or through Python."""


def library_missing(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return a sentence on the library that ``text`` reports missing, and commands to install it; or ``None``."""
    match = LIBRARY.search(text)
    if match is None:
        return None
    name = match[1] or match[2]
    packages = LIBRARIES.get(re.split(r"[-.]so|\.so", name)[0].split("-drm")[0], {})
    return f"The library {name} is not installed.", tuple(install_commands(packages))


def process_failed(name: str, reason: str, log: Sequence[str]) -> StartFailed:
    """Return the error for a process that ended or hung (``reason``), with the cause found in its ``log``."""
    title = TITLES.get(name, name)
    message, code, fix = _explained(name, reason, log)
    return StartFailed(f"{message}{title} {reason}.", code=code, fix=fix, part=name, log=log[-SHOWN_LINES:])


def _explained(name: str, reason: str, log: Sequence[str]) -> tuple[str, str, str | None]:
    """Return a sentence with a trailing space (or nothing), the error's code and the command that fixes it."""
    text = "\n".join(log)
    hidden = hidden_module(log)
    if hidden is not None:
        return f"{explain_hidden_module(*hidden)} ", "module-hidden", None
    library = library_missing(text)
    if library is not None:
        return f"{library[0]} ", "library-missing", next(iter(library[1]), None)
    cause = next((each for each in CAUSES if re.search(each.pattern, text)), None)
    if cause is not None:
        return f"{cause.message} ", cause.code, cause.command()
    if reason.startswith("was not ready"):
        return "", "start-timeout", "jupyter lab --VncProxy.start_timeout=90"
    return "", f"{name}-failed", None


def session_ended(seconds: float, reason: str, log: Sequence[str], others: Sequence[str]) -> StartFailed:
    """Return the error for a session that ended ``seconds`` after its start; ``others`` are installed sessions."""
    error = process_failed("session", f"ended after {seconds:.1f} s ({reason})", log)
    if error.code == "session-failed":
        error.code = "session-ended-early"
        home = unwritable_home()
        if home is not None:
            error.message += f" The directory {home} is not writable, and most sessions need it."
            error.code = "home-read-only"
        elif reason == "exit status 0":
            error.message += " A session must stay in the foreground; perhaps it went into the background."
        if error.fix is None and others:
            error.fix = f"JUPYTER_VNC_SESSION={others[0]} jupyter lab"
        error.args = (error.message,)
    return error


def unwritable_home() -> Path | None:
    """Return the home directory if it isn't writable, else ``None``."""
    home = home_directory()
    return None if home is None or os.access(home, os.W_OK) else home


def home_missing() -> StartFailed | None:
    """Return the error for a user without a home directory of their own, as in a container with a foreign user id."""
    home, fix = home_directory(), HOME_FIX
    if home is None:
        message = "HOME is not set, and the user database has no entry for this user; a session needs a home directory."
    elif str(home) == "/" and not os.access(home, os.W_OK):
        message = "HOME is /, which is not writable; a session needs a home directory."
    elif not may_enter(home):  # as after `su -m`
        message = f"HOME is {home}, which this user may not enter; a session needs a home directory."
        entry = account()
        if entry is not None and os.access(entry.pw_dir, os.W_OK | os.X_OK):
            fix = f"export HOME={shlex.quote(entry.pw_dir)}"
    else:
        return None
    return StartFailed(message, code="no-home", fix=fix, part="session")


def directory_unwritable(directory: Path, error: OSError) -> StartFailed:
    """Return the error for a desktop's directory that can't be written, or locked."""
    if error.errno in LOCK_ERRORS:
        message = f"The file system of the directory {directory} has no file locks (flock: {error.strerror})."
        return StartFailed(message, code="no-locks", fix=other_runtime_directory())
    message = f"The directory {directory} could not be written: {error.strerror}."
    return StartFailed(message, code="disk-full", fix="df -h ~ /tmp")


def programs_missing(backend: str, programs: Sequence[Program]) -> MissingProgram:
    """Return the error for programs that a backend needs and this machine lacks."""
    if any(each.obstacle for each in programs):
        message = f"The backend {backend} can't run here: {describe_missing(programs)}"
        return MissingProgram(message, code="not-possible-here", part="display")
    it = "it" if len(programs) == 1 else "them"
    message = f"{describe_missing(programs)} The backend {backend} needs {it}."
    return MissingProgram(message, part="display", fix=command_for(programs))
