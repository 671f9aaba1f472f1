"""Unix sockets as the kernel lists them in ``/proc/net/unix`` (proc(5)): found without connecting to any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

ACCEPTS_CONNECTIONS = 0x10000
"""The flag ``__SO_ACCEPTCON``, from <linux/net.h>."""

CONNECTED = b"03"
"""The state ``SS_CONNECTED``, from <linux/net.h>."""


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
