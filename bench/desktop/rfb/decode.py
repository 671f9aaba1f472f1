"""Decodes a recording: the stamps that its updates show, and the time at which each was complete."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import av
import numpy as np
from av.codec.context import Flags

from jupyter_vnc_proxy.rfb import encodings
from jupyter_vnc_proxy.rfb.filters.rectangles import FIXED_BYTES, SIZES
from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind

from ..painter import stamp
from ..painter.stamp import Pixels
from .assembler import SIZES as PIXEL_SIZES
from .assembler import Assembler, size_of
from .recording import Piece
from .tight import TightDecoder

H264_RESETS = 0b11
"""Flags of an H.264 rectangle: reset its context, or all of them."""


EXACT, LOSSY = 255, 128
"""Alpha of a pixel that was painted, and of one that a video has painted; 0: not painted, or older than the video."""

NO_RECTANGLES = b"\0\0"
"""The count of an update that only tells that the one before it is painted."""


class Update(NamedTuple):
    """An update that was complete at ``time`` (Unix time); ``stamp`` is what the screen shows then."""

    time: float
    size: int
    stamp: stamp.Stamp | None
    is_video: bool


class Reader:
    """Hands out the bytes of a message."""

    def __init__(self) -> None:
        self._data = b""
        self._at = 0

    def begin(self, data: bytes) -> None:
        """Go on with another message."""
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes; raise ``EOFError`` if there are fewer."""
        if self._at + size > len(self._data):
            raise EOFError("the message is too short")
        self._at += size
        return self._data[self._at - size : self._at]


class Screen:
    """The pixels of the screen as a viewer has them (RGBA), decoded from one update after another."""

    def __init__(self, width: int, height: int) -> None:
        self._reader = Reader()
        self._tight = TightDecoder(self._reader.take)
        self._video: av.VideoCodecContext | None = None
        self._place = stamp.place(height)
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Begin with a transparent screen of this size."""
        self.pixels: Pixels = np.zeros((height, width, 4), np.uint8)
        self._place = stamp.place(height)

    def digest(self) -> str:
        """Return the SHA-256 of the pixels. What was painted by video only is transparent."""
        return hashlib.sha256(self.pixels.data).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether every pixel has been painted, by anything but video."""
        return bool((self.pixels[..., 3] == EXACT).all())

    def stamp(self) -> stamp.Stamp | None:
        """Return the stamp that is shown."""
        x, y = self._place
        row = self.pixels[y : y + stamp.HEIGHT, x : x + stamp.WIDTH]
        return stamp.read(row) if row[..., 3].all() else None

    def update(self, message: bytes) -> bool:
        """Decode a FramebufferUpdate; return whether a rectangle of it was video."""
        self._reader.begin(message)
        (count,) = struct.unpack(">xxH", self._reader.take(4))
        is_video = False
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self._reader.take(12))
            if encoding == encodings.PSEUDO_LAST_RECT:
                break
            is_video |= encoding == encodings.ENCODING_H264
            self._rectangle(x, y, width, height, encoding)
        return is_video

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        take = self._reader.take
        if encoding == encodings.ENCODING_RAW:
            self._draw(x, y, np.frombuffer(take(4 * width * height), np.uint8).reshape(height, width, 4)[..., :3])
        elif encoding == encodings.ENCODING_TIGHT:
            if (found := self._tight.rectangle(width, height)) is not None:
                self._draw(x, y, found)
        elif encoding == encodings.ENCODING_COPY_RECT:
            left, top = struct.unpack(">HH", take(4))
            self.pixels[y : y + height, x : x + width] = self.pixels[top : top + height, left : left + width].copy()
        elif encoding == encodings.ENCODING_H264:
            size, flags = struct.unpack(">II", take(8))
            self._video_frame(take(size), reset=bool(flags & H264_RESETS))
        elif encoding in (encodings.PSEUDO_DESKTOP_SIZE, encodings.PSEUDO_EXTENDED_DESKTOP_SIZE):
            self._skip(width, height, encoding)
            if (height, width) != self.pixels.shape[:2]:
                self.resize(width, height)
        else:
            self._skip(width, height, encoding)

    def _draw(self, x: int, y: int, pixels: Pixels) -> None:
        self.pixels[y : y + pixels.shape[0], x : x + pixels.shape[1], :3] = pixels
        self.pixels[y : y + pixels.shape[0], x : x + pixels.shape[1], 3] = EXACT

    def _skip(self, width: int, height: int, encoding: int) -> None:
        """Skip a rectangle without pixels."""
        if encoding in FIXED_BYTES:
            self._reader.take(FIXED_BYTES[encoding])
            return
        measure = SIZES[encoding](width, height, PIXEL_SIZES)
        wanted = next(measure, None)
        while wanted is not None:
            data = self._reader.take(abs(wanted))
            try:
                wanted = measure.send(data)
            except StopIteration:
                return

    def _video_frame(self, data: bytes, reset: bool) -> None:
        """Decode a frame of the whole screen. Of its pixels, only the stamp is kept: all others become transparent."""
        if self._video is None or reset:
            self._video = av.VideoCodecContext.create("h264", "r")
            self._video.thread_type = "SLICE"  # frame threads would delay each frame
            self._video.flags |= Flags.low_delay
        self.pixels[:] = 0
        for frame in self._video.decode(av.Packet(data)):
            plane = frame.planes[0]
            light = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
                : frame.height, : frame.width
            ]
            x, y = self._place
            row = light[y : y + stamp.HEIGHT, x : x + stamp.WIDTH]
            self.pixels[y : y + row.shape[0], x : x + row.shape[1], :3] = row[..., None]
            self.pixels[y : y + row.shape[0], x : x + row.shape[1], 3] = LOSSY


def updates(pieces: Iterable[Piece]) -> Iterator[tuple[Update, Screen]]:
    """Yield each update of a recording that has rectangles, and the screen after it."""
    screen: Screen | None = None
    assembler = Assembler()
    for piece in pieces:
        for kind, time, message in assembler.feed(piece):
            if kind is ServerMessageKind.HANDSHAKE:
                screen = Screen(*size_of(message))
            elif kind is ServerMessageKind.UPDATE and message[2:4] != NO_RECTANGLES:
                assert screen is not None
                is_video = screen.update(message)
                yield Update(time, len(message), screen.stamp(), is_video), screen
