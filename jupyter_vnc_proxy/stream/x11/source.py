"""An X display as a source: a connection for the screen, one for keys and buttons, one for the clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xcffib
import xcffib.xfixes
import xcffib.xproto

from ...system.x_display import connect
from ..cursor import Cursor, straight
from ..display_source import Listener
from ..picture.framebuffer import Tiles
from .errors import raises_display_gone
from .input import XPointer
from .keyboard import XKeyboard
from .screen import XScreen
from .selection import XClipboard


class XSource:
    """The X server ``display``. Raise ``OSError`` if it can't be reached.

    Each connection has one use: waiting for a reply queues events, and the one that waits must handle them.
    """

    @raises_display_gone()
    def __init__(self, display: str, xauthority: Path) -> None:
        self._listener: Listener | None = None
        self.screen = XScreen(display, xauthority, self._changed, self._resized)
        self.cursor = Cursor()
        self.keyboard = XKeyboard(connect(display, xauthority), self._locks_changed, self._later)
        self._clipboard_connection = connect(display, xauthority)
        self._fixes = self.screen.connection(xcffib.xfixes.key)
        self._fixes.SelectCursorInput(self.screen.root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        self.screen.handlers[xcffib.xfixes.CursorNotifyEvent] = self._cursor_changed
        self._read_cursor()

    async def start(self, listener: Listener) -> None:
        """Follow the display in the running event loop."""
        self._listener = listener
        self.screen.start(lambda: listener.ended(False))
        asyncio.get_running_loop().add_reader(self.keyboard.fileno(), self._follow_keyboard)
        self._follow_keyboard()

    async def close(self) -> None:
        """Stop following the display."""
        asyncio.get_running_loop().remove_reader(self.keyboard.fileno())
        self.keyboard.close()
        self.screen.close()

    def pointer(self) -> XPointer:
        """Return a pointer for one more client."""
        return XPointer(self.keyboard.connection)

    def clipboard(
        self, on_change: Callable[[str], None], timer: Callable[[float, Callable[[], None]], object], primary: bool
    ) -> XClipboard:
        """Return the clipboard."""
        return XClipboard(self._clipboard_connection, on_change, timer, primary)

    def _later(self, seconds: float, work: Callable[[], None]) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)

    def _follow_keyboard(self) -> None:
        if not self.keyboard.handle_events():
            asyncio.get_running_loop().remove_reader(self.keyboard.fileno())

    def _read_cursor(self) -> None:
        try:
            reply = self._fixes.GetCursorImage().reply()
        except xcffib.xproto.AccessError:  # its program is gone, and X's SECURITY extension denies access
            return  # keep the previous shape
        pixels = np.array(reply.cursor_image, np.uint32).view(np.uint8).reshape(reply.height, reply.width, 4)
        self.cursor.change(reply.xhot, reply.yhot, straight(pixels))

    def _cursor_changed(self, _: object) -> None:
        self._read_cursor()
        if self._listener is not None:
            self._listener.cursor_changed()

    def _changed(self, tiles: Tiles) -> None:
        if self._listener is not None:
            self._listener.changed(tiles)

    def _resized(self) -> None:
        if self._listener is not None:
            self._listener.resized()

    def _locks_changed(self, state: int) -> None:
        if self._listener is not None:
            self._listener.locks_changed(state)
