"""Follows how busy the encoder is, to lower what it is given before pictures wait for it."""

from __future__ import annotations

from .encoder_profile import MAX_FPS
from .frame_rate import MIN_FPS

SMOOTHING = 0.1
"""Weight of the newest frame in the means."""

MAX_WAIT_SECONDS = 0.01
"""Mean seconds that captured pictures wait for the encoder before the frame rate is lowered."""

MAX_BUSY_SHARE = 0.8
"""Share of its time that the encoder works at a lowered frame rate, so that pictures don't wait."""

MIN_FRAMES = 10
"""Frames that the means need to show what a frame rate does."""

MIN_RAISE_FACTOR = 1.25
"""Factor by which the encoder must be able to exceed a lowered frame rate before it is raised."""

RAISE_SECONDS = 5.0
"""Seconds at a lowered frame rate before it is raised."""


class EncoderLoad:
    """Follows the frames of one video.

    The engine captures one picture while it encodes another, and each waits for those before it: up to three are under
    way if the encoder is slower than the frame rate, so every frame is shown that much later.
    """

    def __init__(self) -> None:
        self._encoding_seconds = 0.0
        self._waiting_seconds = 0.0
        self._frames = 0
        self._fps = MAX_FPS
        self._changed_at = float("-inf")

    def encoded(self, waiting_seconds: float, encoding_seconds: float) -> None:
        """Record a frame: how long its picture waited for the encoder, and how long that took."""
        self._frames += 1
        weight = max(SMOOTHING, 1 / self._frames)
        self._waiting_seconds += weight * (waiting_seconds - self._waiting_seconds)
        self._encoding_seconds += weight * (encoding_seconds - self._encoding_seconds)

    def restarted(self) -> None:
        """The encoder has other settings, so what it took before says nothing."""
        self._frames = 0

    @property
    def load(self) -> float:
        """The share of its time that the encoder would work at the maximum frame rate; above 1 if it can't."""
        return self._encoding_seconds * MAX_FPS

    def fps(self, now: float) -> float:
        """Return the frames per second that the encoder can take. Call it at each tick."""
        if self._frames < MIN_FRAMES:
            return self._fps
        possible = max(MIN_FPS, min(MAX_FPS, MAX_BUSY_SHARE / max(self._encoding_seconds, 1e-6)))
        is_late = self._waiting_seconds > MAX_WAIT_SECONDS and possible < self._fps
        is_idle = possible > MIN_RAISE_FACTOR * self._fps or possible == MAX_FPS > self._fps
        if is_late or (is_idle and now - self._changed_at > RAISE_SECONDS):
            self._fps, self._changed_at = possible, now
            self._frames = 0
        return self._fps
