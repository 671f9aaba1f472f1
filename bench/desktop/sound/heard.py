"""What the browser has played and when each sample has left its output, and when the picture showed that moment.

All times are Unix times in seconds.
"""

from __future__ import annotations

import base64
import bisect
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import track
from .track import Gap, Samples

NEAREST = 9
"""The browser's clock is read this often around each time, which is the median: single readings are off."""

FRAME_SECONDS = 1 / 60

EARLY_SECONDS = 0.05
LATE_SECONDS = 0.65
"""A click is heard at most so much before and after it was played; clicks are further apart."""


@dataclass(frozen=True)
class Recording:
    """Samples of the page; ``clock`` has pairs of a sample's number and the time at which it left the output."""

    samples: Samples
    clock: Sequence[tuple[float, float]]

    def time(self, sample: float) -> float:
        """Return when a sample left the output."""
        index = bisect.bisect(self.clock, (sample, 0.0))
        first = max(0, min(index - NEAREST // 2, len(self.clock) - NEAREST))
        near = self.clock[first : first + NEAREST]
        return statistics.median(time - number / track.RATE_HZ for number, time in near) + sample / track.RATE_HZ


def recording(drained: dict[str, Any], offset: float) -> Recording:
    """Return what the page has recorded; raise ``ValueError`` if it played nothing.

    ``offset``: by how many milliseconds the page's clock is ahead.
    """
    if not drained["clock"] or not drained["pcm"]:
        raise ValueError("The page played nothing.")
    if drained["rate"] != track.RATE_HZ:
        raise ValueError(f"The page plays with {drained['rate']} Hz.")
    origin = drained["origin"] - offset
    clock = [(context * track.RATE_HZ - drained["first"], (origin + page) / 1000) for context, page in drained["clock"]]
    samples = np.frombuffer(base64.b64decode(drained["pcm"]), "<i2") / 32768
    return Recording(samples, sorted(clock))


def lags(played: Sequence[float], heard: Sequence[float]) -> list[tuple[float, float]]:
    """Return the clicks that were heard: when each was played, and the seconds from that to the browser's output."""
    found = []
    for click in played:
        after = [time for time in heard if click - EARLY_SECONDS <= time < click + LATE_SECONDS]
        found += [(click, after[0] - click)] if after else []
    return found


def picture_lag(frames: Sequence[tuple[float, float]], click: float) -> float | None:
    """Return the seconds from a time to the frame that shows it, if one does.

    ``frames``: when each was seen and when it was drawn, in order. The age counts of the frame of that moment, if it is
    shown; if a later one is the first, the time since ``click``.
    """
    for seen, drawn in frames:
        if drawn >= click - FRAME_SECONDS / 2:
            return seen - (drawn if drawn < click + FRAME_SECONDS / 2 else click)
    return None


def in_step(clicks: Sequence[tuple[float, float]], frames: Sequence[tuple[float, float]]) -> dict[str, list[float]]:
    """Return milliseconds for each click: the lags of sound and picture, and how much later the sound is."""
    pairs = [(lag, picture_lag(frames, click)) for click, lag in clicks]
    both = [(1000 * lag, 1000 * picture) for lag, picture in pairs if picture is not None]
    return {
        "sound": [sound for sound, _ in both],
        "picture": [picture for _, picture in both],
        "later": [sound - picture for sound, picture in both],
    }


def longest_near(gaps: Sequence[Gap], samples: tuple[int, int]) -> Gap | None:
    """Return the longest interruption that lasts between two samples, as after a disturbance."""
    near = [gap for gap in gaps if gap.end >= samples[0] and gap.start < samples[1]]
    return max(near, key=lambda gap: gap.length, default=None)
