"""An X display as a source: a connection for the screen, one for keys and buttons, one for the clipboard."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xcffib
import xcffib.xfixes
import xcffib.xproto

from ...system.x_connection import XConnection
from ...system.x_display import connect
from ..cursor import Cursor, straight
from ..display_source import Listener
from ..errors import DisplayGone
from ..picture.framebuffer import Tiles
from .clipboard import RestartingClipboard
from .errors import raises_display_gone
from .input import XPointer
from .keyboard import XKeyboard
from .reconnection import Reconnection
from .screen import REPLY_SECONDS, XScreen

log = logging.getLogger("jupyter_vnc_proxy.stream")

PROBE_SECONDS = 2.0
"""Between two checks, while the pointer is used, that the X server responds: its input needs no replies."""


class XSource:
    """The X server ``display``. Raise ``OSError`` if it can't be reached.

    Each connection has one use: waiting for a reply queues events, and the one that waits must handle them.
    If a reply takes longer than `REPLY_SECONDS`, all connections are closed, and opened again once the X server
    responds.
    """

    @raises_display_gone()
    def __init__(self, display: str, xauthority: Path) -> None:
        self._listener: Listener | None = None
        self.display, self._xauthority = display, xauthority
        self.screen = XScreen(display, xauthority, self._changed, self._resized)
        self.cursor = Cursor()
        self.keyboard = XKeyboard(self._connect(), self._locks_changed, self._later)
        self._pointers: weakref.WeakSet[XPointer] = weakref.WeakSet()
        self._clipboard_connection = self._connect()
        self._clipboard: RestartingClipboard | None = None
        self._followed: dict[XConnection, int] = {}
        self._reconnection: Reconnection | None = None
        self._probe: asyncio.TimerHandle | None = None
        self.screen.handlers[xcffib.xfixes.CursorNotifyEvent] = self._cursor_changed
        self._follow_cursor()

    def _connect(self) -> XConnection:
        return connect(self.display, self._xauthority, REPLY_SECONDS)

    # -- life --------------------------------------------------------------------------------------------------------

    async def start(self, listener: Listener) -> None:
        """Follow the display in the running event loop."""
        self._listener = listener
        self.screen.start(self._failed)
        self._follow(self.keyboard.connection, self._follow_keyboard)

    async def close(self) -> None:
        """Stop following the display, and disconnect."""
        if self._reconnection is not None:
            self._reconnection.cancel()
        if self._probe is not None:
            self._probe.cancel()
        self._follow_nothing()
        self.keyboard.close()
        self.screen.close()
        self.keyboard.connection.disconnect()
        self._clipboard_connection.disconnect()

    def _follow(self, connection: XConnection, handle: Callable[[], None]) -> None:
        self._followed[connection] = int(connection.get_file_descriptor())  # a broken connection can't return it
        asyncio.get_running_loop().add_reader(self._followed[connection], handle)
        asyncio.get_running_loop().call_soon(handle)

    def _follow_no_more(self, connection: XConnection) -> None:
        if connection in self._followed:
            asyncio.get_running_loop().remove_reader(self._followed.pop(connection))

    def _follow_nothing(self) -> None:
        for connection in list(self._followed):
            self._follow_no_more(connection)

    def pointer(self) -> XPointer:
        """Return a pointer for one more client."""
        pointer = XPointer(self.keyboard.connection, self._check)
        self._pointers.add(pointer)
        return pointer

    def clipboard(
        self, on_change: Callable[[str], None], timer: Callable[[float, Callable[[], None]], object], primary: bool
    ) -> RestartingClipboard:
        """Return the clipboard, after `start`."""
        self._clipboard = RestartingClipboard(self._clipboard_connection, on_change, timer, primary)
        self._follow(self._clipboard_connection, self._follow_clipboard)
        return self._clipboard

    def _later(self, seconds: float, work: Callable[[], None]) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)

    # -- failing and coming back -------------------------------------------------------------------------------------

    @property
    def _connections(self) -> list[XConnection]:
        return [self.screen.connection, self.keyboard.connection, self._clipboard_connection]

    def _failed(self) -> None:
        """A connection has failed: the X server has ended, or didn't answer in time."""
        if self._reconnection is not None or self._listener is None:
            return
        if not any(connection.timed_out for connection in self._connections):
            self._listener.ended(False)
            return
        log.warning("the X server does not respond")
        self._follow_nothing()
        for connection in self._connections:
            connection.cut()
        self._listener.silent(True)
        self._reconnect()

    def _reconnect(self) -> None:
        self._reconnection = Reconnection(self._connect, len(self._connections), self._reconnected)

    def _reconnected(self, connections: list[XConnection]) -> None:
        assert self._listener is not None
        if not connections:
            self._listener.ended(False)
            return
        try:
            self._reopen(*connections)
        except (xcffib.ConnectionException, DisplayGone):
            self._follow_nothing()
            for connection in (*self._connections, *connections):
                with contextlib.suppress(xcffib.XcffibException):
                    connection.cut()
            self._reconnect()
            return
        self._reconnection = None
        log.info("the X server responds again")
        self._listener.silent(False)

    def _reopen(self, screen: XConnection, keyboard: XConnection, clipboard: XConnection) -> None:
        self.keyboard.connection.disconnect()
        self.keyboard.reopen(keyboard)
        for pointer in self._pointers:
            pointer.reopen(keyboard)
        self._follow(self.keyboard.connection, self._follow_keyboard)
        before, self._clipboard_connection = self._clipboard_connection, clipboard
        if self._clipboard is not None:
            self._clipboard.reopen(clipboard)
            self._follow(clipboard, self._follow_clipboard)
        before.disconnect()
        self.screen.reopen(screen)
        self._follow_cursor()

    def _check(self) -> None:
        """Handle the events that the pointer's use has read, and have `_checked` called in a while."""
        asyncio.get_running_loop().call_soon(self._follow_keyboard)
        if self._probe is None and self._reconnection is None:
            connection = self.keyboard.connection
            sequence = connection.core.GetInputFocus().sequence
            connection.flush()
            self._probe = asyncio.get_running_loop().call_later(PROBE_SECONDS, self._checked, connection, sequence)

    def _checked(self, connection: XConnection, sequence: int) -> None:
        self._probe = None
        if connection is self.keyboard.connection and not connection.has_answered(sequence):
            connection.cut()
            self._failed()
        else:
            self._follow_keyboard()  # an answer that is read may bring events

    # -- following ---------------------------------------------------------------------------------------------------

    def _follow_keyboard(self) -> None:
        if not self.keyboard.handle_events():
            self._ended(self.keyboard.connection)

    def _follow_clipboard(self) -> None:
        if self._clipboard is not None and not self._clipboard.handle_events():
            self._ended(self._clipboard_connection)

    def _ended(self, connection: XConnection) -> None:
        self._follow_no_more(connection)
        if connection.timed_out:  # else the screen's connection tells of the display's end
            self._failed()

    def _follow_cursor(self) -> None:
        self._fixes = self.screen.connection(xcffib.xfixes.key)
        self._fixes.SelectCursorInput(self.screen.root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        self._read_cursor()

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
