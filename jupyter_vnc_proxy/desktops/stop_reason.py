"""Why a desktop is stopped: a file in its directory, whose contents its runner then puts into the state."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..errors import ErrorModel
from ..system.own_python import explain_hidden_module, hidden_module

FILE = "stop-reason.json"

RUNNER_LOG_LINES = 20
"""Lines of the runner's log that are read if it died."""


def leave_reason(directory: Path, reason: ErrorModel) -> None:
    """Write the reason for the runner that is about to be asked to stop; ignore a full disk."""
    with contextlib.suppress(OSError):
        (directory / FILE).write_text(json.dumps(reason), encoding="utf-8")


def take_reason(directory: Path) -> ErrorModel | None:
    """Return the reason and remove its file; ``None`` if there is none."""
    file = directory / FILE
    try:
        reason: ErrorModel = json.loads(file.read_bytes())
        file.unlink()
    except (OSError, ValueError):
        return None
    return reason if isinstance(reason, dict) and ErrorModel.__required_keys__ <= reason.keys() else None


def unused_for(seconds: float) -> ErrorModel:
    """Return the reason of a stop after ``seconds`` without input."""
    message = f"It was stopped because it had not been used for {_in_words(seconds)}."
    return {"code": "unused", "message": message, "fix": None, "part": None, "log": []}


def runner_died(log: list[str]) -> ErrorModel:
    """Return the error of a desktop whose runner is gone, with the last lines of the runner's log."""
    hidden = hidden_module(log)
    if hidden is not None:
        message = f"{explain_hidden_module(*hidden)} Therefore the process that runs this desktop could not start."
        return {"code": "module-hidden", "message": message, "fix": None, "part": "runner", "log": log}
    message = "The process that runs this desktop was killed from outside."
    return {"code": "runner-died", "message": message, "fix": None, "part": "runner", "log": log}


def _in_words(seconds: float) -> str:
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:g} seconds"
