"""What is left out for a browser whose decoder hangs. Sans-I/O: the time is handed in, in seconds.

noVNC 1.7 reads nothing more once a frame that it waits for isn't decoded (core/rfb.js, `_flushing`): neither a reset of
the decoder nor other pixels reach it. So such a viewer is sent away, and who comes next, within some seconds, is most
likely the same one, connecting anew: it is given less.
"""

from __future__ import annotations

from enum import IntEnum

RETURNS = 20.0
"""Seconds within which a viewer that was sent away comes back."""


class VideoLevel(IntEnum):
    """What a viewer's decoder is given."""

    NO_VIDEO = 0
    HALVED_CHROMA = 1
    FULL_CHROMA = 2


class DecoderFallback:
    """Remembers, for a while, which decoders hung."""

    def __init__(self) -> None:
        self._expected: list[tuple[float, VideoLevel]] = []

    def hung(self, now: float, trust: VideoLevel, full_chroma: bool) -> VideoLevel:
        """A viewer's decoder hung with what ``trust`` gave it (4:4:4 or not); return what it gets from now on."""
        less = VideoLevel.HALVED_CHROMA if trust == VideoLevel.FULL_CHROMA and full_chroma else VideoLevel.NO_VIDEO
        self._expected.append((now + RETURNS, less))
        return less

    def level_for_next(self, now: float) -> VideoLevel:
        """Return what a viewer that connects now is given."""
        self._expected = [each for each in self._expected if each[0] >= now]
        return self._expected.pop(0)[1] if self._expected else VideoLevel.FULL_CHROMA
