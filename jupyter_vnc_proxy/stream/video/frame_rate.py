"""Lowers the frame rate if the encoder can't make its frames small enough."""

from __future__ import annotations

from .encoder_profile import MAX_FPS
from .engine import Rate
from .link import BYTES_PER_KILOBIT

MIN_FPS = 5.0
"""Frames per second of the slowest video."""

FRAME_SIZE_SMOOTHING = 0.15
"""Weight of the newest frame in the mean of the frame sizes."""

OVERSIZE_FACTOR = 1.15
"""Mean frame size, as a multiple of what the bitrate allows, from which the encoder can't make frames smaller."""

OVERSIZE_RETRY_SECONDS = 15.0
"""Seconds after which the encoder is expected to make smaller frames again."""

OVERSIZE_RETRY_FACTOR = 0.8
"""Factor by which frames are expected to be smaller then, until they exceed the bitrate again."""

FPS_STEPS = (MAX_FPS, 48.0, 40.0, 34.0, 28.0, 23.0, 19.0, 15.0, 12.0, 10.0, 8.0, 6.0, MIN_FPS)
"""Frames per second to choose from. Each change costs a key frame: x264 starts again (pixelflux 2.2)."""

FPS_STEP_TOLERANCE = 0.93
"""Share of a step that is enough to stay on it."""

FPS_RAISE_SECONDS = 1.0
"""Seconds on a step before a higher one is chosen."""


class FrameRateLimiter:
    """Follows the frames of one encoder.

    It lowers the frame rate only while frames exceed the bitrate: an encoder that uses its bitrate could encode more
    frames, each of lower quality.
    """

    def __init__(self) -> None:
        self._used_share = 1.0  # of the bitrate
        self._frame_kilobits = 0.0
        self._oversize_kilobits = 0.0  # of a frame that exceeded the bitrate
        self._oversize_at = float("-inf")
        self._step = MAX_FPS
        self._step_since = float("-inf")

    def encoded(self, size: int, rate: Rate) -> None:
        """Record that a frame other than a key frame had ``size`` bytes at ``rate``."""
        kilobits = size / BYTES_PER_KILOBIT
        self._used_share += FRAME_SIZE_SMOOTHING * (kilobits * rate.fps / rate.kbps - self._used_share)
        self._frame_kilobits += FRAME_SIZE_SMOOTHING * (kilobits - self._frame_kilobits)

    def limit(self, now: float, rate: Rate, max_kbps: float) -> Rate:
        """Return ``rate`` with as many frames as fit into ``max_kbps``. Call it at each tick."""
        if self._used_share > OVERSIZE_FACTOR:
            self._oversize_kilobits, self._oversize_at, self._used_share = self._frame_kilobits, now, 1.0
        elif now - self._oversize_at > OVERSIZE_RETRY_SECONDS:
            self._oversize_kilobits, self._oversize_at = self._oversize_kilobits * OVERSIZE_RETRY_FACTOR, now
        elif self._frame_kilobits < OVERSIZE_RETRY_FACTOR * self._oversize_kilobits:
            self._oversize_kilobits = 0.0
        fps = max_kbps / self._oversize_kilobits if self._oversize_kilobits else MAX_FPS
        return Rate(rate.kbps, self._choose_step(now, min(rate.fps, fps)))

    def _choose_step(self, now: float, fps: float) -> float:
        """Return the step for ``fps``: a lower one at once, a higher one only after a while."""
        if FPS_STEP_TOLERANCE * self._step <= fps <= self._step:
            return self._step
        step = next((each for each in FPS_STEPS if each <= fps), FPS_STEPS[-1])
        if step < self._step or (step > self._step and now - self._step_since > FPS_RAISE_SECONDS):
            self._step, self._step_since = step, now
        return self._step
