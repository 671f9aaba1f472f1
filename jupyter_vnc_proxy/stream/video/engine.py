"""Captures and encodes the screen, behind a small interface that pixelflux implements, and a double in the tests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from ...system.module_check import find_module, load_problem
from ..picture.framebuffer import Framebuffer
from .encoder_profile import MAX_FPS, EncoderProfile
from .engine_thread import EngineThread, lower_engine_threads

log = logging.getLogger("jupyter_vnc_proxy.stream")

DESCRIBE_SECONDS = 2.0
"""Seconds that the engine may take to name its encoder; it takes longer while a program grabs the X server."""

NAL_SPS = 7
"""Type of the NAL unit that only key frames begin with: sequence parameter set (ITU-T H.264, table 7-1)."""

UNKNOWN_REFERENCE = -2
"""What pixelflux reports for a frame whose encoder doesn't tell what it predicts from, as some GPUs' don't."""

MIN_BITRATE_CHANGE_SHARE = 0.05
"""Share of the bitrate. Smaller changes are not applied to the encoder."""


@dataclass(frozen=True)
class EncodedFrame:
    """One frame of the whole screen: H.264 in Annex B format, one slice.

    ``number`` increases. ``reference`` is the number of the frame that it predicts from, which a client must have been
    sent; ``None`` if the encoder doesn't tell, so that a client must be sent every frame. ``waiting_seconds`` passed
    from its capture until its encoding began, which took ``encoding_seconds``. Both are 0 if the engine doesn't know
    them.
    """

    data: bytes
    number: int = 0
    reference: int | None = None
    waiting_seconds: float = 0.0
    encoding_seconds: float = 0.0

    @property
    def is_key(self) -> bool:
        """Whether a decoder can begin with it."""
        start = self.data.find(b"\x00\x00\x01", 0, 8)
        return start >= 0 and len(self.data) > start + 3 and self.data[start + 3] & 0x1F == NAL_SPS


@dataclass(frozen=True)
class Rate:
    """Upper bounds of a video: kilobits per second, and frames per second."""

    kbps: int
    fps: float = MAX_FPS


class Engine(Protocol):
    """Captures a whole display and encodes a frame when something has changed. It can be started again after `stop`.

    No method waits for the display, except `describe`.
    """

    @property
    def is_ready(self) -> bool:
        """Whether `start` takes effect at once. While a program grabs the X server, an earlier capture can't end."""

    def start(self, width: int, height: int, rate: Rate, profile: EncoderProfile) -> None:
        """Start to capture ``width`` by ``height`` pixels, with a key frame first.

        Raise ``RuntimeError`` if the encoder can't be started, or report it later.
        """

    def stop(self) -> None:
        """Stop; no frame is delivered afterwards."""

    def set_rate(self, rate: Rate) -> None:
        """Change the rate while it runs."""

    def request_key_frame(self) -> None:
        """Make the next frame a key frame."""

    def skip(self, number: int) -> None:
        """Predict the next frame from one before the frame ``number``, which a client isn't sent."""

    def describe(self) -> str | None:
        """Return the encoder in use, such as ``x264 (software), 4:2:0``, or ``None`` if it isn't running.

        It may block for `DESCRIBE_SECONDS`, and may be called on any thread but the engine's own.
        """


class PixelfluxEngine:
    """pixelflux, which this loads. ``configure_capture`` sets the display in its ``CaptureSettings``.

    It runs at a constant bitrate with a minimum quantiser, so a change of the rate needs no restart. Its connection to
    the X server is stopped by grabs, and its calls wait for that, so they are made on a thread. ``failed`` is called in
    the event loop if the encoder can't be started.
    """

    def __init__(
        self,
        deliver: Callable[[EncodedFrame], None],
        configure_capture: Callable[[Any], None],
        failed: Callable[[RuntimeError], None],
    ) -> None:
        import pixelflux

        self._pixelflux = pixelflux
        self._capture = pixelflux.ScreenCapture()
        self._deliver = deliver
        self._configure_capture = configure_capture
        self._failed = failed
        self._thread = EngineThread()
        self._run = 0
        self._rate = Rate(0)
        self._running = False

    @property
    def is_ready(self) -> bool:
        """Whether no call waits for the X server."""
        return self._thread.is_idle

    def start(self, width: int, height: int, rate: Rate, profile: EncoderProfile) -> None:
        """Start to capture the whole display."""
        self.stop()
        settings = self._pixelflux.CaptureSettings()
        self._configure_capture(settings)
        settings.auto_gpu = "true"  # the first GPU with an encoder (NVENC, VA-API), else the CPU
        settings.capture_width, settings.capture_height = width, height
        settings.target_fps = rate.fps
        settings.codec = "h264"
        settings.video_fullframe = True
        settings.omit_stripe_headers = True  # plain Annex B
        settings.cpu_encode_threading = False  # one slice per frame: noVNC's parser supports no more
        settings.video_fullcolor = profile.full_chroma
        settings.video_cbr_mode = True
        settings.video_bitrate_kbps = rate.kbps
        settings.video_min_qp = profile.min_qp
        self._run += 1
        self._rate = rate
        run, loop = self._run, asyncio.get_running_loop()
        is_first = True

        def on_frame(frame: Any) -> None:  # on pixelflux's thread; the frame's memory is valid during the call only
            nonlocal is_first
            if is_first:  # its threads have raised their priority by now
                is_first = False
                self._thread.call(partial(lower_engine_threads, threading.get_native_id()))
            _call_in(loop, self._on_frame, run, _encoded(frame))

        self._do(partial(self._capture.start_capture, on_frame, settings))
        self._running = True

    def _do(self, work: Callable[[], object]) -> None:
        """Have the thread do something; report if that fails."""
        loop = asyncio.get_running_loop()

        def check(done: Future[object]) -> None:
            if (error := done.exception()) is not None:
                _call_in(loop, self._failed, RuntimeError(str(error)))

        self._thread.call(work).add_done_callback(check)

    def _on_frame(self, run: int, frame: EncodedFrame) -> None:
        if run == self._run and self._running:
            self._deliver(frame)

    def stop(self) -> None:
        """Stop the capture."""
        if self._running:
            self._running = False
            self._do(self._capture.stop_capture)

    def set_rate(self, rate: Rate) -> None:
        """Change the frame rate, and the bitrate if the difference is large enough."""
        if not self._running:
            return
        if rate.fps != self._rate.fps:
            self._do(partial(self._capture.update_framerate, rate.fps))
        kbps = rate.kbps
        if abs(kbps - self._rate.kbps) >= MIN_BITRATE_CHANGE_SHARE * self._rate.kbps:
            self._do(partial(self._capture.update_video_bitrate, kbps))
        else:
            kbps = self._rate.kbps
        self._rate = Rate(kbps, rate.fps)

    def request_key_frame(self) -> None:
        """Make the next frame a key frame."""
        if self._running:
            self._do(self._capture.request_idr_frame)

    def skip(self, number: int) -> None:
        """Predict the next frame from one before the frame ``number``. It may come one frame too late."""
        if self._running:
            self._do(partial(self._capture.invalidate_reference, number))

    def describe(self) -> str | None:
        """Return the encoder in use. The first call for a VA-API encoder opens a GL context to read the GPU's name."""
        try:
            info = self._thread.call(self._capture.stream_info).result(DESCRIBE_SECONDS)
        except Exception as error:
            log.debug("the encoder is not known: %r", error)
            return None
        return describe_stream(info) if info and info.get("encoder") else None


def engine_problem() -> str | None:
    """Return why pixelflux can't be loaded, ``None`` if it can. This may start a short-lived process."""
    file = find_module("pixelflux")
    return "pixelflux isn't installed" if file is None else load_problem(file)


def _encoded(frame: Any) -> EncodedFrame:
    """Copy a frame of pixelflux, a ``StripeFrame``."""
    waited, encoded = frame.encode_start_ns - frame.capture_ns, frame.encode_end_ns - frame.encode_start_ns
    is_known = frame.capture_ns > 0
    return EncodedFrame(
        bytes(memoryview(frame)),
        frame.frame_id,
        None if frame.reference_frame_id == UNKNOWN_REFERENCE else frame.reference_frame_id,
        waited * is_known / 1e9,
        encoded * is_known / 1e9,
    )


def _call_in(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: object) -> None:
    """Call a function in the event loop, unless it has been closed."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *arguments)


def describe_stream(info: Mapping[str, Any]) -> str:
    """Return the encoder for people, from pixelflux's ``ScreenCapture.stream_info``."""
    chroma = "4:4:4" if info.get("fullcolor") else "4:2:0"
    if not info.get("hardware"):
        return f"{info['encoder']} (software), {chroma}"
    gpu = info.get("gpu") or info.get("driver")
    return f"{info['encoder']} on {gpu}, {chroma}" if gpu else f"{info['encoder']} (GPU), {chroma}"


def even_size(framebuffer: Framebuffer) -> tuple[int, int]:
    """Return the width and height, in pixels, that 4:2:0 can encode: even, at most the framebuffer's."""
    return framebuffer.width & ~1, framebuffer.height & ~1
