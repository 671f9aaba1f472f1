"""A viewer that looks at single pixels: RFB 3.8 with raw rectangles (RFC 6143, sections 7.1 to 7.7.1)."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

TIMEOUT = 10.0
"""Seconds that the server may take for each answer."""

PIXEL_FORMAT = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
"""Four bytes a pixel, blue first, as 0x00RRGGBB little-endian."""


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
        if 1 not in kinds:
            raise EOFError("it wants a password")
        self._socket.sendall(b"\1")
        if self._read(4) != bytes(4):
            raise EOFError("it refused us")
        self._socket.sendall(b"\1")  # share it with others
        self.width, self.height = struct.unpack(">HH", self._read(4))
        self._read(16)
        self.name = self._read(struct.unpack(">I", self._read(4))[0]).decode("utf-8", "replace")
        self._socket.sendall(struct.pack(">Bxxx", 0) + PIXEL_FORMAT)
        self._socket.sendall(struct.pack(">BxHi", 2, 1, 0))  # raw alone

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return what the server shows there now: red, green, blue."""
        self._socket.sendall(struct.pack(">BBHHHH", 3, 0, x, y, 1, 1))
        while True:
            pixels = self._update()
            if (x, y) in pixels:
                return pixels[x, y]

    def _update(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """Read one message; return what it says of pixels: (x, y) → (red, green, blue)."""
        kind = self._read(1)[0]
        found: dict[tuple[int, int], tuple[int, int, int]] = {}
        if kind == 0:
            for _ in range(struct.unpack(">xH", self._read(3))[0]):
                found |= self._rectangle()
        elif kind == 1:  # a colour map
            _, count = struct.unpack(">xHH", self._read(5))
            self._read(6 * count)
        elif kind == 3:  # the clipboard
            self._read(struct.unpack(">xxxI", self._read(7))[0])
        elif kind != 2:  # a bell
            raise EOFError(f"it sent a message of the type {kind}, which nobody asked for")
        return found

    def _rectangle(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        left, top, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
        if encoding != 0:
            raise EOFError(f"it sent the encoding {encoding}, which nobody asked for")
        data = self._read(width * height * 4)
        found = {}
        for offset in range(0, len(data), 4):
            blue, green, red = data[offset : offset + 3]
            row, column = divmod(offset // 4, width)
            found[left + column, top + row] = (red, green, blue)
        return found

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self._socket.recv(count - len(data))
            if not chunk:
                raise EOFError("it closed the connection")
            data += chunk
        return data

    def close(self) -> None:
        """Leave."""
        self._socket.close()
