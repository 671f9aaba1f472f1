"""A client that reads pixels: RFB 3.8 with raw rectangles (RFC 6143, sections 7.1 to 7.7.1)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..options import Area, enclosing
from .client_messages import FRAMEBUFFER_UPDATE_REQUEST, SET_DESKTOP_SIZE, SET_ENCODINGS, SET_PIXEL_FORMAT
from .encodings import ENCODING_RAW, PSEUDO_EXTENDED_DESKTOP_SIZE
from .handshake import SECURITY_NONE, SECURITY_RESULT_OK, VERSION
from .pixel_format import NATIVE
from .server_messages import (
    SERVER_BELL,
    SERVER_COLOUR_MAP,
    SERVER_CUT_TEXT,
    SERVER_UPDATE,
    SIZE_BY_THIS_CLIENT,
    SIZE_DONE,
)

TIMEOUT_SECONDS = 10.0
"""How long the server may take for each answer."""

BYTES_PER_PIXEL = 4

SCREEN_BYTES = 16
"""Length of a screen in SetDesktopSize and ExtendedDesktopSize."""


class _Rectangle(NamedTuple):
    left: int
    top: int
    width: int
    height: int
    data: bytes
    encoding: int = ENCODING_RAW

    def pixel(self, x: int, y: int) -> tuple[int, int, int] | None:
        column, row = x - self.left, y - self.top
        if not (0 <= column < self.width and 0 <= row < self.height):
            return None
        offset = (row * self.width + column) * BYTES_PER_PIXEL
        blue, green, red = self.data[offset : offset + 3]
        return red, green, blue


class RFBClient:
    """A connection to the unix socket of an RFB server without a password.

    `width` and `height` are the framebuffer's, in pixels. Every method raises ``OSError`` if the server can't be
    reached or is too slow, and ``EOFError`` if it closes the connection or breaks the protocol.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT_SECONDS)
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
        self._socket.sendall(VERSION)
        security_types = self._read(self._read(1)[0])
        if SECURITY_NONE not in security_types:
            raise EOFError("it wants a password")
        self._socket.sendall(bytes([SECURITY_NONE]))
        if int.from_bytes(self._read(4), "big") != SECURITY_RESULT_OK:
            raise EOFError("it refused the connection")
        self._socket.sendall(b"\1")  # ClientInit: share the desktop with other clients
        self.width, self.height = struct.unpack(">HH", self._read(4))
        self._read(16)
        self.name = self._read(struct.unpack(">I", self._read(4))[0]).decode("utf-8", "replace")
        self._socket.sendall(struct.pack(">Bxxx", SET_PIXEL_FORMAT) + NATIVE.pack())
        self._socket.sendall(struct.pack(">BxHi", SET_ENCODINGS, 1, ENCODING_RAW))

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return one pixel as the server shows it now: red, green, blue."""
        self._request(False, x, y, 1, 1)
        while True:
            for rectangle in self._update():
                if (pixel := rectangle.pixel(x, y)) is not None:
                    return pixel

    def framebuffer(self) -> bytearray:
        """Return all pixels: rows of `width` times blue, green, red and a byte without meaning."""
        pixels = bytearray(self.width * self.height * BYTES_PER_PIXEL)
        remaining = self.width * self.height
        self._request(False, 0, 0, self.width, self.height)
        while remaining > 0:
            for rectangle in self._update():
                self._paste(pixels, rectangle)
                remaining -= rectangle.width * rectangle.height
            if remaining > 0:
                self._request(True, 0, 0, self.width, self.height)
        return pixels

    def screens(self) -> list[Area]:
        """Return the areas of the desktop's screens (rfbproto, ExtendedDesktopSize)."""
        self._socket.sendall(struct.pack(">BxHii", SET_ENCODINGS, 2, ENCODING_RAW, PSEUDO_EXTENDED_DESKTOP_SIZE))
        self._request(False, 0, 0, 1, 1)
        return [Area(*each) for each in struct.iter_unpack(">4x4H4x", self._desktop_size().data)]

    def set_screens(self, screens: Sequence[Area]) -> None:
        """Give the desktop these screens, and the size that they need; raise ``OSError`` if the server refuses.

        Call `screens` first.
        """
        size = enclosing(screens)
        data = b"".join(struct.pack(">IHHHHI", number, *each, 0) for number, each in enumerate(screens, 1))
        self._request(True, 0, 0, 1, 1)
        self._socket.sendall(struct.pack(">BxHHBx", SET_DESKTOP_SIZE, *size, len(screens)) + data)
        if self._desktop_size(SIZE_BY_THIS_CLIENT).top != SIZE_DONE:
            raise OSError(f"the VNC server refuses the size {size}")

    def _desktop_size(self, reason: int | None = None) -> _Rectangle:
        """Return the next ExtendedDesktopSize, of this reason: its position is reason and result, its data screens."""
        while True:
            for rectangle in self._update():
                if rectangle.encoding == PSEUDO_EXTENDED_DESKTOP_SIZE and reason in (None, rectangle.left):
                    return rectangle
            self._request(True, 0, 0, 1, 1)

    def _paste(self, pixels: bytearray, rectangle: _Rectangle) -> None:
        left, top, width, height, data, _ = rectangle
        if left + width > self.width or top + height > self.height:
            raise EOFError("it sent a rectangle that lies outside of the framebuffer")
        row_bytes = width * BYTES_PER_PIXEL
        for row in range(height):
            start = ((top + row) * self.width + left) * BYTES_PER_PIXEL
            pixels[start : start + row_bytes] = data[row * row_bytes : (row + 1) * row_bytes]

    def _request(self, incremental: bool, x: int, y: int, width: int, height: int) -> None:
        self._socket.sendall(struct.pack(">BBHHHH", FRAMEBUFFER_UPDATE_REQUEST, incremental, x, y, width, height))

    def _update(self) -> list[_Rectangle]:
        """Read one message; return its rectangles, none if it isn't a framebuffer update."""
        kind = self._read(1)[0]
        if kind == SERVER_UPDATE:
            return [self._rectangle() for _ in range(struct.unpack(">xH", self._read(3))[0])]
        if kind == SERVER_COLOUR_MAP:
            _, count = struct.unpack(">xHH", self._read(5))
            self._read(6 * count)
        elif kind == SERVER_CUT_TEXT:
            self._read(struct.unpack(">xxxI", self._read(7))[0])
        elif kind != SERVER_BELL:
            raise EOFError(f"it sent a message of the type {kind}, which was not negotiated")
        return []

    def _rectangle(self) -> _Rectangle:
        left, top, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
        if encoding == PSEUDO_EXTENDED_DESKTOP_SIZE:
            screens = self._read(SCREEN_BYTES * self._read(4)[0])
            return _Rectangle(left, top, width, height, screens, encoding)
        if encoding != ENCODING_RAW:
            raise EOFError(f"it sent the encoding {encoding}, which was not negotiated")
        return _Rectangle(left, top, width, height, self._read(width * height * BYTES_PER_PIXEL))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = self._socket.recv(count - len(data))
            if not chunk:
                raise EOFError("it closed the connection")
            data += chunk
        return bytes(data)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
