"""How often a process may crash, and the growing pauses between its restarts."""

from __future__ import annotations

MAX_CRASHES = 5
CRASH_WINDOW_SECONDS = 60.0
"""A process that crashes so often within so many seconds is not restarted."""

MAX_PAUSE_SECONDS = 30.0
"""The longest pause before a restart; the first is one second, and each doubles."""


class Backoff:
    """Counts one process's crashes and returns the pause before its next start."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def pause(self, now: float) -> float | None:
        """Count a crash at ``now`` (monotonic seconds); return the pause in seconds, or ``None`` to give up."""
        self._times = [each for each in self._times if now - each < CRASH_WINDOW_SECONDS] + [now]
        if len(self._times) >= MAX_CRASHES:
            return None
        return float(min(MAX_PAUSE_SECONDS, 2 ** (len(self._times) - 1)))
