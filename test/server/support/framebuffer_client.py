"""An RFB client with a framebuffer: raw encoding only, so that each pixel is exactly the server's."""

from __future__ import annotations

import select
import struct
import time
from collections.abc import Callable
from pathlib import Path

from support.waiting import LONG_SECONDS
from support.xclient import EXTENDED_DESKTOP_SIZE, RfbClient

DESKTOP_SIZE, CURSOR, CURSOR_WITH_ALPHA, VMWARE_CURSOR = -223, -239, -314, 0x574D5664
ENCODINGS = (0, EXTENDED_DESKTOP_SIZE, DESKTOP_SIZE, CURSOR)

RETURN = 0xFF0D

LEFT = 1
"""The left button's bit."""


class FramebufferClient(RfbClient):
    """An RFB client with its own framebuffer: 4 bytes a pixel, blue first. ``size`` follows the server's."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.size = (self.width, self.height)
        self.pixels = bytearray(4 * self.width * self.height)
        self.cursors = 0
        self.clipboard: list[str] = []
        self.sizes_are_taken = False
        self.socket.sendall(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self.socket.sendall(struct.pack(f">BxH{len(ENCODINGS)}i", 2, len(ENCODINGS), *ENCODINGS))
        self._ask(whole=True)

    def _ask(self, *, whole: bool = False) -> None:
        """Request the whole framebuffer, or an incremental update."""
        self.socket.sendall(struct.pack(">BBHHHH", 3, not whole, 0, 0, *self.size))

    def until(self, condition: Callable[[], object], what: str, timeout: float = LONG_SECONDS) -> None:
        """Handle messages and request updates until ``condition`` holds."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
            if select.select([self.socket], [], [], 0.05)[0]:
                self._message()

    def _message(self) -> None:
        """Handle one message (RFC 6143, section 7.6)."""
        (kind,) = self.read(1)
        if kind == 0:
            (count,) = struct.unpack(">xH", self.read(3))
            size = self.size
            for _ in range(count):
                self._rectangle(*struct.unpack(">HHHHi", self.read(12)))
            self._ask(whole=self.size != size)
        elif kind == 3:
            (length,) = struct.unpack(">3xi", self.read(7))
            self.clipboard.append(self.read(abs(length)).decode("latin-1"))
        else:
            assert kind == 2, kind

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        if encoding == 0:
            for row in range(y, y + height):
                start = 4 * (row * self.size[0] + x)
                self.pixels[start : start + 4 * width] = self.read(4 * width)
        elif encoding == CURSOR:
            self.cursors += 1
            self.read(4 * width * height + (width + 7) // 8 * height)
        else:
            assert encoding in (DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE), encoding
            refused = encoding == EXTENDED_DESKTOP_SIZE and x == 1 and y != 0
            if encoding == EXTENDED_DESKTOP_SIZE:
                self.sizes_are_taken = True
                self.read(16 * self.read(4)[0])
            if not refused and (width, height) != self.size:
                self.size = (width, height)
                self.pixels = bytearray(4 * width * height)

    def pixel(self, x: int, y: int) -> str:
        """Return a pixel's colour after the last update, as in ``e0a020``."""
        start = 4 * (y * self.size[0] + x)
        return bytes(self.pixels[start : start + 3][::-1]).hex()

    def click(self, x: int, y: int) -> None:
        """Move there, press the left button and release it."""
        for buttons in (0, LEFT, 0):
            self.pointer(x, y, buttons)

    def pointer(self, x: int, y: int, buttons: int) -> None:
        """Move there with these buttons down."""
        self.socket.sendall(struct.pack(">BBHH", 5, buttons, x, y))

    def type(self, text: str) -> None:
        """Press and release the keys of Latin-1 characters, whose keysyms are their codes, Return for a line's end."""
        for character in text:
            for down in (1, 0):
                keysym = RETURN if character == "\n" else ord(character)
                self.socket.sendall(struct.pack(">BBxxI", 4, down, keysym))

    def copy(self, text: str) -> None:
        """Put Latin-1 text into the server's clipboard."""
        self.socket.sendall(struct.pack(">B3xI", 6, len(text)) + text.encode("latin-1"))
