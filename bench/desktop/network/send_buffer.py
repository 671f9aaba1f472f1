"""Limits the send buffer of a server's connections: on the loopback it grows to megabytes, on a slow link it does not.

Accepted connections inherit the size from the listening socket. That socket belongs to another process, so its
descriptor is duplicated with pidfd_getfd(2), which Python does not wrap.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from pathlib import Path

from .link import Link

PIDFD_GETFD = 438
"""Number of the system call on every architecture (Linux 5.6)."""

SO_BUF_LOCK = 72
"""From <asm-generic/socket.h>; 0 lets the kernel adjust the sizes again."""

TCP_LISTEN = "0A"
"""State of a listening socket in /proc/net/tcp."""


def buffer_size(link: Link) -> int:
    """Return SO_SNDBUF in bytes, the bandwidth-delay product of the link. The kernel doubles it."""
    return int(link.mbit * 1e6 / 8 * link.round_trip / 1000)


def limit_send_buffer(pid: int, port: int, link: Link) -> bool:
    """Size the send buffers of the connections that the process ``pid`` accepts on ``port`` to the link.

    Return whether that succeeded; some containers forbid it.
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
    """Return the inode of the socket that listens on ``port``; empty if there is none."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == TCP_LISTEN:
            return fields[9]
    return ""


def _fetch(pid: int, inode: str) -> int | None:
    """Duplicate a process's socket, and return the descriptor; ``None`` if that is not possible."""
    theirs = None
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed in the meantime
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
