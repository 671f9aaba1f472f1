"""Watches a display's root window: its size, and whether a window manager runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..desktops.desktop import Desktop
from ..options import Geometry
from ..system.randr.size import set_size
from ..system.x_display import connect, intern_atom
from .scale.session_scale import SessionScale
from .windows.reports import WindowReports

log = logging.getLogger("jupyter_vnc_proxy")

BACKGROUND = 0x2E3440
"""Colour of the root window (RGB) until the session paints its own: not black, which looks like a dead screen."""


def load_modules() -> None:
    """Import what watches a display, while that starts; if it can't be imported, `DisplayWatch.open` tells."""
    with contextlib.suppress(Exception):
        import xcffib.randr
        import xcffib.xproto

        from ..system import x_connection
        from .windows import watcher

        del xcffib, x_connection, watcher


class RootWatcher:
    """Watches a display's root window: its size, and whether a window manager runs.

    ``on_change`` is called with (geometry, has a window manager) from the event loop, after `start`.
    The connection also keeps an X server running that resets with its last client.
    """

    def __init__(self, display: str, xauthority: Path, on_change: Callable[[Geometry, bool], None]) -> None:
        import xcffib.xproto as xproto

        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Any = connect(display, xauthority)
        self._fileno = int(self._connection.get_file_descriptor())  # a broken connection can't return it
        self._on_change = on_change
        screen = self._connection.get_setup().roots[0]
        self._root = screen.root
        self.geometry = Geometry(screen.width_in_pixels, screen.height_in_pixels)
        self.has_window_manager = False
        self._wm_check = intern_atom(self._connection, "_NET_SUPPORTING_WM_CHECK")
        core = self._connection.core
        mask = xproto.EventMask.PropertyChange | xproto.EventMask.StructureNotify
        values = [BACKGROUND, mask]
        core.ChangeWindowAttributes(self._root, xproto.CW.BackPixel | xproto.CW.EventMask, values)
        core.ClearArea(False, self._root, 0, 0, 0, 0)
        check = core.GetProperty(False, self._root, self._wm_check, xproto.Atom.Any, 0, 1).reply()
        self.has_window_manager = check.value_len > 0

    def admit_own_user(self) -> None:
        """Let programs of our user connect without a cookie: many run without XAUTHORITY, as under cron or ``env -i``.

        The kernel tells the X server the user id (Xsecurity(7), ``si:localuser``).
        """
        import xcffib.xproto as xproto

        address = f"localuser\0#{os.getuid()}".encode()
        core = self._connection.core
        core.ChangeHosts(xproto.HostMode.Insert, xproto.Family.ServerInterpreted, len(address), address)
        self._connection.flush()

    def start(self) -> None:
        """Handle events as they arrive, until `close`."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fileno, self._readable)
        self._loop.call_soon(self._readable)  # xcb has read some events already, with the replies

    def _readable(self) -> None:
        if self._connection is not None and not self.handle_events():
            self.close()

    def resize(self, geometry: Geometry) -> None:
        """Change the display's size through RANDR."""
        self.geometry = set_size(self._connection, geometry)

    def handle_events(self) -> bool:
        """Handle the events that arrived; return ``False`` if the display is gone."""
        import xcffib
        import xcffib.xproto as xproto

        before = (self.geometry, self.has_window_manager)
        try:
            while (event := self._connection.poll_for_event()) is not None:
                if isinstance(event, xproto.ConfigureNotifyEvent) and event.window == self._root:
                    self.geometry = Geometry(event.width, event.height)
                elif isinstance(event, xproto.PropertyNotifyEvent) and event.atom == self._wm_check:
                    self.has_window_manager = event.state == xproto.Property.NewValue
        except xcffib.ConnectionException:
            return False
        if (self.geometry, self.has_window_manager) != before:
            self._on_change(self.geometry, self.has_window_manager)
        return True

    def close(self) -> None:
        """Close the connection; do nothing if it is closed."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._loop is not None:
            self._loop.remove_reader(self._fileno)
        connection.disconnect()


class DisplayWatch:
    """What watches a desktop's current display, if that is possible: `RootWatcher`, `SessionScale` and its windows.

    ``set_state`` is called with the session's scale in percent as ``scale``.
    """

    def __init__(
        self,
        desktop: Desktop,
        on_change: Callable[[Geometry, bool], None],
        set_state: Callable[..., None],
    ) -> None:
        self._desktop = desktop
        self._on_change = on_change
        self._set_state = set_state
        self._root: RootWatcher | None = None
        self._scale: SessionScale | None = None
        self._windows = WindowReports(desktop.name, desktop.paths.window_socket)

    def open(self, display: str, size: Geometry | None = None) -> None:
        """Watch ``display``, and set its size if one is given; on failure, write a warning to the log."""
        xauthority = self._desktop.xauthority
        try:
            self._root = RootWatcher(display, xauthority, self._on_change)
            self._root.admit_own_user()
            if size is not None:
                self._root.resize(size)
            self._scale = SessionScale(display, xauthority, lambda percent: self._set_state(scale=percent))
            self._windows.open(display, xauthority)
        except Exception as error:  # a missing library, a display that went away
            log.warning("%s: the display can't be watched: %s", self._desktop.name, error)
            return
        self._root.start()

    @property
    def has_window_manager(self) -> bool:
        """Whether a window manager runs on the display, as far as it is watched."""
        return self._root is not None and self._root.has_window_manager

    async def close(self) -> None:
        """Watch no more; do nothing if no display is watched."""
        await self._windows.close()
        if self._scale is not None:
            await self._scale.close()
            self._scale = None
        if self._root is not None:
            self._root.close()
            self._root = None
