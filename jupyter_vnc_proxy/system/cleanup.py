"""What killed programs leave behind: files in /tmp, shared memory; only ours, and only of dead processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import socket
from pathlib import Path


def remove_dead_display(display: str) -> None:
    """Remove the socket and the lock of a display such as ``:1`` where they are ours and no X server is behind them.

    A server that chose its number itself (``-displayfd``) makes no ``/tmp/.X<n>-lock``, so the socket is asked.
    """
    number = display.removeprefix(":")
    if not number.isdecimal():
        return
    lock, path = Path(f"/tmp/.X{number}-lock"), Path(f"/tmp/.X11-unix/X{number}")
    with contextlib.suppress(OSError):
        if path.lstat().st_uid == os.getuid() and path.is_socket() and _is_dead(path):
            path.unlink()
    with contextlib.suppress(OSError, ValueError):
        if lock.lstat().st_uid == os.getuid() and not Path("/proc", str(int(lock.read_text()))).exists():
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
    """Remove ``/tmp/.xfsm-ICE-*``, which xfce4-session leaves unless a person logs out, where its process is dead.

    Such a file names the session manager's socket, which ends in its process id.
    """
    for file in Path("/tmp").glob(".xfsm-ICE-*"):
        with contextlib.suppress(OSError):
            if file.lstat().st_uid != os.getuid():
                continue
            match = re.search(rb"/\.ICE-unix/([0-9]+)", file.read_bytes())
            if match is not None and not Path("/proc", match[1].decode()).exists():
                file.unlink()
                Path("/tmp/.ICE-unix", match[1].decode()).unlink(missing_ok=True)


IPC_RMID = 0
"""From <sys/ipc.h>."""


def remove_segments(pid: int) -> None:
    """Remove the shared memory that a process which has ended made (proc(5), sysvipc/shm; shmctl(2)).

    A killed x11vnc leaves some forty segments, of the 4096 that a machine has for all of its users. Whoever is still
    attached, as the X server for a moment, keeps it until then.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
            _, identifier, _, _, creator, *_ = line.split()
            if creator == str(pid):
                ctypes.CDLL(None).shmctl(int(identifier), IPC_RMID, None)
