"""Decides when the screen is in motion and when it is at rest (see the package's state diagram)."""

from __future__ import annotations

from collections import deque

from ..picture.change_rate import MIN_MOTION_SHARE, REST_SECONDS

MOTION_WINDOW_SECONDS = 0.3
"""Seconds in which the large changes must happen that start motion."""

MIN_LARGE_CHANGES = 5
"""Large changes in the window that start motion: 17 per second."""

LARGE_CHANGE_TIMEOUT_SECONDS = 0.5
"""Seconds without a large change that end motion although small changes go on: those are better sent as exact tiles."""


UNDAMAGED_SECONDS = 0.22
"""Seconds in which nothing was drawn that end motion, although the engine sends the last picture again to refine it."""


class MotionDetector:
    """Follows the changes of the whole screen. `active` tells whether it is in motion."""

    def __init__(self) -> None:
        self._large_changes: deque[float] = deque()
        self._last_change = self._last_large_change = self._last_damage = float("-inf")
        self.active = False

    def changed(self, now: float, share: float) -> bool:
        """Record that a ``share`` (0 to 1) of the screen has changed; return whether motion begins."""
        self._last_change = now
        self.damaged(now, share)
        if share >= MIN_MOTION_SHARE:
            self._large_changes.append(now)
        while self._large_changes and now - self._large_changes[0] > MOTION_WINDOW_SECONDS:
            self._large_changes.popleft()
        if self.active or len(self._large_changes) < MIN_LARGE_CHANGES:
            return False
        self.active = True
        return True

    def damaged(self, now: float, share: float, *, is_change: bool = False) -> None:
        """Record that a ``share`` (0 to 1) of the screen was drawn on, possibly with the same pixels as before.

        ``is_change`` counts it as a change, for when pixels are not compared.
        """
        if share >= MIN_MOTION_SHARE:
            self._last_large_change = now
        if share > 0:
            self._last_damage = now
            if is_change:
                self._last_change = now

    def frame_encoded(self, now: float) -> None:
        """Record that the engine delivered a frame, which it does after a change, and a few times more."""
        self._last_change = now

    def rest_at(self) -> float:
        """Return when motion ends unless something changes before."""
        return min(
            self._last_change + REST_SECONDS,
            self._last_large_change + LARGE_CHANGE_TIMEOUT_SECONDS,
            self._last_damage + UNDAMAGED_SECONDS,
        )

    def stop(self) -> None:
        """End motion."""
        self.active = False
        self._large_changes.clear()
