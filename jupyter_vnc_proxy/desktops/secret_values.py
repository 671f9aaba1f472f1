"""The values of a desktop's secret options: what its programs write is shown without them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from .state import write_private

FILE = "secrets.json"

MIN_LENGTH = 4
"""Characters of a secret that is found within words, too."""

HIDDEN = "<removed>"
"""Stands in a log for a secret."""


def keep_secrets(directory: Path, values: Sequence[str]) -> None:
    """Store the secrets of a desktop that starts, in its private directory (0600); raise ``OSError`` on failure."""
    file = directory / FILE
    if values:
        write_private(file, json.dumps(values))
    else:
        file.unlink(missing_ok=True)


def hide_secrets(directory: Path, text: str) -> str:
    """Return ``text`` without the secrets of the desktop in ``directory``; short ones are found as whole words only."""
    try:
        values = json.loads((directory / FILE).read_bytes())
    except (OSError, ValueError):  # most desktops have none
        return text
    for value in sorted(map(str, values), key=len, reverse=True):
        pattern = re.escape(value)
        text = re.sub(pattern if len(value) >= MIN_LENGTH else rf"(?<!\w){pattern}(?!\w)", HIDDEN, text)
    return text
