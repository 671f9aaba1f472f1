"""When a packet's sound was captured, from the count of its samples and the times at which packets arrive."""

from __future__ import annotations

from .messages import SAMPLE_RATE

DRIFT = 1 / 1000
"""How far the clock of the samples may run behind ours, as a part of the time."""


class CaptureClock:
    """Counts samples, which arrive late by more or less: the one that came with the least delay sets the clock."""

    def __init__(self) -> None:
        self._start: float | None = None
        self._samples = 0

    def microseconds(self, samples: int, now: float) -> int:
        """Return the monotonic time of the first of a packet's samples, in microseconds.

        ``samples`` were captured before it since the capture began; ``now`` is monotonic, in seconds.
        """
        start = now - samples / SAMPLE_RATE
        if self._start is None or samples < self._samples:  # the capture began again
            self._start = start
        else:
            passed = (samples - self._samples) / SAMPLE_RATE
            self._start = min(start, self._start + passed * DRIFT)
        self._samples = samples
        return int((self._start + samples / SAMPLE_RATE) * 1e6)
