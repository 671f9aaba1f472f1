"""A viewer that looks at pixels: RFB 3.8 with raw rectangles (RFC 6143, sections 7.1 to 7.7.1)."""

from __future__ import annotations

import io
import socket
import struct
from pathlib import Path
from typing import NamedTuple

TIMEOUT = 10.0
"""Seconds that the server may take for each answer."""

PIXEL_FORMAT = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
"""Four bytes a pixel, blue first, as 0x00RRGGBB little-endian; PIL reads it as ``BGRX``."""

SECURITY_NONE, RAW = 1, 0


class _Rectangle(NamedTuple):
    left: int
    top: int
    width: int
    height: int
    data: bytes

    def pixel(self, x: int, y: int) -> tuple[int, int, int] | None:
        column, row = x - self.left, y - self.top
        if not (0 <= column < self.width and 0 <= row < self.height):
            return None
        offset = (row * self.width + column) * 4
        blue, green, red = self.data[offset : offset + 3]
        return red, green, blue


class Viewer:
    """A connection to a desktop's socket; raises ``OSError`` or ``EOFError`` where the server says nothing sensible."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT)
        try:
            self._socket.connect(str(path))
            self._shake_hands()
        except BaseException:
            self._socket.close()
            raise

    def _shake_hands(self) -> None:
        self.banner = self._read(12).decode("ascii", "replace").strip()
        if not self.banner.startswith("RFB 003."):
            raise EOFError(f"it does not speak RFB but {self.banner!r}")
        self._socket.sendall(b"RFB 003.008\n")
        kinds = self._read(self._read(1)[0])
        if SECURITY_NONE not in kinds:
            raise EOFError("it wants a password")
        self._socket.sendall(bytes([SECURITY_NONE]))
        if self._read(4) != bytes(4):
            raise EOFError("it refused us")
        self._socket.sendall(b"\1")  # share it with others
        self.width, self.height = struct.unpack(">HH", self._read(4))
        self._read(16)
        self.name = self._read(struct.unpack(">I", self._read(4))[0]).decode("utf-8", "replace")
        self._socket.sendall(struct.pack(">Bxxx", 0) + PIXEL_FORMAT)
        self._socket.sendall(struct.pack(">BxHi", 2, 1, RAW))

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return what the server shows there now: red, green, blue."""
        self._ask(False, x, y, 1, 1)
        while True:
            for rectangle in self._update():
                if (pixel := rectangle.pixel(x, y)) is not None:
                    return pixel

    def picture(self) -> bytes:
        """Return the whole of the desktop as a PNG (8 bits RGB)."""
        from PIL import Image

        picture = Image.new("RGB", (self.width, self.height))
        left = self.width * self.height
        self._ask(False, 0, 0, self.width, self.height)
        while left > 0:
            for x, y, width, height, data in self._update():
                picture.paste(Image.frombuffer("RGB", (width, height), data, "raw", "BGRX", 0, 1), (x, y))
                left -= width * height
            if left > 0:
                self._ask(True, 0, 0, self.width, self.height)
        png = io.BytesIO()
        picture.save(png, "PNG", compress_level=1)
        return png.getvalue()

    def _ask(self, incremental: bool, x: int, y: int, width: int, height: int) -> None:
        self._socket.sendall(struct.pack(">BBHHHH", 3, incremental, x, y, width, height))

    def _update(self) -> list[_Rectangle]:
        """Read one message; return what it says of the picture."""
        kind = self._read(1)[0]
        if kind == 0:
            return [self._rectangle() for _ in range(struct.unpack(">xH", self._read(3))[0])]
        if kind == 1:  # a colour map
            _, count = struct.unpack(">xHH", self._read(5))
            self._read(6 * count)
        elif kind == 3:  # the clipboard
            self._read(struct.unpack(">xxxI", self._read(7))[0])
        elif kind != 2:  # a bell
            raise EOFError(f"it sent a message of the type {kind}, which nobody asked for")
        return []

    def _rectangle(self) -> _Rectangle:
        left, top, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
        if encoding != RAW:
            raise EOFError(f"it sent the encoding {encoding}, which nobody asked for")
        return _Rectangle(left, top, width, height, self._read(width * height * 4))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = self._socket.recv(count - len(data))
            if not chunk:
                raise EOFError("it closed the connection")
            data += chunk
        return bytes(data)

    def close(self) -> None:
        """Leave."""
        self._socket.close()
