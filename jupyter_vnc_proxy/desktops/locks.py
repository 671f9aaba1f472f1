"""The locks in a desktop's directory: its runner's, and those of the Jupyter servers that own it (flock(2)).

Each contains, or is named by, the identity of the process that it stands for, since a directory may be seen by several
machines and containers.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..system.process_identity import ProcessIdentity
from .markers import RUNNER_MARKER

RUNNER_LOCK = "runner.lock"
OWNERS = "owners"

LOCK_TIMEOUT = 1.0
"""Seconds to wait for a lock that a reader may hold for a moment."""

LOCK_POLL = 0.01
"""Seconds between two attempts to get a lock."""


@dataclass(frozen=True)
class Holder:
    """Who holds a runner's lock: its ``process``, if the file names it by now, and whether that is here.

    A process is not here if it belongs to another machine, or to a container with process ids of its own.
    """

    process: ProcessIdentity | None
    is_here: bool = True


def runner(directory: Path) -> Holder | None:
    """Return who holds the runner's lock, or ``None`` if it is free."""
    try:
        descriptor = os.open(directory / RUNNER_LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(os.pread(descriptor, 4096, 0).decode(errors="replace"), descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return None


def _holder(text: str, descriptor: int) -> Holder:
    if not text.endswith("\n") and not text.isdecimal():
        return Holder(None)  # it is being written
    with contextlib.suppress(ValueError):
        process = ProcessIdentity.parse(text.strip())
        return Holder(process, process.is_here())
    with contextlib.suppress(ValueError, OSError):  # earlier versions wrote the process id alone
        process = ProcessIdentity.of(int(text))
        if _has_open(process.pid, descriptor) and process.has_number():
            return Holder(process)
    return Holder(None, is_here=False)


def _has_open(pid: int, descriptor: int) -> bool:
    """Return whether a process has the same file open; but for a moment, only a runner has its lock open."""
    wanted = os.fstat(descriptor)
    with os.scandir(f"/proc/{pid}/fd") as links:
        for link in links:
            with contextlib.suppress(OSError):
                if os.path.samestat(link.stat(), wanted):
                    return True
    return False


def take_runner_lock(directory: Path, timeout: float) -> int:
    """Take the runner's lock, without a name in it yet; return its descriptor.

    Raise ``BlockingIOError`` if another process keeps it for ``timeout`` seconds.
    """
    descriptor = os.open(directory / RUNNER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, fcntl.LOCK_EX, timeout)
        os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def name_runner(descriptor: int, process: ProcessIdentity) -> None:
    """Write into a lock that we have taken, or inherited, who holds it."""
    os.pwrite(descriptor, f"{process}\n".encode(), 0)


@contextlib.contextmanager
def hold_runner_lock(directory: Path, timeout: float) -> Iterator[None]:
    """Hold the runner's lock: the one that we inherited, or a new one.

    Raise ``BlockingIOError`` if another process keeps it for ``timeout`` seconds.
    """
    descriptor = _inherited(directory)
    if descriptor is None:
        descriptor = take_runner_lock(directory, timeout)
    try:
        name_runner(descriptor, ProcessIdentity.own())
        yield
    finally:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
        os.close(descriptor)


def _inherited(directory: Path) -> int | None:
    """Return the descriptor of the lock that the process which started us took for us, if it did."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = int(os.environ.pop(RUNNER_MARKER, ""))
        if os.path.samestat(os.fstat(descriptor), os.stat(directory / RUNNER_LOCK)):
            os.set_inheritable(descriptor, False)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
    return None


def own(directory: Path, server: ProcessIdentity) -> IO[bytes]:
    """Make a Jupyter server an owner, until the returned file is closed; `disown` also removes it.

    Remove the files of servers that have ended.
    """
    owners = directory / OWNERS
    owners.mkdir(mode=0o700, exist_ok=True)
    for file in owners.iterdir():
        _remove_unlocked(file)
    path = owners / str(server)
    while True:
        lock = open(path, "ab")  # noqa: SIM115 - the caller keeps it
        try:
            _lock(lock.fileno(), fcntl.LOCK_SH, LOCK_TIMEOUT)
        except BaseException:
            lock.close()
            raise
        if _is_at(lock.fileno(), path):
            return lock
        lock.close()  # another process removed the file before we locked it


def disown(lock: IO[bytes]) -> None:
    """Close a file that `own` returned, and remove it unless another process of the same server has it."""
    lock.close()
    _remove_unlocked(Path(lock.name))


def has_owner(directory: Path, besides: ProcessIdentity | None = None) -> bool:
    """Return whether any Jupyter server owns the desktop, not counting ``besides``."""
    return any(_is_locked(file) for file in directory.glob(f"{OWNERS}/*") if file.name != str(besides))


def _is_locked(file: Path) -> bool:
    try:
        with open(file, "r+b") as stream:  # NFS gives an exclusive lock only if the file is open for writing
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _remove_unlocked(file: Path) -> None:
    """Remove the file of an owner that has ended. Only who has it locked may remove it, so no other's file is hit."""
    with contextlib.suppress(OSError), open(file, "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(stream.fileno(), file):
            file.unlink()


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _lock(descriptor: int, operation: int, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOCK_POLL)
