"""Capture and H.264, behind a small interface: pixelflux is one engine, a test's is another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..picture.framebuffer import Framebuffer

log = logging.getLogger("jupyter_vnc_proxy.stream")

NAL_SPS = 7
"""The type of the NAL unit that only key pictures begin with (ITU-T H.264, table 7-1)."""


WORTH_A_CHANGE = 0.05
"""Share of the rate; for less the encoder isn't told."""


@dataclass(frozen=True)
class EncodedFrame:
    """One encoded picture of the whole screen: Annex-B bytes, one slice."""

    data: bytes

    @property
    def is_key(self) -> bool:
        """Whether a decoder can begin with it."""
        start = self.data.find(b"\x00\x00\x01", 0, 8)
        return start >= 0 and len(self.data) > start + 3 and self.data[start + 3] & 0x1F == NAL_SPS


@dataclass(frozen=True)
class Rate:
    """How much to send at most: kilobits a second, and frames a second."""

    kilobits: int
    frames: float = 60.0


@dataclass(frozen=True)
class EncoderProfile:
    """How good a picture may be. ``finest``: the quantiser that nothing goes below (ITU-T H.264: 0 best, 51 worst).

    ``full_chroma``: 4:4:4, in the full range, where a browser decodes it; else 4:2:0.
    """

    finest: int
    full_chroma: bool = False


class Engine(Protocol):
    """Captures the whole of a display and encodes what changes; `start` and `stop` may be called again and again."""

    def start(self, width: int, height: int, rate: Rate, look: EncoderProfile) -> None:
        """Begin; the first picture is a key picture. Raise ``RuntimeError`` where it can't."""

    def stop(self) -> None:
        """End; nothing is delivered afterwards."""

    def set_rate(self, rate: Rate) -> None:
        """Change the rate while it runs."""

    def request_key_frame(self) -> None:
        """Make the next picture a key picture."""

    def describe(self) -> str | None:
        """Return what encodes, as in ``x264 (software), 4:2:0``; ``None`` while nothing does. May take a while, and
        may be called on any thread."""


class PixelfluxEngine:
    """pixelflux on the display that ``aim`` tells its settings of.

    It is told a rate and the finest quantiser: what is simple then takes far less than the rate, as with a constant
    quality, and what is not is bounded, key pictures too. So nothing has to be started anew when a link changes.
    """

    def __init__(self, deliver: Callable[[EncodedFrame], None], configure_capture: Callable[[Any], None]) -> None:
        import pixelflux

        self._pixelflux = pixelflux
        self._capture = pixelflux.ScreenCapture()
        self._deliver = deliver
        self._configure_capture = configure_capture
        self._turn = 0
        self._rate = Rate(0)
        self._running = False

    def start(self, width: int, height: int, rate: Rate, look: EncoderProfile) -> None:
        """Begin to capture the whole display."""
        self.stop()
        settings = self._pixelflux.CaptureSettings()
        self._configure_capture(settings)
        settings.auto_gpu = "true"  # the first GPU with an encoder (NVENC, VA-API), else the processor
        settings.capture_width, settings.capture_height = width, height
        settings.target_fps = rate.frames
        settings.codec = "h264"
        settings.video_fullframe = True
        settings.omit_stripe_headers = True  # bare Annex-B
        settings.cpu_encode_threading = False  # one slice a picture, which is all that noVNC's parser can follow
        settings.video_fullcolor = look.full_chroma
        settings.video_cbr_mode = True
        settings.video_bitrate_kbps = rate.kilobits
        settings.video_min_qp = look.finest
        self._turn += 1
        self._rate = rate
        turn, loop = self._turn, asyncio.get_running_loop()

        def on_frame(frame: Any) -> None:  # on the engine's own thread, which the frame's memory belongs to
            loop.call_soon_threadsafe(self._take, turn, EncodedFrame(bytes(memoryview(frame))))

        self._capture.start_capture(on_frame, settings)
        self._running = True

    def _take(self, turn: int, picture: EncodedFrame) -> None:
        if turn == self._turn and self._running:
            self._deliver(picture)

    def stop(self) -> None:
        """End the capture."""
        if self._running:
            self._running = False
            self._capture.stop_capture()

    def set_rate(self, rate: Rate) -> None:
        """Change frame rate and bits, where the difference is worth it."""
        if not self._running:
            return
        if rate.frames != self._rate.frames:
            self._capture.update_framerate(rate.frames)
        kilobits = rate.kilobits
        if abs(kilobits - self._rate.kilobits) >= WORTH_A_CHANGE * self._rate.kilobits:
            self._capture.update_video_bitrate(kilobits)
        else:
            kilobits = self._rate.kilobits
        self._rate = Rate(kilobits, rate.frames)

    def request_key_frame(self) -> None:
        """Make the next picture a key picture."""
        if self._running:
            self._capture.request_idr_frame()

    def describe(self) -> str | None:
        """Return what encodes; the first answer about a VA-API encoder brings a GL context up to name its GPU."""
        info = self._capture.stream_info()
        return describe_stream(info) if info and info.get("encoder") else None


def describe_stream(info: Mapping[str, Any]) -> str:
    """Return what pixelflux's ``ScreenCapture.stream_info`` says of the encoder, for people."""
    chroma = "4:4:4" if info.get("fullcolor") else "4:2:0"
    if not info.get("hardware"):
        return f"{info['encoder']} (software), {chroma}"
    gpu = info.get("gpu") or info.get("driver")
    return f"{info['encoder']} on {gpu}, {chroma}" if gpu else f"{info['encoder']} (GPU), {chroma}"


def even_size(framebuffer: Framebuffer) -> tuple[int, int]:
    """Return the part of a screen, in pixels, that H.264 with halved chroma can show: even, at most the screen's."""
    return framebuffer.width & ~1, framebuffer.height & ~1
