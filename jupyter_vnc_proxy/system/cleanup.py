"""Removes files in /tmp and shared memory of killed programs; only this user's, and only of dead processes.

Containers may share /tmp, and a process id in a file there may be another container's. So a program counts as dead only
if nobody listens on its socket either.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import socket
from pathlib import Path

from .files.reading import lock_holder, read_small


def remove_dead_display(display: str) -> None:
    """Remove the socket and the lock of a display such as ``:1`` if they are ours and their X server is dead.

    An X server that chooses its display number (``-displayfd``) makes no ``/tmp/.X<n>-lock``, so the socket is probed.
    """
    number = display.removeprefix(":")
    if not number.isdecimal():
        return
    lock, path = Path(f"/tmp/.X{number}-lock"), Path(f"/tmp/.X11-unix/X{number}")
    with contextlib.suppress(OSError):
        if path.lstat().st_uid == os.getuid() and path.is_socket() and _is_dead(path):
            path.unlink()
    with contextlib.suppress(OSError, ValueError):
        pid = lock_holder(lock)
        if lock.lstat().st_uid == os.getuid() and not Path("/proc", str(pid)).exists() and not path.exists():
            lock.unlink()


def _is_dead(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            return True
    return False


def remove_dead_session_cookies() -> None:
    """Remove each ``/tmp/.xfsm-ICE-*`` whose xfce4-session is dead: it removes the file only at a log-out.

    The file names the session manager's socket, whose name is the process id.
    """
    for file in Path("/tmp").glob(".xfsm-ICE-*"):
        with contextlib.suppress(OSError):
            if file.lstat().st_uid != os.getuid():
                continue
            match = re.search(rb"/\.ICE-unix/([0-9]+)", read_small(file, follow=False))
            if match is None or Path("/proc", match[1].decode()).exists():
                continue
            listening = Path("/tmp/.ICE-unix", match[1].decode())
            if not listening.exists() or _is_dead(listening):
                file.unlink()
                listening.unlink(missing_ok=True)


IPC_RMID = 0
"""From <sys/ipc.h>."""


def remove_segments(pid: int) -> None:
    """Remove the shared memory segments of a process that has ended (proc(5), sysvipc/shm; shmctl(2)).

    A killed x11vnc leaves some forty segments, of the 4096 that a machine has for all users. A process that is still
    attached, such as the X server, keeps a segment until it detaches.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            _, identifier, _, _, creator, *_ = line.split()
            if creator == str(pid):
                ctypes.CDLL(None).shmctl(int(identifier), IPC_RMID, None)
