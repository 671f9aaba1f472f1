"""Messages of programs when a desktop fails to start, and the error that each must lead to; see `test_failures`."""

from __future__ import annotations

from dataclasses import dataclass

APT = "apt-get install --no-install-recommends"


@dataclass(frozen=True)
class Failure:
    """The behaviour of a stand-in program, and the desktop's expected error."""

    symptom: str
    says: str
    code: str
    words: str
    fix: str | None
    part: str = "session"
    then: str = "exit 1"


FAILURES = [
    Failure(
        "no Xvfb, x11vnc or Xvnc on PATH",
        "",
        "program-missing",
        "Xtigervnc (the display and VNC server, on a unix socket) is not installed",
        f"{APT} tigervnc-standalone-server",
        "nothing",
    ),
    Failure(
        "the session ends in under 3 s, or its program is not there",
        'Can\'t exec "/usr/bin/xfce4-session": No such file or directory at /usr/bin/startxfce4',
        "session-missing",
        "The session's program is not installed.",
        f"{APT} xfce4-session",
    ),
    Failure(
        "the session ends in under 3 s, or its program is not there",
        "forked",
        "session-ended-early",
        "perhaps it went into the background",
        None,
        then="exit 0",
    ),
    Failure(
        "a conda environment shadows the system's D-Bus",
        "dbus-launch: /opt/conda/lib/libdbus-1.so.3: version `LIBDBUS_PRIVATE_1.12.20' not found (required by …)",
        "dbus-shadowed",
        "often another environment's library shadows the system's",
        f"{APT} dbus-x11",
    ),
    Failure(
        "a conda environment shadows the system's D-Bus",
        "xfce4-session: Unable to contact settings server",
        "dbus-shadowed",
        "can't reach its D-Bus",
        f"{APT} dbus-x11",
    ),
    Failure(
        "a stale lock, or another user's display",
        "(EE) :1 is taken because of /tmp/.X1-lock",
        "display-taken",
        "Every display number that was tried is taken",
        "ls -l /tmp/.X*-lock",
        "display",
    ),
    Failure(
        "/tmp/.X11-unix can't be made",
        "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created.",
        "x11-unix-directory",
        "could not make its socket in /tmp/.X11-unix",
        "install -d -m 1777 /tmp/.X11-unix",
        "display",
    ),
    Failure(
        "no font 'fixed'",
        "Fatal server error: could not open default font 'fixed'",
        "fonts-missing",
        "finds no fonts",
        f"{APT} xfonts-base",
        "display",
    ),
    Failure(
        "a timeout while starting",
        "reading a slow disk",
        "start-timeout",
        "The display server was not ready within 1 s.",
        "start_timeout",
        "display",
        "exec sleep 100",
    ),
    Failure(
        "seccomp kills the session or its D-Bus",
        "dbus-daemon: clone failed: Operation not permitted",
        "seccomp",
        "seccomp profile forbids a system call",
        "seccomp=unconfined",
    ),
    Failure(
        "Chromium's sandbox, or 64 MB of /dev/shm",
        "Failed to move to new namespace: PID namespaces supported, Network namespace supported, but failed: errno = "
        "Operation not permitted",
        "seccomp",
        "seccomp profile forbids a system call",
        "every program in the container",
    ),
    Failure(
        "Chromium's sandbox, or 64 MB of /dev/shm",
        "ERROR: Creating shared memory in /dev/shm/.org.chromium.Chromium.x failed: No space left on device (28)",
        "shared-memory",
        "too little shared memory in /dev/shm",
        "--shm-size",
    ),
    Failure(
        "no GLX, or no Mesa",
        "Error: couldn't get an RGB, Double-buffered visual",
        "gl-missing",
        "software renderer is missing",
        f"{APT} libgl1-mesa-dri",
    ),
    Failure(
        "no GLX, or no Mesa",
        "libGL error: MESA-LOADER: failed to open swrast: /usr/lib/dri/swrast_dri.so: cannot open shared object file",
        "gl-missing",
        "software renderer is missing",
        f"{APT} libgl1-mesa-dri",
    ),
    Failure(
        "another brand's Xvnc rejects a switch",
        "Unrecognized option: -rfbunixpath",
        "vnc-brand",
        "This Xvnc is not TigerVNC's",
        f"{APT} tigervnc-standalone-server",
        "display",
    ),
    Failure(
        "a library of the stream's engine, or of a server, is missing",
        "Xtigervnc: error while loading shared libraries: libpixman-1.so.0: cannot open shared object file",
        "library-missing",
        "The library libpixman-1.so.0 is not installed. The display server ended while starting",
        f"{APT} libpixman-1-0",
        "display",
    ),
    Failure(
        "the file system is full, or the home directory read-only",
        "xfce4-session: cannot write /home/me/.cache/sessions: No space left on device",
        "disk-full",
        "no space left",
        "df -h",
    ),
    Failure(
        "the file system is full, or the home directory read-only",
        "mkdir: cannot create directory '/home/me/.config': Read-only file system",
        "read-only",
        "is read-only",
        "df -h",
    ),
]
