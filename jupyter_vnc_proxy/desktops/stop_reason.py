"""Why a desktop is to be stopped, left in its directory for its runner, which says so once it has ended."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..errors import ErrorModel

FILE = "stop-reason.json"


def leave_reason(directory: Path, reason: ErrorModel) -> None:
    """Leave the reason for the runner that is about to be asked to stop; a full disk has no room for one."""
    with contextlib.suppress(OSError):
        (directory / FILE).write_text(json.dumps(reason), encoding="utf-8")


def take_reason(directory: Path) -> ErrorModel | None:
    """Return the reason that was left, once; ``None`` where there is none."""
    file = directory / FILE
    try:
        reason: ErrorModel = json.loads(file.read_bytes())
        file.unlink()
    except (OSError, ValueError):
        return None
    return reason if isinstance(reason, dict) and ErrorModel.__required_keys__ <= reason.keys() else None


def nobody_used_it(seconds: float) -> ErrorModel:
    """Return the reason of a stop after ``seconds`` in which nobody touched the desktop."""
    message = f"It was stopped because nobody had used it for {_in_words(seconds)}."
    return {"code": "unused", "message": message, "fix": None, "part": None, "log": []}


def _in_words(seconds: float) -> str:
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:g} seconds"
