"""What is known of a desktop's recording, in two files of its directory.

    recording.lock   locked by the program that records, while it does (flock(2))
    recording.json   the recording, or how the last one has ended; replaced at each change

So every server that shows the desktop can say that it is recorded, whichever of them has started that.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from ...errors import Conflict, ErrorBody

LOCK_FILE = "recording.lock"
STATE_FILE = "recording.json"

LOCK_SECONDS = 0.5
"""How long to wait for the lock, which a reader holds for a moment."""

LOCK_POLL_SECONDS = 0.02


class RecordingModel(TypedDict):
    """A recording that is being made: its ``path`` in Jupyter's tree, its length, its size, and when it began.

    ``path`` is empty for those who came by an invitation.
    """

    path: str
    seconds: float
    bytes: int
    paused: bool
    since: str


class EndedRecordingModel(TypedDict):
    """A recording that has ended, and ``error``, why, if nobody has stopped it.

    ``path`` is empty if there is no file. ``ended`` is ISO 8601 in UTC.
    """

    path: str
    seconds: float
    bytes: int
    ended: str
    error: ErrorBody | None


UNKNOWN: RecordingModel = {"path": "", "seconds": 0.0, "bytes": 0, "paused": False, "since": ""}
"""A recording whose state can't be read."""


def already_recorded() -> Conflict:
    """Return the error about a second recording of the same desktop."""
    return Conflict("This desktop is being recorded already.", code="already-recorded")


@contextlib.contextmanager
def recording_lock(directory: Path) -> Iterator[None]:
    """Hold the lock of a desktop's recording; raise `Conflict` if another recording has it. Blocks for a moment."""
    descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _locked(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise already_recorded()
            time.sleep(LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def write(directory: Path, state: RecordingModel | EndedRecordingModel) -> None:
    """Replace the state; do nothing if the disk of the directory is full, or the desktop is gone."""
    fresh = directory / f".{STATE_FILE}.new"
    with contextlib.suppress(OSError):
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(fresh, directory / STATE_FILE)


def current(directory: Path) -> RecordingModel | None:
    """Return the recording that is being made of a desktop, or ``None``."""
    try:
        descriptor = os.open(directory / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _locked(descriptor, fcntl.LOCK_SH):
            return None
    finally:
        os.close(descriptor)
    return last_known(directory)


def last(directory: Path) -> EndedRecordingModel | None:
    """Return how the last recording of a desktop has ended; ``None`` if there was none, or it has yet to end."""
    state = _read(directory)
    return state if EndedRecordingModel.__required_keys__ == state.keys() else None  # type: ignore[return-value]


def last_known(directory: Path) -> RecordingModel:
    """Return the state that a recording had last, whether or not its program lives."""
    state = _read(directory)
    return {**UNKNOWN, **state} if RecordingModel.__required_keys__ == state.keys() else UNKNOWN  # type: ignore[typeddict-item]


def _read(directory: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        state = json.loads((directory / STATE_FILE).read_bytes())
        if isinstance(state, dict):
            return state
    return {}


def _locked(descriptor: int, operation: int) -> bool:
    """Lock a file; return ``False`` if somebody else has locked it."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: nothing is known
        return operation == fcntl.LOCK_SH
    return True
