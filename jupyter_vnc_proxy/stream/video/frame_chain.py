"""Which frames of a video a client was sent, so that it is only sent those that it can decode (see the package)."""

from __future__ import annotations

from collections import deque

from .engine import EncodedFrame

MAX_SKIPS = 6
"""Frames in a row that are skipped: x264 makes a key frame if it can't predict from the last eight (pixelflux 2.2)."""

MAX_REFERENCE_DISTANCE = 64
"""Sent frames that are remembered; H.264 predicts from one of the last 16 at most."""


class FrameChain:
    """The frames that one client was sent since its last key frame."""

    def __init__(self) -> None:
        self._sent: deque[int] = deque(maxlen=MAX_REFERENCE_DISTANCE)
        self._skips = 0

    @property
    def may_skip(self) -> bool:
        """Whether another frame may be skipped."""
        return self._skips < MAX_SKIPS

    def decodes(self, frame: EncodedFrame) -> bool:
        """Return whether the client has what the frame predicts from."""
        return frame.is_key or frame.reference is None or frame.reference in self._sent

    def sent(self, frame: EncodedFrame) -> None:
        """Record that the client is sent a frame."""
        if frame.is_key:
            self._sent.clear()
        self._sent.append(frame.number)
        self._skips = 0

    def skipped(self) -> None:
        """Record that the client isn't sent a frame."""
        self._skips += 1
