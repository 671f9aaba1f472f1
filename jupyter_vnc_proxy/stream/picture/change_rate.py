"""Tracks each tile's change rate, to choose lossy or exact encoding. Sans I/O: callers pass the time, in seconds."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .framebuffer import Tiles

MIN_MOTION_SHARE = 0.08
"""Share of the screen that must change for motion; less is sent exactly."""

REST_SECONDS = 0.16
"""Seconds without a change after which a tile, or the screen, is at rest."""

DECAY_SECONDS = 0.3
"""Seconds in which the recent changes of a tile decay to 1/e."""

MIN_MOVING_CHANGES = 2.3
"""Recent changes from which a tile is moving. Six changes per second keep it moving; a blinking cursor doesn't."""

MAX_RECENT_CHANGES = 6.0
"""Recent changes of a tile at most, so that it stops moving soon."""


class ChangeRate:
    """Follows the changes of tiles; ``tiles`` has their shape."""

    def __init__(self, tiles: Tiles) -> None:
        self._recent_changes: npt.NDArray[np.float64] = np.zeros(tiles.shape)
        self._last_change: npt.NDArray[np.float64] = np.full(tiles.shape, -np.inf)
        self._decayed_at = 0.0

    def changed(self, now: float, tiles: Tiles) -> None:
        """Record a change of these tiles."""
        self._decay(now)
        self._recent_changes[tiles] = np.minimum(self._recent_changes[tiles] + 1, MAX_RECENT_CHANGES)
        self._last_change[tiles] = now

    def moving(self, now: float) -> Tiles:
        """Return the tiles that are moving; none if they are only a small part of the screen."""
        self._decay(now)
        moving: Tiles = (self._recent_changes >= MIN_MOVING_CHANGES) & ~self.at_rest(now)
        return moving if moving.mean() >= MIN_MOTION_SHARE else np.zeros_like(moving)

    def at_rest(self, now: float) -> Tiles:
        """Return the tiles that are at rest."""
        rest: Tiles = now >= self._last_change + REST_SECONDS
        return rest

    def rests_at(self, tiles: Tiles) -> float:
        """Return when the first of these tiles will be at rest if it doesn't change before; there must be one."""
        return float(self._last_change[tiles].min()) + REST_SECONDS

    def _decay(self, now: float) -> None:
        if now > self._decayed_at:
            self._recent_changes *= math.exp((self._decayed_at - now) / DECAY_SECONDS)
            self._decayed_at = now
