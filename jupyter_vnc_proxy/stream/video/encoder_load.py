"""Follows how busy the encoder is, to lower what it is given before pictures wait for it."""

from __future__ import annotations

from .encoder_profile import MAX_FPS
from .frame_rate import MIN_FPS

SMOOTHING = 0.05
"""Weight of the newest frame in the means."""

MAX_WAIT_SECONDS = 0.01
"""Mean seconds that captured pictures wait for the encoder before the frame rate is lowered."""

LATE_SECONDS = 0.8
"""Seconds for which pictures wait before the frame rate is lowered: the encoder catches up with short load itself."""

MAX_BUSY_SHARE = 0.8
"""Share of its time that the encoder works at a lowered frame rate, so that pictures don't wait."""

MAX_LOAD = 0.5
"""Share of its time that the encoder may work, at the maximum frame rate, with the whole bitrate."""

MIN_BITRATE_SHARE = 0.4
"""Share of the bitrate that remains in any case."""

MAX_LOWERING = 0.7
"""Factor by which the frame rate is lowered at most at once: what keeps the processors busy may have ended."""

MIN_FRAMES = 20
"""Frames that the means need to show what a frame rate does."""

RAISED_BUSY_SHARE = 0.9
"""Share of its time that the encoder may work after the frame rate is raised."""

MIN_RAISE_FACTOR = 1.15
"""Factor by which a lowered frame rate is raised at least, unless it becomes the maximum."""

RAISE_SECONDS = 2.0
"""Seconds at a lowered frame rate before it is raised. Each change costs a key frame."""

MAX_RAISE_SECONDS = 32.0
"""The same after the encoder has repeatedly been late at the raised rate; it doubles each time."""

RELAPSE_SECONDS = 10.0
"""Seconds after raising the frame rate in which the encoder has shown that it can't keep up, if it is late again."""


class EncoderLoad:
    """Follows the frames of one video.

    The engine captures one picture while it encodes another, and each waits for those before it: up to three are under
    way if the encoder is slower than the frame rate, so every frame is shown that much later.
    """

    def __init__(self) -> None:
        self._encoding_seconds = 0.0
        self._waiting_seconds = 0.0
        self._frames = self._frames_at_rate = 0
        self._fps = MAX_FPS
        self._changed_at = self._raised_at = float("-inf")
        self._late_since: float | None = None
        self._raise_seconds = RAISE_SECONDS

    def encoded(self, waiting_seconds: float, encoding_seconds: float) -> None:
        """Record a frame: how long its picture waited for the encoder, and how long that took."""
        self._frames += 1
        self._frames_at_rate += 1
        weight = max(SMOOTHING, 1 / self._frames)
        self._encoding_seconds += weight * (encoding_seconds - self._encoding_seconds)
        weight = max(SMOOTHING, 1 / self._frames_at_rate)
        self._waiting_seconds += weight * (waiting_seconds - self._waiting_seconds)

    def restarted(self) -> None:
        """The encoder has other settings, so what it took before says nothing."""
        self._frames = self._frames_at_rate = 0

    @property
    def load(self) -> float:
        """The share of its time that the encoder would work at the maximum frame rate; above 1 if it can't."""
        return self._encoding_seconds * MAX_FPS

    @property
    def bitrate_share(self) -> float:
        """The share of the bitrate to use: what has fewer bits takes less time, here and in the browser."""
        return max(MIN_BITRATE_SHARE, min(1.0, MAX_LOAD / max(self.load, 1e-6)))

    def fps(self, now: float) -> float:
        """Return the frames per second that the encoder can take. Call it at each tick."""
        if self._frames_at_rate < MIN_FRAMES:
            return self._fps
        if self._waiting_seconds <= MAX_WAIT_SECONDS:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        is_late = self._late_since is not None and now - self._late_since >= LATE_SECONDS
        if is_late and (lowered := max(MAX_LOWERING * self._fps, self._possible(MAX_BUSY_SHARE))) < self._fps:
            has_relapsed = now - self._raised_at < RELAPSE_SECONDS
            self._raise_seconds = min(MAX_RAISE_SECONDS, 2 * self._raise_seconds) if has_relapsed else RAISE_SECONDS
            self._change(now, lowered)
        elif self._late_since is None and now - self._changed_at > self._raise_seconds:
            raised = self._possible(RAISED_BUSY_SHARE)
            if raised > MIN_RAISE_FACTOR * self._fps or raised == MAX_FPS > self._fps:
                self._raised_at = now
                self._change(now, raised)
        return self._fps

    def _possible(self, share: float) -> float:
        """Return the frames per second that keep the encoder busy for a share of its time."""
        return min(MAX_FPS, max(MIN_FPS, share / max(self._encoding_seconds, 1e-6)))

    def _change(self, now: float, fps: float) -> None:
        self._fps, self._changed_at, self._late_since, self._frames_at_rate = fps, now, None, 0
