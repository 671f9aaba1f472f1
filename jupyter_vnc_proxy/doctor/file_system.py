"""Tries what desktops need of their directory's file system: locks (flock(2)) and unix sockets."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

PREFIX = ".d"
"""Begins the name of a directory for the trials, whose socket's path is shorter than a desktop's."""


def obstacles(directory: Path) -> list[str]:
    """Return a clause for each thing that fails on this directory's file system, such as ``has no file locks (…)``.

    Raise ``OSError`` if nothing can be created in it.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=directory, ignore_cleanup_errors=True) as trial:
        found = [_locks(Path(trial, "l")), _sockets(Path(trial, "s"))]
    return [each for each in found if each is not None]


def _locks(file: Path) -> str | None:
    """Lock a file, and try to lock it a second time."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    first, second = os.open(file, flags, 0o600), os.open(file, flags, 0o600)
    try:
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(second, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError as error:
        return f"has no file locks (flock: {error.strerror})"
    finally:
        os.close(second)
        os.close(first)
    return "has file locks that lock nothing (flock)"


def _sockets(file: Path) -> str | None:
    """Bind a unix socket, and connect to it."""
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        try:
            server.bind(os.fspath(file))
            server.listen()
            client.connect(os.fspath(file))
        except OSError as error:
            return f"has no unix sockets (bind: {error.strerror})"
    return None
