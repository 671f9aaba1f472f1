"""Entries of the X resource database, the root window's property RESOURCE_MANAGER (Xlib, XResourceManagerString)."""

from __future__ import annotations

from collections.abc import Mapping


def merge(database: str, changes: Mapping[str, str | None]) -> str:
    """Return ``database`` with other values of some resources, or without those whose value is ``None``."""
    kept = [line for line in database.splitlines() if _name(line) not in changes]
    added = [f"{name}:\t{value}" for name, value in changes.items() if value is not None]
    return "".join(f"{line}\n" for line in (*kept, *added))


def value_of(database: str, name: str) -> str | None:
    """Return the value of a resource; ``None`` if it isn't set."""
    values = [line.partition(":")[2].strip() for line in database.splitlines() if _name(line) == name]
    return values[-1] if values else None


def _name(line: str) -> str:
    return line.partition(":")[0].strip()


class Resources:
    """The resources that a scale sets, so that values of the user's own stay."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}

    def scaled(self, database: str, percent: int) -> str:
        """Return ``database`` for a scale in percent; 100 removes what we set."""
        wanted = {} if percent == 100 else {"Xft.dpi": str(dpi(percent)), "Xcursor.size": str(cursor_size(percent))}
        changes: dict[str, str | None] = {}
        for name in ("Xft.dpi", "Xcursor.size"):
            now, new = value_of(database, name), wanted.get(name)
            if now == new or now not in (None, self._ours.get(name), UNSET.get(name)):
                continue
            changes[name] = new
            if new is not None:
                self._ours[name] = new
        return merge(database, changes) if changes else database


UNSET = {"Xcursor.size": "0"}
"""What a settings daemon writes if nobody has chosen a value."""

DPI = 96
CURSOR_PIXELS = 24
"""Those of a scale of 100 %."""


def dpi(percent: int) -> int:
    """Return the dots per inch of a scale."""
    return round(DPI * percent / 100)


def cursor_size(percent: int) -> int:
    """Return the size of the cursor in pixels of a scale."""
    return round(CURSOR_PIXELS * percent / 100)
