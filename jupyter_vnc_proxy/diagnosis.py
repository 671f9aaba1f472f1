"""Why a part did not start, in one plain sentence, with the command that mends it.

Reads what a part wrote to its log; the signals are those that users of such software report.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .backends import Program
from .errors import MissingProgram, StartFailed

LOG_LINES = 15
"""Lines of a part's log that are shown with an error."""

TITLES = {
    "display": "The display server",
    "vnc": "The VNC server",
    "session": "The desktop session",
    "websockify": "websockify",
}


class Cause(NamedTuple):
    """A pattern in a log, and what it means."""

    pattern: str
    code: str
    message: str
    fix: str | None


CAUSES = (
    Cause(
        r"could not open default font|cannot open default font",
        "fonts-missing",
        "The X server finds no fonts.",
        "sudo apt-get install xfonts-base",
    ),
    Cause(
        r"LIBDBUS_PRIVATE|Unable to contact settings server|Failed to connect to (?:the )?(?:session )?bus",
        "dbus-shadowed",
        "The session can't reach its D-Bus; often another environment's library stands in the system's place.",
        "sudo apt-get install dbus-x11",
    ),
    Cause(
        r"Can't exec|dbus-run-session: failed to exec|(?:No such file or directory|not found).*(?:session|xstartup)",
        "session-missing",
        "The session's program is not installed.",
        "sudo apt-get install --no-install-recommends xfce4-session xfwm4 xfce4-panel xfdesktop4 xfce4-terminal",
    ),
    Cause(
        r"No space left on device|Disk quota exceeded",
        "disk-full",
        "There is no space left to write to.",
        "df -h ~ /tmp",
    ),
    Cause(
        r"Read-only file system",
        "read-only",
        "A directory that the desktop must write to is read-only.",
        None,
    ),
    Cause(
        r"_XSERVTransmkdir.*\.X11-unix|Cannot establish any listening sockets",
        "x11-unix-directory",
        "The X server could not make its socket in /tmp/.X11-unix.",
        "sudo install -d -m 1777 /tmp/.X11-unix",
    ),
    Cause(
        r"is taken because of|Server is already active for display",
        "display-taken",
        "Every display number that was tried is taken, or a stale lock says so.",
        "ls -l /tmp/.X*-lock",
    ),
    Cause(
        r"swrast_dri\.so|couldn't get an RGB",
        "gl-missing",
        "OpenGL's software renderer is missing.",
        "sudo apt-get install libgl1-mesa-dri",
    ),
    Cause(
        r"[Uu]nrecognized option|Unrecognized option|unknown option",
        "unknown-switch",
        "This version of the program does not know a switch that it was given.",
        None,
    ),
    Cause(
        r"clone.*Operation not permitted|seccomp|Failed to move to new namespace",
        "seccomp",
        "The container's seccomp profile forbids a system call that the program needs.",
        "docker run --security-opt seccomp=unconfined …  (this lets every program in the container make more "
        "system calls)",
    ),
)


def part_failed(part: str, reason: str, log: Sequence[str]) -> StartFailed:
    """Return the error for a part that ended or hung (``reason``), explained by what stands in its ``log``."""
    title = TITLES.get(part, part)
    text = "\n".join(log)
    cause = next((each for each in CAUSES if re.search(each.pattern, text)), None)
    if cause is None:
        message, code, fix = f"{title} {reason}.", f"{part}-failed", None
        if reason.startswith("was not ready"):
            code = "start-timeout"
    else:
        message, code, fix = f"{cause.message} {title} {reason}.", cause.code, cause.fix
    return StartFailed(message, code=code, fix=fix, part=part, log=log[-LOG_LINES:])


def session_ended(seconds: float, reason: str, log: Sequence[str], others: Sequence[str]) -> StartFailed:
    """Return the error for a session that ended ``seconds`` after its start; ``others`` are the sessions found here."""
    error = part_failed("session", f"ended after {seconds:.1f} s ({reason})", log)
    if error.code == "session-failed":
        error.code = "session-ended-early"
        home = unwritable_home()
        if home is not None:
            error.message += f" The directory {home} can't be written, which most sessions need."
            error.code = "home-read-only"
        elif reason == "exit status 0":
            error.message += " A session must stay in the foreground: perhaps it put itself into the background."
        if error.fix is None and others:
            error.fix = f"JUPYTER_VNC_SESSION={others[0]} jupyter lab"
        error.args = (error.message,)
    return error


def unwritable_home() -> Path | None:
    """Return the home directory where it can't be written, else ``None``."""
    home = Path.home()
    return None if os.access(home, os.W_OK) else home


def programs_missing(backend: str, programs: Sequence[Program]) -> MissingProgram:
    """Return the error for programs that a backend needs and this machine lacks."""
    obstacle = next((each.obstacle for each in programs if each.obstacle), None)
    if obstacle:
        message = f"The backend {backend} can't run here: {obstacle}."
        return MissingProgram(message, code="not-possible-here", part="display")
    named = " and ".join(f"{each.names[0]} ({each.purpose})" for each in programs)
    verb = "is" if len(programs) == 1 else "are"
    packages = " ".join(each.packages["apt"] for each in programs if "apt" in each.packages)
    return MissingProgram(
        f"{named} {verb} not installed, which the backend {backend} needs.",
        part="display",
        fix=f"sudo apt-get install --no-install-recommends {packages}" if packages else None,
    )
