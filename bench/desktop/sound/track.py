"""What is played: a tone in which clicks stand, or clicks alone; and where both are in a recording of it.

The tone and the clicks have frequencies of their own, low enough for the least bitrate, and share one channel: at a
low bitrate, Opus has no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

RATE_HZ = 48_000
TONE_HZ, TONE_LEVEL = 800, 0.2
CLICK_HZ, CLICK_LEVEL, CLICK_SECONDS = 2800, 0.6, 0.008

WINDOW_SECONDS = 0.0025
"""The moving average of the level: whole periods of the tone, and of the difference to the clicks' frequency."""

CLICK_THRESHOLD = 0.1
"""A peak of the clicks' level below this is none."""

CLICK_PAUSE_SECONDS = 0.2
"""Clicks are further apart."""

GAP_SHARE = 0.35
MIN_GAP_SECONDS = 0.003
"""The tone is interrupted if its level is below this share of the median for this time, which is heard as a click."""


def samples(first: int, count: int, clicks: Sequence[int], tone: bool) -> Samples:
    """Return ``count`` samples from the number ``first`` on; ``clicks`` begin at these numbers."""
    numbers = np.arange(first, first + count)
    found = TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * numbers / RATE_HZ) if tone else np.zeros(count)
    for click in clicks:
        inside = (numbers >= click) & (numbers < click + round(CLICK_SECONDS * RATE_HZ))
        found += inside * CLICK_LEVEL * np.sin(2 * np.pi * CLICK_HZ * (numbers - click) / RATE_HZ)
    return found


def level(recording: Samples, hertz: float) -> Samples:
    """Return the amplitude of one frequency at each sample."""
    window = round(WINDOW_SECONDS * RATE_HZ)
    numbers = np.arange(len(recording))
    turned = recording * np.exp(-2j * np.pi * hertz * numbers / RATE_HZ)
    total = np.concatenate([np.zeros(window // 2 + 1), np.cumsum(turned), np.zeros(window - window // 2)])
    total[len(recording) + window // 2 + 1 :] = total[len(recording) + window // 2]
    found: Samples = 2 * np.abs(total[window : window + len(recording)] - total[: len(recording)]) / window
    return found


def clicks(recording: Samples) -> list[int]:
    """Return the numbers of the samples at which clicks begin: where their level reaches half of its peak."""
    levels = level(recording, CLICK_HZ)
    found: list[int] = []
    length, pause = round(CLICK_SECONDS * RATE_HZ), round(CLICK_PAUSE_SECONDS * RATE_HZ)
    loud = np.flatnonzero(levels > CLICK_THRESHOLD)
    position = 0
    while (index := int(np.searchsorted(loud, position))) < len(loud):
        start = int(loud[index])
        peak = levels[start : start + length].max()
        found.append(start + int(np.argmax(levels[start : start + length] >= peak / 2)))
        position = start + pause
    return found


class Gap(NamedTuple):
    """An interruption of the tone: the number of its first sample, and its length in samples."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """The number of the first sample after it."""
        return self.start + self.length


def gaps(recording: Samples) -> list[Gap]:
    """Return the interruptions of the tone."""
    levels = level(recording, TONE_HZ)
    quiet = levels < GAP_SHARE * np.median(levels) if len(levels) else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    found = [Gap(int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [gap for gap in found if gap.length >= MIN_GAP_SECONDS * RATE_HZ]
