"""Connections to Weston's Xwayland: the X clipboard, and the sizes of X windows.

Weston shrinks every X window to a single pixel when its output goes: its shell then requests the size 0
(shell_reposition_view_on_output_change). A Wayland program may then choose its size, but Weston's X window manager
takes the 0 literally.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xcffib
import xcffib.xproto

from ...system.x_display import connect
from ..clipboard.display_clipboard import Timer
from .errors import raises_display_gone
from .selection import XClipboard

SHRUNK = (1, 1)
"""Width and height in pixels of a window after a request for the size 0."""


class Xwayland:
    """Two connections to Xwayland; the first may start it. Raise ``OSError`` if it can't be reached."""

    @raises_display_gone()
    def __init__(self, display: str, xauthority: Path) -> None:
        self._clipboard_connection = connect(display, xauthority)
        self._windows = _WindowSizes(connect(display, xauthority))

    def start(self) -> None:
        """Restore the sizes of shrunk windows, in the running event loop."""
        self._windows.start()

    def clipboard(self, on_change: Callable[[str], None], timer: Timer, primary: bool) -> XClipboard:
        """Return the clipboard; call this once."""
        return XClipboard(self._clipboard_connection, on_change, timer, primary)

    def close(self) -> None:
        """Close both connections."""
        self._windows.close()
        self._clipboard_connection.disconnect()


class _WindowSizes:
    """Restores the sizes of windows with a frame, on a connection of its own."""

    def __init__(self, connection: xcffib.Connection) -> None:
        self._connection = connection
        self._fileno = int(connection.get_file_descriptor())
        self._sizes: dict[int, tuple[int, int]] = {}
        root = connection.get_setup().roots[0].root
        self._listen(root, xcffib.xproto.EventMask.SubstructureNotify)

    def start(self) -> None:
        """Follow the windows in the running event loop."""
        asyncio.get_running_loop().add_reader(self._fileno, self._handle_events)
        self._handle_events()

    def close(self) -> None:
        """Stop following the windows, and disconnect."""
        asyncio.get_running_loop().remove_reader(self._fileno)
        self._connection.disconnect()

    def _listen(self, window: int, mask: int) -> None:
        self._connection.core.ChangeWindowAttributes(window, xcffib.xproto.CW.EventMask, [mask])

    def _handle_events(self) -> None:
        try:
            while self._handle_next():
                pass
            self._connection.flush()
        except xcffib.ConnectionException:
            asyncio.get_running_loop().remove_reader(self._fileno)

    def _handle_next(self) -> bool:
        with contextlib.suppress(xcffib.Error):  # an error for a window that is gone by now
            event = self._connection.poll_for_event()
            if event is not None:
                self._handle(event)
            return event is not None
        return True

    def _handle(self, event: Any) -> None:
        xproto = xcffib.xproto
        if isinstance(event, xproto.CreateNotifyEvent):
            self._sizes[event.window] = (event.width, event.height)
        elif isinstance(event, xproto.ReparentNotifyEvent):
            self._listen(event.window, xproto.EventMask.StructureNotify)
        elif isinstance(event, xproto.DestroyNotifyEvent):
            self._sizes.pop(event.window, None)
        elif isinstance(event, xproto.ConfigureNotifyEvent) and event.event == event.window:
            size = (event.width, event.height)
            if size != SHRUNK:
                self._sizes[event.window] = size
            elif (before := self._sizes.get(event.window)) is not None:
                both = xproto.ConfigWindow.Width | xproto.ConfigWindow.Height
                self._connection.core.ConfigureWindow(event.window, both, list(before))
