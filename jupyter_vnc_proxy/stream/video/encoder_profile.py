"""Encoder settings for a quality level: 0 worst, 9 best (rfbproto, "JPEG Quality Level Pseudo-encoding")."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FPS = 60.0
"""Frames per second of a video that nothing limits."""

FULL_CHROMA_MIN_QUALITY = 7
"""Quality level. noVNC can't find out what its browser decodes; a page that can asks for 4:4:4 with this level."""

DEFAULT_QUALITY = 6
"""Quality level of a client that announces none."""

MIN_QP = (42, 39, 36, 33, 30, 28, 26, 27, 27, 20)
"""Minimum quantiser by quality level (ITU-T H.264: 0 best, 51 worst). At rest the screen is exact in any case."""

MAX_BITS_PER_PIXEL = (0.03, 0.04, 0.06, 0.08, 0.1, 0.14, 0.18, 0.18, 0.18, 0.4)
"""Bits per pixel and frame, by quality level: 0.18 is 10 Mbit/s at 1280x720 and 60 frames per second."""


@dataclass(frozen=True)
class EncoderProfile:
    """Settings that the encoder is started with.

    ``min_qp`` is the minimum quantiser; ``full_chroma`` is 4:4:4 in full range, otherwise 4:2:0.
    """

    min_qp: int
    full_chroma: bool = False


def profile_for(quality: int | None) -> EncoderProfile:
    """Return the best profile that a quality level allows."""
    quality = DEFAULT_QUALITY if quality is None else quality
    return EncoderProfile(MIN_QP[quality], quality >= FULL_CHROMA_MIN_QUALITY)


def max_bitrate_kbps(quality: int | None, width: int, height: int) -> float:
    """Return the kilobits per second that a quality level allows for a screen of that size in pixels."""
    return MAX_BITS_PER_PIXEL[DEFAULT_QUALITY if quality is None else quality] * width * height * MAX_FPS / 1000
