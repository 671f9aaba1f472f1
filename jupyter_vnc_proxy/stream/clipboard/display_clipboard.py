"""The contract of a display's clipboard, which X and Wayland keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class DisplayClipboard(Protocol):
    """What a display's programs copy and paste. Selections are "CLIPBOARD" and "PRIMARY"."""

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Tell whether a program offers something under a selection."""

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Tell whether `request` may find something: a program's, or what was offered here."""

    def offer(self, text: str) -> None:
        """Offer a text to whoever pastes; raise ``ValueError`` where it is too long."""

    def request(self, callback: Callable[[str | None], None], selection: str = "CLIPBOARD") -> None:
        """Ask for the text under a selection; ``callback`` gets it, or ``None`` where there is none."""

    def fileno(self) -> int:
        """Return what becomes readable when something happens."""

    def handle_events(self) -> bool:
        """Take in what has happened; return ``False`` where the display is gone."""

    def close(self) -> None:
        """Offer nothing any more; also where the display is gone."""


Timer = Callable[[float, Callable[[], None]], object]
"""Calls a function after some seconds; an event loop's ``call_later`` is one."""

ClipboardFactory = Callable[[Callable[[str], None], Timer, bool], DisplayClipboard | None]
"""Gets ``on_change(selection)``, a timer, and whether to follow PRIMARY too; returns ``None`` if there is none."""


class NoClipboard:
    """The clipboard of a source that has none."""

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Tell that nobody offers anything."""
        return False

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Tell that there is nothing."""
        return False

    def offer(self, text: str) -> None:
        """Drop it."""

    def request(self, callback: Callable[[str | None], None], selection: str = "CLIPBOARD") -> None:
        """Find nothing."""
        callback(None)

    def fileno(self) -> int:
        """Return no descriptor: nothing will happen."""
        return -1

    def handle_events(self) -> bool:
        """Tell that nothing has happened."""
        return True

    def close(self) -> None:
        """Do nothing."""
