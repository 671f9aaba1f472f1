"""Bounds what a server's kernel keeps of what it sent: on the loopback that grows to megabytes, as on no slow link.

The connections that a listening socket accepts inherit its buffer's size. The socket is another process's, so its
descriptor is fetched (pidfd_getfd(2), which Python lacks) and set through that.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from pathlib import Path

from .link import Link

PIDFD_GETFD = 438
"""Number of the system call, the same on every architecture since Linux 5.6."""

SO_BUF_LOCK = 72
"""From <asm-generic/socket.h>; 0 lets the kernel size the buffers again."""

LISTEN = "0A"


def buffer_size(link: Link) -> int:
    """Return bytes for SO_SNDBUF: what the link holds in a round trip. The kernel doubles it."""
    return int(link.mbit * 1e6 / 8 * link.round_trip / 1000)


def bound(pid: int, port: int, link: Link) -> bool:
    """Let connections that the process ``pid`` accepts on ``port`` have a send buffer that fits the link.

    Return whether that could be done: some containers forbid it.
    """
    descriptor = _fetch(pid, _inode(port))
    if descriptor is None:
        return False
    with socket.socket(fileno=descriptor) as listener:
        if link.limited:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_size(link))
        else:
            listener.setsockopt(socket.SOL_SOCKET, SO_BUF_LOCK, 0)
    return True


def _inode(port: int) -> str:
    """Return the number of the socket that listens on the loopback's port, or nothing."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == LISTEN:
            return fields[9]
    return ""


def _fetch(pid: int, inode: str) -> int | None:
    """Return a descriptor of our own for a process's socket, or ``None``."""
    theirs = None
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                if os.readlink(entry) == f"socket:[{inode}]":
                    theirs = int(entry.name)
    if theirs is None:
        return None
    process = os.pidfd_open(pid)
    try:
        ours = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, theirs, 0)
    finally:
        os.close(process)
    return None if ours < 0 else int(ours)
