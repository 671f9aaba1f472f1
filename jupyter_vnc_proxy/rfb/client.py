"""A client that reads pixels and blocks: RFB 3.8 with raw rectangles (RFC 6143, sections 7.1 to 7.7.1)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from pathlib import Path

from ..options import Area, enclosing
from .client_side import reader, requests
from .client_side.reader import BYTES_PER_PIXEL, Rectangle
from .encodings import ENCODING_RAW, PSEUDO_EXTENDED_DESKTOP_SIZE
from .server_messages import SIZE_BY_THIS_CLIENT, SIZE_DONE

TIMEOUT_SECONDS = 10.0
"""How long the server may take for each answer."""


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
            server = reader.drive(reader.greeting(self._socket.sendall), self._read)
            self.banner, self.width, self.height, self.name = server.banner, server.width, server.height, server.name
            self._socket.sendall(requests.NATIVE_PIXELS + requests.encodings(ENCODING_RAW))
        except BaseException:
            self._socket.close()
            raise

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
        self._socket.sendall(requests.encodings(ENCODING_RAW, PSEUDO_EXTENDED_DESKTOP_SIZE))
        self._request(False, 0, 0, 1, 1)
        return [Area(*each) for each in struct.iter_unpack(">4x4H4x", self._desktop_size().data)]

    def set_screens(self, screens: Sequence[Area]) -> None:
        """Give the desktop these screens, and the size that they need; raise ``OSError`` if the server refuses.

        Call `screens` first.
        """
        self._request(True, 0, 0, 1, 1)
        self._socket.sendall(requests.desktop_size(screens))
        if self._desktop_size(SIZE_BY_THIS_CLIENT).top != SIZE_DONE:
            raise OSError(f"the VNC server refuses the size {enclosing(screens)}")

    def _desktop_size(self, reason: int | None = None) -> Rectangle:
        """Return the next ExtendedDesktopSize, of this reason: its position is reason and result, its data screens."""
        while True:
            for rectangle in self._update():
                if rectangle.encoding == PSEUDO_EXTENDED_DESKTOP_SIZE and reason in (None, rectangle.left):
                    return rectangle
            self._request(True, 0, 0, 1, 1)

    def _paste(self, pixels: bytearray, rectangle: Rectangle) -> None:
        left, top, width, height, data, _ = rectangle
        if left + width > self.width or top + height > self.height:
            raise EOFError("it sent a rectangle that lies outside of the framebuffer")
        row_bytes = width * BYTES_PER_PIXEL
        for row in range(height):
            start = ((top + row) * self.width + left) * BYTES_PER_PIXEL
            pixels[start : start + row_bytes] = data[row * row_bytes : (row + 1) * row_bytes]

    def _request(self, incremental: bool, x: int, y: int, width: int, height: int) -> None:
        self._socket.sendall(requests.update(incremental, x, y, width, height))

    def _update(self) -> list[Rectangle]:
        """Read one message; return its rectangles, none if it isn't a framebuffer update."""
        received = reader.drive(reader.message(), self._read)
        return received.rectangles if received is not None else []

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
