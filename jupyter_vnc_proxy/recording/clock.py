"""The time of a recording."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Counts the seconds since its start, without the pauses."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._before = 0.0
        self._since: float | None = now()

    @property
    def seconds(self) -> float:
        """The recorded time."""
        return self._before + (0.0 if self._since is None else self._now() - self._since)

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._since is None

    def pause(self) -> None:
        """Stand still; do nothing if it does."""
        self._before, self._since = self.seconds, None

    def resume(self) -> None:
        """Go on; do nothing if it runs."""
        if self._since is None:
            self._since = self._now()
