"""X programs' windows on Weston, which makes each of them a single pixel when its output goes; here they grow again.

Its shell asks every window for the size 0 then (shell_reposition_view_on_output_change): to a Wayland program that
means "as you like", but its X window manager takes it at its word.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import xcffib
import xcffib.xproto

SHRUNK = (1, 1)
"""Pixels of a window that was asked for the size 0."""


class Windows:
    """Follows the sizes of all windows with a frame, on a connection that is used for nothing else."""

    def __init__(self, connection: xcffib.Connection) -> None:
        self._connection = connection
        self._fileno = int(connection.get_file_descriptor())
        self._sizes: dict[int, tuple[int, int]] = {}
        root = connection.get_setup().roots[0].root
        self._listen(root, xcffib.xproto.EventMask.SubstructureNotify)

    def start(self) -> None:
        """Follow them in the running event loop."""
        asyncio.get_running_loop().add_reader(self._fileno, self._handle_events)
        self._handle_events()

    def close(self) -> None:
        """Follow them no more."""
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
        with contextlib.suppress(xcffib.Error):  # of a window that has gone meanwhile
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
