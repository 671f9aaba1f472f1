"""How often a part may crash, and how long to wait before it is started again."""

from __future__ import annotations

CRASHES = 5
CRASH_WINDOW = 60.0
"""A part that crashes five times within these seconds is given up."""

LONGEST_PAUSE = 30.0
"""Seconds between two starts of a part, at the most; the first pause is one second and each doubles."""


class Crashes:
    """Counts one part's crashes and says how long to wait before the next start."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def pause(self, now: float) -> float | None:
        """Note a crash at ``now`` (monotonic seconds); return the pause in seconds, or ``None`` to give up."""
        self._times = [each for each in self._times if now - each < CRASH_WINDOW] + [now]
        if len(self._times) >= CRASHES:
            return None
        return float(min(LONGEST_PAUSE, 2 ** (len(self._times) - 1)))
