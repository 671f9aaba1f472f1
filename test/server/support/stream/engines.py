"""Doubles of the engine, the framebuffer and the client, in memory and in simulated time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.client import Asked, Client
from jupyter_vnc_proxy.stream.picture.framebuffer import Tiles, tile_flags
from jupyter_vnc_proxy.stream.picture.pixel_memory import PixelMemory
from jupyter_vnc_proxy.stream.video.encoder_profile import EncoderProfile
from jupyter_vnc_proxy.stream.video.engine import EncodedFrame, Rate
from jupyter_vnc_proxy.stream.video.pacing import Pacer
from support.stream.clients import HELLO, set_encodings

KEY = b"\0\0\0\1\x67key"
OTHER = b"\0\0\0\1\x41"
OUR_FENCE = re.compile(rb"\xf8\0\0\0\x80\0\0[\0\x01]\x05(.....)", re.DOTALL)
H264_RECTANGLE = re.compile(rb"\0\0\0\x32(....)(....)\0\0\0\x01([\x67\x41])", re.DOTALL)


class Clock:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class FakeEngine:
    """Delivers a frame when a test calls `deliver_frame`. While it is ``broken``, it raises ``RuntimeError``."""

    def __init__(
        self,
        deliver: Callable[[EncodedFrame], None],
        configure_capture: Callable[[Any], None] | None = None,
        failed: Callable[[RuntimeError], None] | None = None,
    ) -> None:
        self._deliver = deliver
        self.starts: list[tuple[int, int, Rate, EncoderProfile]] = []
        self.rate = Rate(0)
        self.running = self.broken = False
        self.is_ready = True
        self.key_frame_requests = 0
        self.skips: list[int] = []

    def start(self, width: int, height: int, rate: Rate, profile: EncoderProfile) -> None:
        self._check()
        self.starts.append((width, height, rate, profile))
        self.rate = rate
        self.running = True

    def stop(self) -> None:
        self.running = False

    def set_rate(self, rate: Rate) -> None:
        self._check()
        self.rate = rate

    def request_key_frame(self) -> None:
        self.key_frame_requests += 1

    def skip(self, number: int) -> None:
        self.skips.append(number)

    def describe(self) -> str | None:
        return "fake, 4:2:0"

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError("the encoder is gone")

    @property
    def profile(self) -> EncoderProfile:
        return self.starts[-1][3]

    def deliver_frame(
        self,
        is_key: bool = False,
        size: int = 100,
        number: int = 0,
        reference: int | None = None,
        waiting_seconds: float = 0.0,
        encoding_seconds: float = 0.0,
    ) -> None:
        data = KEY if is_key else OTHER + bytes(size)
        self._deliver(EncodedFrame(data, number, reference, waiting_seconds, encoding_seconds))


class MemoryFramebuffer:
    """A framebuffer of one colour."""

    max_captures = 2

    def __init__(self, width: int = 640, height: int = 480) -> None:
        self.width, self.height = width, height
        self.memory = PixelMemory(width, height)
        self.is_tracked = self.is_released = False
        self.damaged = 1.0

    def tiles(self, value: bool = False) -> Tiles:
        return tile_flags(self.width, self.height, value)

    def track_changes(self, enabled: bool) -> None:
        self.is_tracked = enabled
        self.is_released = self.is_released and not enabled

    def release(self) -> None:
        self.is_released = True

    def damaged_share(self) -> float:
        return self.damaged

    def resize(self, width: int, height: int) -> Geometry:
        return Geometry(width, height)

    def configure_capture(self, settings: Any) -> None:
        pass


class FixedPacer(Pacer):
    """A pacer whose bitrate and paint load are given."""

    paint_load = 0.0

    def __init__(self, kbps: int) -> None:
        super().__init__()
        self.kbps = kbps
        self.has_room = True

    def may_send_frame(self, now: float) -> bool:
        return self.has_room

    def video_kbps(self, now: float, max_kbps: float) -> float:
        return min(max_kbps, self.kbps)

    def rate(self, now: float, max_kbps: float) -> Rate:
        return Rate(round(self.video_kbps(now, max_kbps)))


class MemoryClient(Client):
    """A client that keeps the bytes that it is sent, and answers fences when a test calls `paint` or `read`."""

    def __init__(
        self,
        framebuffer: MemoryFramebuffer,
        quality: int = 6,
        h264: bool = True,
        kbps: int = 1_000_000,
        pacer: bool = True,
    ) -> None:
        self.out = MemoryWriter()
        super().__init__(asyncio.StreamReader(), self.out, framebuffer, "desk", lambda *_: None)  # type: ignore[arg-type]
        self.protocol.receive(HELLO + set_encodings(7, *[50] * h264, quality - 32, -312, -313))
        self.protocol.take()
        self.continuous = True
        self.pacer = FixedPacer(kbps) if pacer else Pacer()
        self._sent_numbers: list[int] = []

    def give_room(self, has_room: bool) -> None:
        """Tell whether its link and its browser have room for a frame."""
        assert isinstance(self.pacer, FixedPacer)
        self.pacer.has_room = has_room

    def send_frame(self, frame: EncodedFrame) -> bool:
        sent = super().send_frame(frame)
        self._sent_numbers += [frame.number] * sent
        return sent

    def sent_numbers(self) -> list[int]:
        """Return the numbers of the frames that it was sent."""
        return self._sent_numbers

    def take_frames(self) -> list[tuple[bool, int]]:
        """Return whether each video frame so far is a key frame, and its flags; forget all that was sent."""
        found = [(kind == b"\x67", int.from_bytes(flags, "big")) for _, flags, kind in H264_RECTANGLE.findall(self.out)]
        self.out.clear()
        return found

    def paint(self) -> None:
        """Answer all fences."""
        for payload in OUR_FENCE.findall(self.out):
            self.acknowledged(payload)

    def read(self) -> None:
        """Answer as a browser does whose decoder hangs."""
        for payload in OUR_FENCE.findall(self.out):
            if payload[0] != Asked.PAINTED:
                self.acknowledged(payload)


class MemoryWriter(bytearray):
    """A writer and its transport."""

    aborted = False

    @property
    def transport(self) -> MemoryWriter:
        return self

    def write(self, data: bytes) -> None:
        self.extend(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        pass
