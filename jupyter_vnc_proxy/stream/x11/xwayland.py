"""Connections to Weston's Xwayland: the X clipboard, and the sizes of X windows.

Weston shrinks every X window to a single pixel when its output goes: its shell then requests the size 0
(shell_reposition_view_on_output_change). A Wayland program may then choose its size, but Weston's X window manager
takes the 0 literally.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xcffib
import xcffib.xproto

from ...system.x_connection import XConnection
from ...system.x_display import connect
from ..clipboard.display_clipboard import Timer
from ..errors import DisplayGone
from .clipboard import RestartingClipboard
from .errors import raises_display_gone
from .reconnection import Reconnection
from .screen import REPLY_SECONDS

log = logging.getLogger("jupyter_vnc_proxy.stream")

SHRUNK = (1, 1)
"""Width and height in pixels of a window after a request for the size 0."""


class Xwayland:
    """Two connections to Xwayland; the first may start it. Raise ``OSError`` if it can't be reached.

    If a reply takes longer than `REPLY_SECONDS`, both are closed, and opened again once Xwayland responds.
    """

    @raises_display_gone()
    def __init__(self, display: str, xauthority: Path) -> None:
        self._connect: Callable[[], XConnection] = lambda: connect(display, xauthority, REPLY_SECONDS)
        self._clipboard_connection = self._connect()
        self._windows = _WindowSizes(self._connect())
        self._clipboard: RestartingClipboard | None = None
        self._followed: list[int] = []
        self._reconnection: Reconnection | None = None

    def start(self) -> None:
        """Restore the sizes of shrunk windows, in the running event loop."""
        self._follow(self._windows.connection, self._follow_windows)

    def clipboard(self, on_change: Callable[[str], None], timer: Timer, primary: bool) -> RestartingClipboard:
        """Return the clipboard, after `start`; call this once."""
        self._clipboard = RestartingClipboard(self._clipboard_connection, on_change, timer, primary)
        self._follow(self._clipboard_connection, self._follow_clipboard)
        return self._clipboard

    def close(self) -> None:
        """Close both connections."""
        if self._reconnection is not None:
            self._reconnection.cancel()
        self._follow_nothing()
        self._windows.connection.disconnect()
        self._clipboard_connection.disconnect()

    # -- following ---------------------------------------------------------------------------------------------------

    def _follow(self, connection: XConnection, handle: Callable[[], None]) -> None:
        descriptor = int(connection.get_file_descriptor())
        self._followed.append(descriptor)
        asyncio.get_running_loop().add_reader(descriptor, handle)
        asyncio.get_running_loop().call_soon(handle)

    def _follow_nothing(self) -> None:
        while self._followed:
            asyncio.get_running_loop().remove_reader(self._followed.pop())

    def _follow_windows(self) -> None:
        if not self._windows.handle_events():
            self._failed()

    def _follow_clipboard(self) -> None:
        if self._clipboard is not None and not self._clipboard.handle_events():
            self._failed()

    def _failed(self) -> None:
        """A connection has failed: Xwayland has ended, or didn't answer in time."""
        if self._reconnection is not None:
            return
        self._follow_nothing()
        connections = (self._windows.connection, self._clipboard_connection)
        if any(connection.timed_out for connection in connections):
            log.warning("Xwayland does not respond")
            for connection in connections:
                connection.cut()
            self._reconnection = Reconnection(self._connect, len(connections), self._reconnected)

    def _reconnected(self, connections: list[XConnection]) -> None:
        self._reconnection = None
        if not connections:
            log.warning("no clipboard: Xwayland has ended")
            return
        before = (self._windows.connection, self._clipboard_connection)
        windows, self._clipboard_connection = connections
        try:
            self._windows = _WindowSizes(windows, self._windows.sizes)
            self._follow(windows, self._follow_windows)
            if self._clipboard is not None:
                self._clipboard.reopen(self._clipboard_connection)
                self._follow(self._clipboard_connection, self._follow_clipboard)
        except (xcffib.ConnectionException, DisplayGone):
            self._failed()
        else:
            log.info("Xwayland responds again")
        for connection in before:
            connection.disconnect()


class _WindowSizes:
    """Restores the sizes of windows with a frame, on a connection of its own; ``sizes`` are those known before."""

    def __init__(self, connection: XConnection, sizes: Mapping[int, tuple[int, int]] | None = None) -> None:
        self.connection = connection
        self.sizes = dict(sizes or {})
        root = connection.get_setup().roots[0].root
        self._listen(root, xcffib.xproto.EventMask.SubstructureNotify)
        for window in self.sizes:
            self._listen(window, xcffib.xproto.EventMask.StructureNotify)

    def handle_events(self) -> bool:
        """Handle waiting events; return ``False`` if the connection has failed."""
        try:
            self.connection.flush()
            while self._handle_next():
                self.connection.flush()  # it may read events, so the last look at them comes after it
        except xcffib.ConnectionException:
            return False
        return True

    def _listen(self, window: int, mask: int) -> None:
        self.connection.core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [mask])

    def _handle_next(self) -> bool:
        with contextlib.suppress(xcffib.Error):  # an error for a window that is gone by now
            event = self.connection.poll_for_event()
            if event is not None:
                self._handle(event)
            return event is not None
        return True

    def _handle(self, event: Any) -> None:
        xproto = xcffib.xproto
        if isinstance(event, xproto.CreateNotifyEvent):
            self.sizes[event.window] = (event.width, event.height)
        elif isinstance(event, xproto.ReparentNotifyEvent):
            self._listen(event.window, xproto.EventMask.StructureNotify)
        elif isinstance(event, xproto.DestroyNotifyEvent):
            self.sizes.pop(event.window, None)
        elif isinstance(event, xproto.ConfigureNotifyEvent) and event.event == event.window:
            size = (event.width, event.height)
            if size != SHRUNK:
                self.sizes[event.window] = size
            elif (before := self.sizes.get(event.window)) is not None:
                both = xproto.ConfigWindow.Width | xproto.ConfigWindow.Height
                self.connection.core.ConfigureWindow(event.window, both, list(before))
