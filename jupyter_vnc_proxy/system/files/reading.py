"""Reads small files that somebody else may have put there, and that may be anything: a FIFO would wait for a writer."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 1024 * 1024
"""The size of a file that is read, unless another is given."""

LOCK_BYTES = 64
"""The same of an X server's lock, which has eleven: a number and a line feed (LockServer() in Xorg's os/utils.c)."""


def read_small(path: Path, limit: int = MAX_BYTES, *, follow: bool = True) -> bytes:
    """Return the contents of a regular file of at most ``limit`` bytes; ``follow`` a symbolic link to one.

    Raise ``OSError`` for what can't be read, is larger, or is no regular file. Never wait for another process.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return data


def lock_holder(lock: Path) -> int:
    """Return the process id in an X server's ``/tmp/.X<n>-lock``; raise ``OSError`` or ``ValueError`` for another file.

    Every user may create one, as anything.
    """
    return int(read_small(lock, LOCK_BYTES, follow=False))
