"""When the screen is in motion, and when it has come to rest. Sans-I/O: the time is handed in, in seconds."""

from __future__ import annotations

from collections import deque

from ..picture.change_rate import LARGE, REST

WINDOW = 0.3
"""Seconds of the past that are looked at."""

CHANGES = 5
"""Large changes within the window that make motion: 17 a second."""

LINGERS = 0.5
"""Seconds without a large change after which it has ended as well: what is small is better sent exactly."""


class MotionDetector:
    """Follows changes; `active` has hysteresis, so that it neither flaps nor lingers."""

    def __init__(self) -> None:
        self._large: deque[float] = deque()
        self._last = self._last_large = float("-inf")
        self.active = False

    def changed(self, now: float, share: float) -> bool:
        """A ``share`` (0 to 1) of the screen changed; return whether motion begins with that."""
        self._last = now
        self.drawn(now, share)
        if share >= LARGE:
            self._large.append(now)
        while self._large and now - self._large[0] > WINDOW:
            self._large.popleft()
        if self.active or len(self._large) < CHANGES:
            return False
        self.active = True
        return True

    def drawn(self, now: float, share: float, *, is_change: bool = False) -> None:
        """A ``share`` of the screen was drawn on; ``is_change``: nobody compares, so it counts as one."""
        if share >= LARGE:
            self._last_large = now
        if share > 0 and is_change:
            self._last = now

    def picture(self, now: float) -> None:
        """The engine delivered a picture, which it does only where something changed."""
        self._last = now

    def rest_at(self) -> float:
        """Return when motion ends unless something changes before."""
        return min(self._last + REST, self._last_large + LINGERS)

    def stop(self) -> None:
        """MotionDetector has ended."""
        self.active = False
        self._large.clear()
