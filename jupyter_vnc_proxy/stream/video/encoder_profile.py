"""What a client's quality level (0 worst, 9 best; rfbproto, "JPEG Quality Level Pseudo-encoding") means for video."""

from __future__ import annotations

from .engine import EncoderProfile

FULL_COLOUR_FROM = 7
"""The level from which on video is 4:4:4. noVNC can't tell what its browser decodes; a page that knows asks thus."""

DEFAULT = 6

FINEST = (42, 39, 36, 33, 30, 28, 26, 27, 27, 20)
"""H.264's finest quantiser for each level. What comes to rest is sent exactly in any case."""

BITS_PER_PIXEL = (0.03, 0.04, 0.06, 0.08, 0.1, 0.14, 0.18, 0.18, 0.18, 0.4)
"""The most that a picture may take: at 1280x720 and 60 frames a second, 0.18 is 10 Mbit/s."""

FULL_FRAMES = 60


def profile_for(level: int | None) -> EncoderProfile:
    """Return how good pictures may be at a quality level."""
    level = DEFAULT if level is None else level
    return EncoderProfile(FINEST[level], level >= FULL_COLOUR_FROM)


def max_bitrate_kbps(level: int | None, width: int, height: int) -> float:
    """Return the kilobits a second that a video of so many pixels may take where no link limits it."""
    return BITS_PER_PIXEL[DEFAULT if level is None else level] * width * height * FULL_FRAMES / 1000
