"""Which tiles of the screen move, as a film does, and which have come to rest. Sans-I/O: times are seconds."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .framebuffer import Tiles

LARGE = 0.08
"""Share of the screen that must change at once, or be in motion, to count as large."""

REST = 0.16
"""Seconds without a change after which a tile, or the screen, is at rest."""

MEMORY = 0.3
"""Seconds in which a change is forgotten to a third."""

MOVING = 2.3
"""Changes, forgotten as above, that make a tile one that moves: six a second go on, a blinking cursor never does."""

HOTTEST = 6.0
"""No tile counts as hotter, so that a short change of what moves is seen soon."""


class ChangeRate:
    """Follows the changes of each tile; ``tiles`` gives the shape."""

    def __init__(self, tiles: Tiles) -> None:
        self._heat: npt.NDArray[np.float64] = np.zeros(tiles.shape)
        self._last: npt.NDArray[np.float64] = np.full(tiles.shape, -np.inf)
        self._when = 0.0

    def changed(self, now: float, tiles: Tiles) -> None:
        """These tiles have changed."""
        self._cool(now)
        self._heat[tiles] = np.minimum(self._heat[tiles] + 1, HOTTEST)
        self._last[tiles] = now

    def moving(self, now: float) -> Tiles:
        """Return the tiles that move; none where little of the screen does."""
        self._cool(now)
        moving: Tiles = (self._heat >= MOVING) & ~self.at_rest(now)
        return moving if moving.mean() >= LARGE else np.zeros_like(moving)

    def at_rest(self, now: float) -> Tiles:
        """Return the tiles that have not changed of late."""
        rest: Tiles = now >= self._last + REST
        return rest

    def rests_at(self, tiles: Tiles) -> float:
        """Return when the first of these tiles will be at rest, unless it changes before; there must be one."""
        return float(self._last[tiles].min()) + REST

    def _cool(self, now: float) -> None:
        if now > self._when:
            self._heat *= math.exp((self._when - now) / MEMORY)
            self._when = now
