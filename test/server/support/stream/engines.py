"""An engine that does what a test tells it, and a screen and viewers in memory, in a time of their own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.client import Asked, Client
from jupyter_vnc_proxy.stream.picture.framebuffer import Tiles, tile_flags
from jupyter_vnc_proxy.stream.video.engine import EncodedFrame, EncoderProfile, Rate
from jupyter_vnc_proxy.stream.video.pacing import Pacer
from support.stream.clients import HELLO, set_encodings

KEY = b"\0\0\0\1\x67key"
OTHER = b"\0\0\0\1\x41"
OUR_FENCE = re.compile(rb"\xf8\0\0\0\x80\0\0\x01\x05(.....)", re.DOTALL)
H264_RECTANGLE = re.compile(rb"\0\0\0\x32(....)(....)\0\0\0\x01([\x67\x41])", re.DOTALL)


class Clock:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class ToldEngine:
    """Delivers when a test says so. ``broken``: it raises from then on."""

    def __init__(
        self, deliver: Callable[[EncodedFrame], None], configure_capture: Callable[[Any], None] | None = None
    ) -> None:
        self.deliver = deliver
        self.starts: list[tuple[int, int, Rate, EncoderProfile]] = []
        self.rate = Rate(0)
        self.running = self.broken = False
        self.keys = 0

    def start(self, width: int, height: int, rate: Rate, look: EncoderProfile) -> None:
        self._work()
        self.starts.append((width, height, rate, look))
        self.rate = rate
        self.running = True

    def stop(self) -> None:
        self.running = False

    def set_rate(self, rate: Rate) -> None:
        self._work()
        self.rate = rate

    def request_key_frame(self) -> None:
        self.keys += 1

    def describe(self) -> str | None:
        return "told, 4:2:0"

    def _work(self) -> None:
        if self.broken:
            raise RuntimeError("the encoder is gone")

    @property
    def look(self) -> EncoderProfile:
        return self.starts[-1][3]

    def picture(self, is_key: bool = False, size: int = 100) -> None:
        self.deliver(EncodedFrame(KEY if is_key else OTHER + bytes(size)))


class MemoryScreen:
    """A screen of one colour."""

    max_captures = 2

    def __init__(self, width: int = 640, height: int = 480) -> None:
        self.width, self.height = width, height
        self.pixels = np.zeros((height, width, 4), np.uint8)
        self.followed = False
        self.drawn = 1.0

    def tiles(self, value: bool = False) -> Tiles:
        return tile_flags(self.width, self.height, value)

    def track_changes(self, enabled: bool) -> None:
        self.followed = enabled

    def damaged_share(self) -> float:
        return self.drawn

    def resize(self, width: int, height: int) -> Geometry:
        return Geometry(width, height)

    def configure_capture(self, settings: Any) -> None:
        pass


class Taking(Pacer):
    """Knows from the start what its link takes, and how long its browser paints."""

    load = 0.0

    def __init__(self, kilobits: int) -> None:
        super().__init__()
        self.kilobits = kilobits

    def share(self, now: float, most: float) -> float:
        return min(most, self.kilobits)

    def rate(self, now: float, most: float) -> Rate:
        return Rate(round(self.share(now, most)))


class MemoryViewer(Client):
    """A viewer whose bytes are kept; what it was asked it answers when a test has it paint."""

    def __init__(
        self, screen: MemoryScreen, quality: int = 6, h264: bool = True, kilobits: int = 1_000_000, pacer: bool = True
    ) -> None:
        self.out = Kept()
        super().__init__(asyncio.StreamReader(), self.out, screen, "desk", lambda *_: None)  # type: ignore[arg-type]
        self.protocol.receive(HELLO + set_encodings(7, *[50] * h264, quality - 32, -312, -313))
        self.protocol.take()
        self.continuous = True
        self.pacer = Taking(kilobits) if pacer else Pacer()

    def pictures(self) -> list[tuple[bool, int]]:
        """Return what it was sent of a video, and forget it: whether it is a key picture, and the flags."""
        found = [(kind == b"\x67", int.from_bytes(flags, "big")) for _, flags, kind in H264_RECTANGLE.findall(self.out)]
        self.out.clear()
        return found

    def paint(self) -> None:
        """Answer all that it was asked."""
        for payload in OUR_FENCE.findall(self.out):
            self.acknowledged(payload)

    def read(self) -> None:
        """Answer as a browser whose decoder hangs."""
        for payload in OUR_FENCE.findall(self.out):
            if payload[0] != Asked.PAINTED:
                self.acknowledged(payload)


class Kept(bytearray):
    """A stream's writer, and its transport."""

    aborted = False

    @property
    def transport(self) -> Kept:
        return self

    def write(self, data: bytes) -> None:
        self.extend(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        pass
