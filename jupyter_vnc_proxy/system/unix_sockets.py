"""Unix sockets: bound for one user alone, and as ``/proc/net/unix`` lists them (proc(5)), without connecting."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

ACCEPTS_CONNECTIONS = 0x10000
"""The flag ``__SO_ACCEPTCON``, from <linux/net.h>."""

CONNECTED = b"03"
"""The state ``SS_CONNECTED``, from <linux/net.h>."""


def private_socket(path: Path) -> socket.socket:
    """Return a unix socket that is bound at ``path`` and to which only this user may connect; it doesn't listen yet."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bind_privately(made, path)
    except BaseException:
        made.close()
        raise
    return made


def bind_privately(unix_socket: socket.socket, path: Path) -> None:
    """Bind a unix socket at ``path``, in the place of an old one; only this user may connect to it.

    The umask, which all threads share, is another for a moment only.
    """
    path.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        unix_socket.bind(os.fspath(path))
    finally:
        os.umask(mask)


def is_listening(path: Path) -> bool:
    """Return whether a unix socket listens at ``path``."""
    return any(int(columns[3], 16) & ACCEPTS_CONNECTIONS for columns in _sockets(path))


def count_connections(path: Path) -> int:
    """Return how many connections the listener at ``path`` has accepted."""
    return sum(columns[5] == CONNECTED for columns in _sockets(path))


def _sockets(path: Path) -> Iterator[list[bytes]]:
    """Yield the columns of ``/proc/net/unix`` for each socket that is bound to ``path``."""
    wanted = os.fsencode(path)
    with open("/proc/net/unix", "rb") as table:
        for line in table:
            columns = line.rstrip(b"\n").split(None, 7)
            if len(columns) == 8 and columns[7] == wanted:
                yield columns
