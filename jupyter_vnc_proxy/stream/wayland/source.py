"""pixelflux's compositor in this process, with a Weston that fills its screen, as a source."""

from __future__ import annotations

import asyncio
import io
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from ...errors import Conflict
from ...options import Geometry
from ...system.files.removal import remove_tree
from ...system.timeouts import within
from ...system.x_display import write_cookie
from ..cursor import Cursor
from ..display_source import Listener
from ..picture.framebuffer import Pixels, Rectangle, Tiles
from ..x11.clipboard import RestartingClipboard
from ..x11.xwayland import Xwayland
from .keyboard import WaylandKeyboard
from .pointer import WaylandPointer
from .screen import WaylandScreen
from .tap import Tap
from .weston import Weston

log = logging.getLogger("jupyter_vnc_proxy.stream")

FIRST_FRAME_TIMEOUT_SECONDS = 20.0
"""How long Weston may take to draw its first frame."""

NO_CURSOR: Pixels = np.zeros((1, 1, 4), np.uint8)

SOFTWARE = ""
"""No render node: Weston draws in memory, and pixelflux copies from there."""


class WaylandSource:
    """One Wayland desktop, with its sockets in a new directory below ``directory``; X programs get ``xauthority``.

    After `start`, `display` is the X display that Weston's Xwayland serves; empty without Xwayland, which starts with
    its first client. Weston's Wayland backend has no cursor planes: the pointer is part of its pixels, and viewers get
    an empty one. The clipboard is Xwayland's, which Weston keeps in sync with its own.
    Raise ``ImportError`` if pixelflux is missing, ``OSError`` if the compositor doesn't start.
    """

    def __init__(self, directory: Path, geometry: Geometry, xauthority: Path | None = None) -> None:
        import pixelflux

        self._directory = directory / "wayland"
        self._remove_directory()
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._xauthority = xauthority
        self._listener: Listener | None = None
        self.display = ""
        os.environ["XDG_RUNTIME_DIR"] = os.fspath(self._directory)
        self._capture = pixelflux.ScreenCapture()
        self.screen = WaylandScreen(self._capture, geometry, self._changed, self._resized)
        size = (self.screen.width, self.screen.height)
        name = pixelflux.ensure_wayland_display(*size, SOFTWARE, SOFTWARE)
        if not name or not self._capture.resize_output(0, *size):
            raise OSError("pixelflux's compositor did not start")
        self._compositor = self._directory / name
        self.cursor = Cursor()
        self.cursor.change(0, 0, NO_CURSOR)
        self.keyboard = WaylandKeyboard(self._capture, self._locks_changed, self._later)
        self._weston = Weston(self._directory, self._weston_ended)
        self._xwayland: Xwayland | None = None
        self._first = asyncio.Event()

    async def start(self, listener: Listener) -> None:
        """Start Weston, and follow what it draws; raise ``OSError`` if it doesn't start."""
        self._listener = listener
        tap = self.screen.tap = Tap(self._compositor, self._drawn, lambda: None)
        await self._weston.start(tap.client.fileno())
        self.screen.renews_output = not self._weston.follows_size
        tap.start()
        self.display = await self._weston.display()
        try:
            await within(FIRST_FRAME_TIMEOUT_SECONDS, self._first.wait())
        except asyncio.TimeoutError as error:
            raise OSError(f"Weston drew nothing within {FIRST_FRAME_TIMEOUT_SECONDS:g} s") from error
        loop = asyncio.get_running_loop()

        def on_cursor(kind: str, data: bytes, x: int, y: int) -> None:  # on the compositor's own thread
            loop.call_soon_threadsafe(self._cursor_changed, kind, bytes(data), x, y)

        self._capture.set_cursor_callback(on_cursor)
        if self.display:
            await self._connect()

    async def _connect(self) -> None:
        """Connect to Xwayland, which starts it. It accepts the same user's programs with any cookie."""
        if self._xauthority is None:
            self._xauthority = self._directory / "Xauthority"
            write_cookie(self._xauthority)
        try:
            self._xwayland = await asyncio.to_thread(Xwayland, self.display, self._xauthority)
            self._xwayland.start()
        except OSError as error:
            log.warning("no clipboard: Xwayland can't be reached: %r", error)

    async def close(self) -> None:
        """Stop Weston, and remove the sockets; the compositor ends with this process."""
        self._capture.set_cursor_callback(None)
        await self._weston.stop()
        if (tap := self.screen.tap) is not None:
            self.screen.close()
            tap.close()
        self.keyboard.close()
        if self._xwayland is not None:
            self._xwayland.close()
        await asyncio.to_thread(self._remove_directory)

    def _remove_directory(self) -> None:
        try:
            remove_tree(self._directory)
        except Conflict as error:  # such as a mount
            log.warning("%s", error.message)

    def pointer(self) -> WaylandPointer:
        """Return a pointer for one more client."""
        return WaylandPointer(self._capture)

    def clipboard(
        self, on_change: Callable[[str], None], timer: Callable[[float, Callable[[], None]], object], primary: bool
    ) -> RestartingClipboard | None:
        """Return Xwayland's clipboard, ``None`` if there is no Xwayland."""
        return None if self._xwayland is None else self._xwayland.clipboard(on_change, timer, primary)

    # -- events --------------------------------------------------------------------------------------------------------

    def _drawn(self, surface: int, pixels: Pixels, damage: list[Rectangle]) -> None:
        self.screen.drawn(surface, pixels, damage)
        if self.screen.is_drawn:
            self._first.set()

    def _weston_ended(self, status: int) -> None:
        if status:
            log.error("Weston ended with status %d", status)
        if self._listener is not None:
            self._listener.ended(status != 0)

    def _cursor_changed(self, kind: str, data: bytes, x: int, y: int) -> None:
        """Show the compositor's own cursor, which Weston hides while the pointer is on its window."""
        if kind == "png":
            image = Image.open(io.BytesIO(data)).convert("RGBA")
            self.cursor.change(x, y, np.ascontiguousarray(np.asarray(image)[..., [2, 1, 0, 3]]))
        else:
            self.cursor.change(0, 0, NO_CURSOR)
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

    def _later(self, seconds: float, work: Callable[[], None]) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)
