"""What is left out for a browser whose decoder hangs. Sans-I/O: the time is handed in, in seconds.

noVNC 1.7 reads nothing more once a frame that it waits for isn't decoded (core/rfb.js, `_flushing`): neither a reset of
the decoder nor other pixels reach it. So such a viewer is sent away, and who comes next, within some seconds, is most
likely the same one, connecting anew: it is given less.
"""

from __future__ import annotations

from enum import IntEnum

RETURNS = 20.0
"""Seconds within which a viewer that was sent away comes back."""


class Trust(IntEnum):
    """What a viewer's decoder is given."""

    WITHOUT_VIDEO = 0
    HALVED_COLOUR = 1
    ALL = 2


class Recovery:
    """Remembers, for a while, which decoders hung."""

    def __init__(self) -> None:
        self._expected: list[tuple[float, Trust]] = []

    def hung(self, now: float, trust: Trust, full_colour: bool) -> Trust:
        """A viewer's decoder hung with what ``trust`` gave it (4:4:4 or not); return what it gets from now on."""
        less = Trust.HALVED_COLOUR if trust == Trust.ALL and full_colour else Trust.WITHOUT_VIDEO
        self._expected.append((now + RETURNS, less))
        return less

    def trust(self, now: float) -> Trust:
        """Return what a viewer that connects now is given."""
        self._expected = [each for each in self._expected if each[0] >= now]
        return self._expected.pop(0)[1] if self._expected else Trust.ALL
