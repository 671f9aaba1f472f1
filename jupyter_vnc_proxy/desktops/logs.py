"""The ends of log files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from ..errors import InvalidOption
from .secret_values import hide_secrets, keep_secrets

LOG_LINES = 100
MAX_LOG_LINES = 5000
"""Lines of a log that are returned by default, and at the most."""

LOG_BYTES = 512 * 1024
"""Bytes of a log's end that are read."""


class LogModel(TypedDict):
    """The end of one process's log, as JSON."""

    name: str
    part: str
    parts: list[str]
    lines: list[str]


def begin(directory: Path, secrets: Sequence[str]) -> None:
    """Remove the processes' logs: a message of an earlier run would be taken for the cause of a later failure.

    ``secrets`` are hidden when a log is shown.
    """
    keep_secrets(directory.parent, secrets)
    for file in directory.glob("*.log"):
        if file.stem != "runner":
            file.unlink()


def parts(directory: Path) -> list[str]:
    """Return the names of the processes that have a log in ``directory``."""
    return sorted(file.stem for file in directory.glob("*.log"))


def log(directory: Path, part: str, lines: int) -> list[str]:
    """Return the last ``lines`` lines of a process's log, without the desktop's secrets; nothing if it has none."""
    found = tail(directory / f"{part}.log", lines) if part in parts(directory) else []
    return [hide_secrets(directory.parent, line) for line in found]


def line_count(lines: str) -> int:
    """Return the number of lines that a query asks for; raise `InvalidOption` if it is no number."""
    if lines and (not lines.isdecimal() or len(lines) > 9):
        raise InvalidOption("'lines' must be a whole number.", code="bad-field")
    return min(int(lines or LOG_LINES), MAX_LOG_LINES)


def log_model(name: str, directory: Path, part: str, lines: int, failed: str | None) -> LogModel:
    """Return the log of the process ``part`` of the desktop ``name``, by default of the one that ``failed``, as JSON.

    Raise `InvalidOption` for a process without a log.
    """
    present = parts(directory)
    if not part:
        part = failed if failed in present else "session"
    elif part not in present:
        raise InvalidOption(f"There is no log of {part!r}; there are: {', '.join(present)}.", code="unknown-part")
    return {"name": name, "part": part, "parts": present, "lines": log(directory, part, lines)}


def tail(file: Path, lines: int) -> list[str]:
    """Return the last ``lines`` lines of a text file, within its last `LOG_BYTES`; nothing if it can't be read."""
    try:
        with open(file, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - LOG_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-lines:] if lines > 0 else []
