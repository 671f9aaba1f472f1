"""A viewer that takes video as noVNC 1.7 does: Tight and H.264, fences, continuous updates, on a thread of its own."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections import deque
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from jupyter_vnc_proxy.system.x_display import picture
from support.displays import Display
from support.stream.clients import HELLO, fence, set_encodings
from support.stream.decoders import RGB, Reader, TightDecoder

TIGHT, H264, QUALITY_0 = 7, 50, -32
LAST_RECT, FENCE, CONTINUOUS, EXTENDED_SIZE = -224, -312, -313, -308
REQUEST = 1 << 31
SLICES, SPS = {1, 5}, 7
FULL_COLOUR = 244
"""The profile of 4:4:4: High 4:4:4 Predictive (ITU-T H.264, A.2.11)."""


class Decoder(Enum):
    """What a browser's decoder does."""

    WORKS = 0
    MISSING = 1
    """There is none, and so no H.264 is announced."""
    HANGS = 2
    """Nothing is ever painted after H.264 came; what comes is read all the same, to see it."""
    HANGS_AS_IN_NOVNC = 3
    """The same, and nothing more is read."""


class Seen(NamedTuple):
    """A rectangle of H.264."""

    width: int
    height: int
    flags: int
    size: int
    units: list[int]
    profile: int | None
    """The picture's profile where it has parameters, as key pictures do."""

    @property
    def slices(self) -> int:
        return sum(unit in SLICES for unit in self.units)


class Browser(Reader):
    """Connects at once. ``bytes_per_second``: how quickly it reads; it may be changed at any time."""

    def __init__(
        self, path: Path, quality: int = 6, decoder: Decoder = Decoder.WORKS, bytes_per_second: int | None = None
    ) -> None:
        super().__init__(b"")
        self.bytes_per_second = bytes_per_second
        self.decoder = decoder
        self.encodings = [TIGHT, *[H264] * (decoder != Decoder.MISSING), QUALITY_0 + quality, -254]
        self.encodings += [LAST_RECT, EXTENDED_SIZE, FENCE, CONTINUOUS]
        self.received = self.updates = 0
        self.last_at = time.monotonic()
        self.seen: list[Seen] = []
        self.decoded: deque[RGB] = deque(maxlen=20)
        self.used: set[int] = set()
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self._tight = TightDecoder()
        self._context: av.VideoCodecContext | None = None
        self._continuous = self._hangs = self._was_empty = self._gone = False
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(os.fspath(path))
        self._socket.sendall(HELLO)
        self.take(12 + 2 + 4)
        width, height = struct.unpack(">HH", self.take(4))
        self.take(16)
        self.take(struct.unpack(">I", self.take(4))[0])
        self.pixels = np.zeros((height, width, 3), np.uint8)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    # -- what a test asks ---------------------------------------------------------------------------------------------

    @property
    def painted_jpeg(self) -> bool:
        return "jpeg" in self._tight.used

    def shows(self, display: Display) -> bool:
        """Tell whether it has every pixel as the X server has it."""
        screen = np.asarray(picture(display.name, display.xauthority))
        return screen.shape == self.pixels.shape and bool((screen == self.pixels).all())

    def silence(self) -> float:
        """Return for how many seconds no byte has come."""
        return time.monotonic() - self.last_at

    def vanish(self) -> None:
        """Be gone, wherever it is."""
        self._gone = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def close(self) -> None:
        """End, and fail where it met what it couldn't follow."""
        self.vanish()
        if self.error is not None:
            raise self.error

    # -- reading ------------------------------------------------------------------------------------------------------

    def take(self, size: int) -> bytes:
        while len(self.data) < size:
            if self._gone:
                raise ConnectionError("it has vanished")
            rate = self.bytes_per_second
            chunk = self._socket.recv(min(1 << 16, max(200, rate // 50)) if rate else 1 << 16)
            if not chunk:
                raise ConnectionError("the server has ended the connection")
            if rate:
                time.sleep(len(chunk) / rate)
            self.received += len(chunk)
            self.last_at = time.monotonic()
            self.data += chunk
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def _run(self) -> None:
        height, width = self.pixels.shape[:2]
        try:
            self._socket.sendall(set_encodings(*self.encodings))
            self._socket.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
            while True:
                self._message()
        except OSError:
            pass
        except BaseException as error:  # for `close`, on the test's own thread
            self.error = error
        finally:
            self.ended.set()

    def _message(self) -> None:
        kind = self.byte()
        if kind == 0:
            _, count = struct.unpack(">BH", self.take(3))
            self._update(count)
        elif kind == 150:
            self._continuous = True
            self._socket.sendall(struct.pack(">BBHHHH", 150, 1, 0, 0, 0xFFFF, 0xFFFF))
        else:
            assert kind == 248, f"message {kind}"
            _, flags, length = struct.unpack(">3sIB", self.take(8))
            payload = self.take(length)
            if not (self._hangs and self._was_empty):  # it asks for what was painted
                self._socket.sendall(fence(flags & ~REQUEST, payload))

    # -- updates ------------------------------------------------------------------------------------------------------

    def _update(self, count: int) -> None:
        self._was_empty = count == 0
        if self._was_empty and self._hangs and self.decoder == Decoder.HANGS_AS_IN_NOVNC:
            self._wait_for_the_end()
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self.take(12))
            if encoding == LAST_RECT:
                break
            self._rectangle(x, y, width, height, encoding)
        self.updates += bool(count)
        if not self._continuous and count:
            tall, wide = self.pixels.shape[:2]
            self._socket.sendall(struct.pack(">BBHHHH", 3, 1, 0, 0, wide, tall))

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        self.used.add(encoding)
        if encoding == EXTENDED_SIZE:
            self.take(16 * struct.unpack(">B3x", self.take(4))[0])
            if self.pixels.shape[:2] != (height, width):
                self.pixels = np.zeros((height, width, 3), np.uint8)
            return
        if encoding == TIGHT:
            pixels: RGB | None = self._tight.read(self, width, height)
        else:
            assert encoding == H264 and (x, y) == (0, 0), f"encoding {encoding}"
            pixels = self._video(width, height)
        if pixels is not None:
            self.pixels[y : y + height, x : x + width] = pixels

    def _video(self, width: int, height: int) -> RGB | None:
        length, flags = struct.unpack(">II", self.take(8))
        data = self.take(length)
        units = [part[0] & 0x1F for part in data.split(b"\0\0\1")[1:]]
        profile = data.split(b"\0\0\1")[1 + units.index(SPS)][1] if SPS in units else None
        self.seen.append(Seen(width, height, flags, length, units, profile))
        if self.decoder != Decoder.WORKS:
            self._hangs = True
            return None
        if flags:
            self._context = None
        if self._context is None:
            self._context = av.CodecContext.create("h264", "r")
            self._context.thread_count = 1  # threads hold frames back
            self._context.flags |= av.codec.context.Flags.low_delay
        (frame,) = self._context.decode(av.Packet(data))
        pixels: RGB = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)[:height, :width]
        self.decoded.append(pixels)
        return pixels

    def _wait_for_the_end(self) -> None:
        poll = select.poll()
        poll.register(self._socket, 0)
        poll.poll()
        raise ConnectionError("the server has ended the connection")


def likeness(seen: RGB, pictures: RGB) -> float:
    """Return the PSNR in dB to the one of some pictures that is most like it."""
    errors = [np.mean((seen.astype(np.int16) - each) ** 2) for each in pictures]
    return float(10 * np.log10(255**2 / max(min(errors), 1e-3)))
