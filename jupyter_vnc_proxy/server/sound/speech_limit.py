"""How many packets of a microphone a viewer may send."""

from __future__ import annotations

PACKETS_PER_SECOND = 60
"""A little more than packets of 20 ms make, for a clock that is fast."""

BURST = 50
"""Packets that may come at once, after the link was stuck."""


class SpeechLimit:
    """A bucket of tokens, one for each packet. Times are monotonic, in seconds."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._then: float | None = None

    def allows(self, now: float) -> bool:
        """Return whether one more packet may pass now."""
        if self._then is not None:
            self._left = min(BURST, self._left + (now - self._then) * PACKETS_PER_SECOND)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
