"""Lowers the video level of a browser whose decoder has hung.

noVNC 1.7 reads nothing more while it waits for a frame that its browser doesn't decode (core/rfb.js, `_flushing`):
neither a decoder reset nor tiles get through. A viewer that reads while it decodes gets the reset, but no tiles, which
are drawn after the frame. So the server disconnects the client. The next client that connects
within some seconds is most likely the same browser, and gets less.
"""

from __future__ import annotations

from enum import IntEnum

RECONNECT_SECONDS = 20.0
"""Seconds in which a client that was disconnected is expected back."""


class VideoLevel(IntEnum):
    """The most demanding video that a client may be sent."""

    NO_VIDEO = 0
    HALVED_CHROMA = 1
    FULL_CHROMA = 2


class DecoderFallback:
    """Remembers the decoders that hung, until their clients reconnect."""

    def __init__(self) -> None:
        self._expected: list[tuple[float, VideoLevel]] = []

    def decoder_hung(self, now: float, level: VideoLevel, full_chroma: bool) -> VideoLevel:
        """Record that a client's decoder hung at ``level``; ``full_chroma`` tells whether it was sent 4:4:4.

        Return the level for when the client reconnects.
        """
        is_chroma = level == VideoLevel.FULL_CHROMA and full_chroma
        lower = VideoLevel.HALVED_CHROMA if is_chroma else VideoLevel.NO_VIDEO
        self._expected.append((now + RECONNECT_SECONDS, lower))
        return lower

    def level_for_next(self, now: float) -> VideoLevel:
        """Return the level of a client that connects now."""
        self._expected = [each for each in self._expected if each[0] >= now]
        return self._expected.pop(0)[1] if self._expected else VideoLevel.FULL_CHROMA
