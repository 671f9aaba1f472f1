"""The clipboard of an X display whose connection may fail and be made anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import xcffib

from ...rfb.clipboard_contents import TEXT, Contents
from ..clipboard.display_clipboard import Timer
from ..errors import DisplayGone
from .selection import XClipboard, text_contents


class RestartingClipboard:
    """An `XClipboard` that survives its connection: what was offered is offered again.

    The caller follows the connection; `fileno` is -1 for that.
    """

    def __init__(
        self, connection: xcffib.Connection, on_change: Callable[[str], None], timer: Timer, primary: bool
    ) -> None:
        self._on_change, self._timer, self._primary = on_change, timer, primary
        self._inner = self._make(connection)
        self._unsent: Contents | None = None

    def _make(self, connection: xcffib.Connection) -> XClipboard:
        return XClipboard(connection, self._on_change, self._timer, self._primary)

    def reopen(self, connection: xcffib.Connection) -> None:
        """Go on with another connection after the last one has failed."""
        contents = self._unsent if self._unsent is not None else self._inner.offered
        promised = self._inner.promised
        self._inner.close()
        self._inner, self._unsent = self._make(connection), None
        if contents is not None:
            self._inner.offer(contents)
        elif promised:
            self._inner.promise()

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether a program owns a selection."""
        return self._inner.available(selection)

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Return whether `request` may find text."""
        return self._inner.has_text(selection)

    def offer(self, contents: Contents) -> None:
        """Offer contents to programs that paste, or as soon as the display responds."""
        try:
            self._inner.offer(contents)
        except DisplayGone:
            self._unsent = contents

    def promise(self) -> None:
        """Own the selections for a text that `fulfil` brings later, or as soon as the display responds."""
        with contextlib.suppress(DisplayGone):
            self._inner.promise()

    def fulfil(self, text: str) -> bool:
        """Bring the promised text, or as soon as the display responds; return ``False`` if a program has copied."""
        try:
            return self._inner.fulfil(text)
        except DisplayGone:
            self._unsent = text_contents(text)
            return True

    def withdraw(self) -> None:
        """End a promise."""
        with contextlib.suppress(DisplayGone):
            self._inner.withdraw()

    def request(self, callback: Callable[[bytes | None], None], selection: str = "CLIPBOARD", form: str = TEXT) -> None:
        """Request a form of a selection; ``callback`` gets it, or ``None`` if there is none."""
        try:
            self._inner.request(callback, selection, form)
        except DisplayGone:
            callback(None)

    def request_forms(self, callback: Callable[[frozenset[str]], None], selection: str = "CLIPBOARD") -> None:
        """Request the forms that a selection can be had in; ``callback`` gets none if that can't be told."""
        try:
            self._inner.request_forms(callback, selection)
        except DisplayGone:
            callback(frozenset())

    def fileno(self) -> int:
        """Return no descriptor."""
        return -1

    def handle_events(self) -> bool:
        """Handle waiting events; return ``False`` if the connection has failed."""
        return self._inner.handle_events()

    def close(self) -> None:
        """Withdraw the offer."""
        self._inner.close()
