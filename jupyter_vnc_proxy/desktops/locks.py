"""The locks in a desktop's directory: its runner's, and those of the Jupyter servers that own it (flock(2))."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

RUNNER_LOCK = "runner.lock"
OWNERS = "owners"

LOCK_POLL = 0.01
"""Seconds between two attempts to get a lock: a reader may hold it for a moment."""


def runner_pid(directory: Path) -> int | None:
    """Return the process id of the runner, or ``None`` if no runner holds the lock."""
    file = directory / RUNNER_LOCK
    try:
        with open(file, "rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError, ValueError):
            return int(file.read_text())
    except OSError:
        pass
    return None


@contextlib.contextmanager
def hold_runner_lock(directory: Path, timeout: float) -> Iterator[None]:
    """Hold the runner's lock; raise ``BlockingIOError`` if another process keeps it for ``timeout`` seconds."""
    descriptor = os.open(directory / RUNNER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOCK_POLL)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def own(directory: Path, server: int) -> IO[bytes]:
    """Make the Jupyter server with this process id an owner, until the returned file is closed."""
    owners = directory / OWNERS
    owners.mkdir(mode=0o700, exist_ok=True)
    file = open(owners / str(server), "ab")  # noqa: SIM115 - the caller keeps it
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        file.close()
        raise
    return file


def has_owner(directory: Path, besides: int | None = None) -> bool:
    """Return whether any Jupyter server owns the desktop, not counting the one with the process id ``besides``."""
    return any(_is_locked(file) for file in directory.glob(f"{OWNERS}/*") if file.name != str(besides))


def _is_locked(file: Path) -> bool:
    try:
        with open(file, "rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
