"""What a connection may do with a desktop."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Right(enum.Flag):
    """A set of rights. They combine as flags do: ``Right.SEE | Right.KEYS``."""

    SEE = enum.auto()
    """See the picture."""

    KEYS = enum.auto()
    """Press keys, and send other input that isn't the pointer's (gii, xvp)."""

    POINTER = enum.auto()
    """Move the pointer and press its buttons."""

    CLIPBOARD_IN = enum.auto()
    """Put text, HTML and pictures on the desktop's clipboard."""

    CLIPBOARD_OUT = enum.auto()
    """Get what was copied on the desktop."""

    RESIZE = enum.auto()
    """Change the desktop's size."""

    HEAR = enum.auto()
    """Hear what is played."""

    SPEAK = enum.auto()
    """Let the desktop's programs record a microphone."""

    RFB = SEE | KEYS | POINTER | CLIPBOARD_IN | CLIPBOARD_OUT | RESIZE
    """All that RFB's messages need; sound has a socket of its own."""

    ALL = RFB | HEAR | SPEAK
    VIEW = SEE | HEAR


_NAMES = {
    right: str(right.name).lower().replace("_", "-")
    for right in Right
    if right.value.bit_count() == 1  # Python 3.10 iterates over combinations, too
}


CLIPBOARD_RIGHTS = {
    "both": Right.CLIPBOARD_IN | Right.CLIPBOARD_OUT,
    "in": Right.CLIPBOARD_IN,
    "out": Right.CLIPBOARD_OUT,
    "none": Right(0),
}
"""The directions in which an administrator may allow the clipboard, as rights."""

SOUND_RIGHTS = {"hear": Right.HEAR, "both": Right.HEAR | Right.SPEAK, "none": Right(0)}
"""The directions in which an administrator may allow sound, as rights."""


def allowed_rights(clipboard: str) -> Right:
    """Return all rights with the clipboard's in this direction, a key of `CLIPBOARD_RIGHTS`."""
    return Right.ALL & ~CLIPBOARD_RIGHTS["both"] | CLIPBOARD_RIGHTS[clipboard]


def right_names(rights: Right) -> list[str]:
    """Return the names of rights, as JSON has them: ``see``, ``keys``, ``clipboard-in``, ... in a fixed order."""
    return [name for right, name in _NAMES.items() if right in rights]


def parse_rights(names: Iterable[str]) -> Right:
    """Return the rights of these names; raise ``ValueError`` for a name that isn't a right's."""
    by_name = {name: right for right, name in _NAMES.items()}
    rights = Right(0)
    for name in names:
        if name not in by_name:
            raise ValueError(f"not a right: {name!r}")
        rights |= by_name[name]
    return rights
