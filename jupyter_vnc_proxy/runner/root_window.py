"""Sees what happens to a display while a desktop starts and lives on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from ..options import Geometry
from ..system.x_display import connect, set_size

BACKGROUND = 0x2E3440
"""Colour of the root window (RGB) until a session paints its own: not black, which looks like a dead screen."""


class RootWatcher:
    """Sees what happens to a display's root window: its size, and whether a window manager runs.

    ``on_change`` is called with (geometry, has a window manager) from the event loop, once `start` was called.
    Keeping the connection also keeps a display that would reset with its last client.
    """

    def __init__(self, display: str, xauthority: Path, on_change: Callable[[Geometry, bool], None]) -> None:
        import xcffib.xproto as xproto

        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection = connect(display, xauthority)
        self._fileno = int(self._connection.get_file_descriptor())  # not to be had of a connection that broke
        self._on_change = on_change
        screen = self._connection.get_setup().roots[0]
        self._root = screen.root
        self.geometry = Geometry(screen.width_in_pixels, screen.height_in_pixels)
        self.has_window_manager = False
        self._wm_check = self._atom("_NET_SUPPORTING_WM_CHECK")
        core = self._connection.core
        mask = xproto.EventMask.PropertyChange | xproto.EventMask.StructureNotify
        values = [BACKGROUND, mask]
        core.ChangeWindowAttributes(self._root, xproto.CW.BackPixel | xproto.CW.EventMask, values)
        core.ClearArea(False, self._root, 0, 0, 0, 0)
        check = core.GetProperty(False, self._root, self._wm_check, xproto.Atom.Any, 0, 1).reply()
        self.has_window_manager = check.value_len > 0

    def _atom(self, name: str) -> int:
        return int(self._connection.core.InternAtom(False, len(name), name).reply().atom)

    def start(self) -> None:
        """Take in events as they come; `close` ends it."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fileno, self._readable)

    def _readable(self) -> None:
        if not self.handle_events():
            self.close()

    def resize(self, geometry: Geometry) -> None:
        """Change the display's size through RANDR."""
        self.geometry = set_size(self._connection, geometry)

    def handle_events(self) -> bool:
        """Take in what has happened; return ``False`` where the display is gone."""
        import xcffib
        import xcffib.xproto as xproto

        before = (self.geometry, self.has_window_manager)
        try:
            while (event := self._connection.poll_for_event()) is not None:
                if isinstance(event, xproto.ConfigureNotifyEvent) and event.window == self._root:
                    self.geometry = Geometry(event.width, event.height)
                elif isinstance(event, xproto.PropertyNotifyEvent) and event.atom == self._wm_check:
                    self.has_window_manager = event.state == xproto.Property.NewValue
        except xcffib.Error:
            pass  # an error of a request that needed no answer, such as a window that is gone
        except xcffib.ConnectionException:
            return False
        if (self.geometry, self.has_window_manager) != before:
            self._on_change(self.geometry, self.has_window_manager)
        return True

    def close(self) -> None:
        """End the connection; does nothing where that was done."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._loop is not None:
            self._loop.remove_reader(self._fileno)
        connection.disconnect()
