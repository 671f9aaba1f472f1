"""A report of the windows on a desktop, which its runner writes to each client of a socket, in a line of JSON.

A client gets the last report when it connects, and another one whenever windows have appeared or closed. Titles are
chosen by programs, so they are text of anybody: they are shortened, and contain no control characters.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import TypedDict

MAX_WINDOWS = 50
"""The windows in a report: the newest ones."""

MAX_TITLE_CHARACTERS = 120
MAX_APPLICATION_CHARACTERS = 60

MAX_LINE_BYTES = 256 * 1024
"""The length of a report. A character takes up to 12 bytes in JSON."""

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what is no visible text, such as controls and marks that change the direction."""

ESCAPE_SEQUENCE = re.compile("\x1b[ -/]+[0-~]")
"""What changes the character set in COMPOUND_TEXT, the encoding of older programs' titles."""


class WindowModel(TypedDict):
    """A window that is open.

    ``number`` increases with each window that appears, also when the desktop is started again. ``application`` is the
    class of WM_CLASS. ``dialog``: whether the window belongs to another one, or asks something; ``urgent``: whether its
    program wants attention.
    """

    number: int
    title: str
    application: str
    dialog: bool
    urgent: bool


def clean(text: str, length: int) -> str:
    """Return a program's text on one line, without invisible characters, shortened to ``length`` characters."""
    text = ESCAPE_SEQUENCE.sub("", text[: 16 * length])
    visible = "".join(" " if unicodedata.category(each) in INVISIBLE else each for each in text)
    words = " ".join(visible.split())
    return words if len(words) <= length else f"{words[: length - 1]}…"


def encode(windows: Sequence[WindowModel]) -> bytes:
    """Return a report as a line."""
    return json.dumps(windows[-MAX_WINDOWS:]).encode() + b"\n"


def decode(line: bytes) -> list[WindowModel]:
    """Return the windows of a report, by ascending number; raise ``ValueError`` if it is none."""
    found = json.loads(line)
    if not isinstance(found, list):
        raise ValueError("a report that is none")
    return sorted(map(_window, found), key=lambda each: each["number"])


def _window(found: object) -> WindowModel:
    if not isinstance(found, dict) or type(found.get("number")) is not int:
        raise ValueError("a window that is none")
    return {
        "number": found["number"],
        "title": clean(str(found.get("title", "")), MAX_TITLE_CHARACTERS),
        "application": clean(str(found.get("application", "")), MAX_APPLICATION_CHARACTERS),
        "dialog": found.get("dialog") is True,
        "urgent": found.get("urgent") is True,
    }
