"""The screen of a Wayland desktop: the pixels that Weston draws, and their size."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from ...options import Geometry
from ..picture.framebuffer import Pixels, Rectangle, ResizeError, Tiles, tile_flags
from ..picture.pixel_memory import PixelMemory
from .tap import Tap

log = logging.getLogger("jupyter_vnc_proxy.stream")

RESIZE_INTERVAL_SECONDS = 0.5
"""Minimum time between two changes of the size: Weston's shell crashes if outputs come and go faster."""

RESIZE_TIMEOUT_SECONDS = 2.0
"""How long a change of the size may take before the next one starts anyway."""

PRIMARY = 0
"""pixelflux's index of the compositor's output."""


class WaylandScreen:
    """Keeps a copy of what Weston commits in `memory`. Width and height are even: the engine sets the output's size to
    that of its capture, and halves both for chroma.

    ``on_change(tiles)`` is called with the tiles that changed, ``on_resize()`` when the screen has another size. Set
    `renews_output` to ``False`` if Weston's output takes the compositor's size.
    """

    def __init__(
        self, capture: Any, geometry: Geometry, on_change: Callable[[Tiles], None], on_resize: Callable[[], None]
    ) -> None:
        self._capture = capture
        self._on_change, self._on_resize = on_change, on_resize
        self.tap: Tap | None = None
        self.renews_output = True
        self.max_captures = 1  # pixelflux encodes one stream an output
        self._follows = True
        self._surface = 0
        self._next: tuple[int, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._changed_at = float("-inf")
        self._allocate(*even(geometry.width, geometry.height))
        self._wanted = (self.width, self.height)

    def _allocate(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.memory = PixelMemory(width, height)
        self._missed, self._drawn = self.tiles(), self.tiles()

    def tiles(self, value: bool = False) -> Tiles:
        """Return a flag for each tile, all of them ``value``."""
        return tile_flags(self.width, self.height, value)

    def track_changes(self, enabled: bool) -> None:
        """Report changes at once, or, after ``False``, when enabled again; `memory` follows either way."""
        if enabled == self._follows:
            return
        self._follows = enabled
        missed, self._missed, self._drawn = self._missed, self.tiles(), self.tiles()
        if missed.any():
            self._on_change(missed)

    def release(self) -> None:
        """Keep the pixels: what the compositor doesn't draw again can't be read later."""

    def damaged_share(self) -> float:
        """Return the share (0 to 1) of tiles damaged since the last call; always 0 while changes are tracked."""
        drawn, self._drawn = self._drawn, self.tiles()
        return 0.0 if self._follows else float(drawn.mean())

    def configure_capture(self, settings: Any) -> None:
        """Have the engine capture the compositor in this process."""
        settings.use_wayland = True

    @property
    def is_drawn(self) -> bool:
        """Whether Weston has drawn yet."""
        return bool(self._surface)

    # -- what Weston draws ---------------------------------------------------------------------------------------------

    def drawn(self, surface: int, pixels: Pixels, damage: list[Rectangle]) -> None:
        """Copy what was committed. Until the first commit of a new size, commits of the old size are ignored."""
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
                self.memory.update(pixels[top:lower, left:right], left, top, changed)
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
            self.memory.pixels[...] = pixels
            self._on_resize()
        else:
            changed = self.tiles()
            self.memory.update(pixels, 0, 0, changed)
            self._tell(changed)
        if (place := self._capture.pointer_location()) is not None:
            self._capture.inject_mouse_move(place[0], place[1])  # so that it enters the new window
        self._plan()

    # -- changing ------------------------------------------------------------------------------------------------------

    def resize(self, width: int, height: int) -> Geometry:
        """Change the size in pixels; return the size that it will have. Raise `ResizeError` if it can't."""
        if self.tap is None:
            raise ResizeError("Weston isn't running")
        self._next = even(width, height)
        self._plan()
        return Geometry(*(self._next or self._wanted))

    def _plan(self) -> None:
        """Apply the requested size now, or when the interval has passed."""
        if self._timer is not None:
            self._timer.cancel()
        pause = RESIZE_INTERVAL_SECONDS if (self.width, self.height) == self._wanted else RESIZE_TIMEOUT_SECONDS
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
            log.warning("the compositor refused the size %dx%d", *wanted)
            return
        self._wanted = wanted
        self._changed_at = asyncio.get_running_loop().time()
        if self.renews_output:
            self.tap.renew_output()

    def close(self) -> None:
        """Cancel a pending change of the size."""
        if self._timer is not None:
            self._timer.cancel()
        self.tap = None


def even(width: int, height: int) -> tuple[int, int]:
    """Round both sides down to even numbers."""
    return width & ~1, height & ~1
