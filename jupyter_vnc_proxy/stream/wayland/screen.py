"""The picture of the Weston that fills the compositor's screen, and its size."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from ...options import Geometry
from ..picture.framebuffer import Pixels, Rectangle, ResizeError, Tiles, tile_flags, update_pixels
from .tap import Tap

log = logging.getLogger("jupyter_vnc_proxy.stream")

PAUSE = 0.5
"""Seconds between two changes of the size: Weston's shell ends with an error when its outputs come and go faster."""

PATIENCE = 2.0
"""Seconds that a change of the size has until the next may begin without it."""

PRIMARY = 0
"""The compositor's output, as pixelflux counts them."""


class WaylandScreen:
    """What Weston draws, taken in as it commits it. Sides are even: the engine, which sets the output's size to what
    it captures, can halve no others.

    ``on_change(tiles)`` is called with the tiles that changed, ``on_resize()`` when the screen has another size.
    """

    def __init__(
        self, capture: Any, geometry: Geometry, on_change: Callable[[Tiles], None], on_resize: Callable[[], None]
    ) -> None:
        self._capture = capture
        self._on_change, self._on_resize = on_change, on_resize
        self.tap: Tap | None = None
        self.max_captures = 1  # of one output pixelflux makes one stream
        self._follows = True
        self._surface = 0
        self._next: tuple[int, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._changed_at = float("-inf")
        self._allocate(*even(geometry.width, geometry.height))
        self._wanted = (self.width, self.height)

    def _allocate(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.pixels: Pixels = np.zeros((height, width, 4), np.uint8)
        self._missed, self._drawn = self.tiles(), self.tiles()

    def tiles(self, value: bool = False) -> Tiles:
        """Return a flag for each tile, all of them ``value``."""
        return tile_flags(self.width, self.height, value)

    def track_changes(self, enabled: bool) -> None:
        """Tell what is drawn, or only after it is wanted again; it is taken in either way."""
        if enabled == self._follows:
            return
        self._follows = enabled
        missed, self._missed, self._drawn = self._missed, self.tiles(), self.tiles()
        if missed.any():
            self._on_change(missed)

    def damaged_share(self) -> float:
        """Return the share (0 to 1) of the screen that was drawn on since the last call; 0 where it is followed."""
        drawn, self._drawn = self._drawn, self.tiles()
        return 0.0 if self._follows else float(drawn.mean())

    def configure_capture(self, settings: Any) -> None:
        """Have the engine capture the compositor in this process."""
        settings.use_wayland = True

    @property
    def is_drawn(self) -> bool:
        """Whether there was a picture yet."""
        return bool(self._surface)

    # -- what Weston draws ---------------------------------------------------------------------------------------------

    def drawn(self, surface: int, pixels: Pixels, damage: list[Rectangle]) -> None:
        """Take in what was committed. Until the first picture of a new size, the one before is still being drawn."""
        height, width = pixels.shape[:2]
        if (width, height) != self._wanted:
            return
        if surface != self._surface or (width, height) != (self.width, self.height):
            self._surface = surface
            self._begin(pixels)
            return
        changed = self.tiles()
        for x, y, wide, high in damage:
            left, top, right, lower = max(0, x), max(0, y), min(width, x + wide), min(height, y + high)
            if right > left and lower > top:
                update_pixels(self.pixels, pixels[top:lower, left:right], left, top, changed)
        self._tell(changed)

    def _tell(self, changed: Tiles) -> None:
        if not self._follows:
            self._missed |= changed
            self._drawn |= changed
        elif changed.any():
            self._on_change(changed)

    def _begin(self, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        if (width, height) != (self.width, self.height):
            self._allocate(width, height)
            self.pixels[...] = pixels
            self._on_resize()
        else:
            changed = self.tiles()
            update_pixels(self.pixels, pixels, 0, 0, changed)
            self._tell(changed)
        if (place := self._capture.pointer_location()) is not None:
            self._capture.inject_mouse_move(place[0], place[1])  # a new window has not been entered yet
        self._plan()

    # -- changing ------------------------------------------------------------------------------------------------------

    def resize(self, width: int, height: int) -> Geometry:
        """Change the size in pixels; return what it will have. Raise `ResizeError` where it can't."""
        if self.tap is None:
            raise ResizeError("Weston does not run")
        self._next = even(width, height)
        self._plan()
        return Geometry(*(self._next or self._wanted))

    def _plan(self) -> None:
        """See to it that the size that was asked for last comes, when it is time."""
        if self._timer is not None:
            self._timer.cancel()
        pause = PAUSE if (self.width, self.height) == self._wanted else PATIENCE
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(self._changed_at + pause, self._change) if self._next else None
        if self._timer is not None and self._timer.when() <= loop.time():
            self._timer.cancel()
            self._change()

    def _change(self) -> None:
        wanted, self._next, self._timer = self._next, None, None
        if wanted is None or self.tap is None or wanted == self._wanted:
            return
        if not self._capture.resize_output(PRIMARY, *wanted):
            log.warning("the compositor refuses a size of %dx%d", *wanted)
            return
        self._wanted = wanted
        self._changed_at = asyncio.get_running_loop().time()
        self.tap.renew_output()

    def close(self) -> None:
        """Change nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        self.tap = None


def even(width: int, height: int) -> tuple[int, int]:
    """Return the even sides next to these, downwards."""
    return width & ~1, height & ~1
