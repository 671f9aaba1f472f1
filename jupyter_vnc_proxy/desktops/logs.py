"""The ends of log files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict

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
