"""The contract of a display's clipboard, which X and Wayland keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ...rfb.clipboard_contents import TEXT, Contents


class DisplayClipboard(Protocol):
    """The selections of a display's programs: "CLIPBOARD" and "PRIMARY"."""

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether a program owns a selection."""

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether `request` may find text: a program's, or what was offered here."""

    def offer(self, contents: Contents) -> None:
        """Offer contents to programs that paste."""

    def promise(self) -> None:
        """Own the clipboard for a text that `fulfil` brings; when it returns, no program pastes an older one."""

    def fulfil(self, text: str) -> bool:
        """Bring the promised text; return ``False`` if a program has copied since, raise ``ValueError`` if it is
        too long.
        """

    def withdraw(self) -> None:
        """End a promise: programs that paste get nothing."""

    def request(self, callback: Callable[[bytes | None], None], selection: str = "CLIPBOARD", form: str = TEXT) -> None:
        """Request a form of a selection; ``callback`` gets it, or ``None`` if there is none. A text is UTF-8."""

    def request_forms(self, callback: Callable[[frozenset[str]], None], selection: str = "CLIPBOARD") -> None:
        """Request the forms that a selection can be had in; ``callback`` gets none if that can't be told."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when events wait; -1: there will be none."""

    def handle_events(self) -> bool:
        """Handle waiting events; return ``False`` if the display is gone."""

    def close(self) -> None:
        """Withdraw the offer; never raises, even if the display is gone."""


Timer = Callable[[float, Callable[[], None]], object]
"""Calls a function after some seconds; an event loop's ``call_later`` is one."""

ClipboardFactory = Callable[[Callable[[str], None], Timer, bool], DisplayClipboard | None]
"""Gets ``on_change(selection)``, a timer, and whether to follow PRIMARY too; returns ``None`` if there is none."""


class NoClipboard:
    """The clipboard of a display that has none."""

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Return that no program owns anything."""
        return False

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Return that there is no text."""
        return False

    def offer(self, contents: Contents) -> None:
        """Drop the contents."""

    def promise(self) -> None:
        """Promise nothing."""

    def fulfil(self, text: str) -> bool:
        """Drop the text."""
        return False

    def withdraw(self) -> None:
        """Do nothing."""

    def request(self, callback: Callable[[bytes | None], None], selection: str = "CLIPBOARD", form: str = TEXT) -> None:
        """Call back with nothing."""
        callback(None)

    def request_forms(self, callback: Callable[[frozenset[str]], None], selection: str = "CLIPBOARD") -> None:
        """Call back with no form."""
        callback(frozenset())

    def fileno(self) -> int:
        """Return no descriptor."""
        return -1

    def handle_events(self) -> bool:
        """Handle nothing."""
        return True

    def close(self) -> None:
        """Do nothing."""
