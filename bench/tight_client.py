"""An RFB client that requests Tight as noVNC does, and decodes only the stamps (rfbproto.rst)."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from pathlib import Path

import numpy as np

from bench.desktop.painter import stamp
from bench.desktop.rfb.tight import TightDecoder

COPY_RECT, TIGHT, DESKTOP_SIZE, LAST_RECT, CURSOR = 1, 7, -223, -224, -239
QUALITY_6, COMPRESSION_2 = -26, -254
ENCODINGS = (COPY_RECT, TIGHT, 0, QUALITY_6, COMPRESSION_2, DESKTOP_SIZE, LAST_RECT, CURSOR)


class TightClient:
    """A connection. ``ages``: seconds from drawing to decoding of each frame; ``received``: bytes so far."""

    def __init__(self, path: Path, place: stamp.Place) -> None:
        self.ages: list[float] = []
        self.clicks = 0
        self.received = 0
        self._place = place
        self._row = np.zeros((stamp.HEIGHT, stamp.WIDTH, 4), np.uint8)
        self._frame = -1
        self._decoder = TightDecoder(self._read)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(os.fspath(path))
        self._read(12)
        self._socket.sendall(b"RFB 003.008\n")
        self._read(self._read(1)[0])
        self._socket.sendall(b"\1")
        self._read(4)
        self._socket.sendall(b"\1")
        self.size: tuple[int, int] = struct.unpack(">HH", self._read(4))
        self._read(16)
        self._read(struct.unpack(">I", self._read(4))[0])
        self._socket.sendall(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self._socket.sendall(struct.pack(f">BxH{len(ENCODINGS)}i", 2, len(ENCODINGS), *ENCODINGS))
        self._request_update(whole=True)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def press(self, x: int, y: int) -> None:
        """Press and release the left button at a position."""
        for buttons in (1, 0):
            self._socket.sendall(struct.pack(">BBHH", 5, buttons, x, y))

    def watch(self, seconds: float) -> None:
        """Process messages for ``seconds``, and at least one that is already waiting."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            if select.select([self._socket], [], [], left)[0]:
                self._message()
            if left == 0:
                return

    def _request_update(self, *, whole: bool = False) -> None:
        self._socket.sendall(struct.pack(">BBHHHH", 3, not whole, 0, 0, *self.size))

    def _read(self, count: int) -> bytes:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            got = self._socket.recv_into(view)
            if not got:
                raise SystemExit("the VNC server closed the connection")
            view = view[got:]
        self.received += count
        return bytes(data)

    def _message(self) -> None:
        (kind,) = self._read(1)
        if kind == 3:
            self._read(struct.unpack(">3xI", self._read(7))[0])
        if kind != 0:
            return
        (count,) = struct.unpack(">xH", self._read(3))
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
            if encoding == LAST_RECT:
                break
            self._rectangle(x, y, width, height, encoding)
        self._request_update()
        seen = stamp.read(self._row)
        if seen is not None and seen.frame != self._frame:
            self._frame, self.clicks = seen.frame, seen.clicks
            self.ages.append(seen.age(time.time()))

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        if encoding == TIGHT:
            self._tight(x, y, width, height)
        elif encoding == 0:
            self._draw(x, y, np.frombuffer(self._read(4 * width * height), np.uint8).reshape(height, width, 4))
        elif encoding == COPY_RECT:
            self._read(4)
        elif encoding == CURSOR:
            self._read(4 * width * height + (width + 7) // 8 * height)
        elif encoding == DESKTOP_SIZE:
            self.size = (width, height)

    def _draw(self, x: int, y: int, pixels: stamp.Pixels) -> None:
        """Keep the part of a rectangle (height x width pixels of three or four bytes) that covers the stamp."""
        top, left = y - self._place.y, x - self._place.x
        rows = slice(max(0, top), min(stamp.HEIGHT, top + pixels.shape[0]))
        columns = slice(max(0, left), min(stamp.WIDTH, left + pixels.shape[1]))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = pixels[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, :3]
            self._row[rows, columns, :3] = part

    def _covers_stamp(self, y: int, height: int) -> bool:
        return y < self._place.y + stamp.HEIGHT and y + height > self._place.y

    def _tight(self, x: int, y: int, width: int, height: int) -> None:
        pixels = self._decoder.rectangle(width, height, wanted=self._covers_stamp(y, height))
        if pixels is not None:
            self._draw(x, y, pixels)
