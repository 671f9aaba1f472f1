"""What a server sends, as generators: each yields how many bytes it needs next, is sent them, and returns its result.

So one parser serves clients that block and clients that don't. Raw rectangles only (RFC 6143, sections 7.1 to 7.7.1).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from ..encodings import ENCODING_RAW, PSEUDO_DESKTOP_SIZE, PSEUDO_EXTENDED_DESKTOP_SIZE
from ..handshake import SECURITY_NONE, SECURITY_RESULT_OK, VERSION
from ..server_messages import SERVER_BELL, SERVER_COLOUR_MAP, SERVER_CUT_TEXT, SERVER_UPDATE

T = TypeVar("T")

Steps = Generator[int, bytes, T]

Send = Callable[[bytes], object]

BYTES_PER_PIXEL = 4

SCREEN_BYTES = 16
"""Length of a screen in SetDesktopSize and ExtendedDesktopSize."""


class Rectangle(NamedTuple):
    """A rectangle of an update; of a pseudo-encoding, ``data`` is what follows its header."""

    left: int
    top: int
    width: int
    height: int
    data: bytes
    encoding: int = ENCODING_RAW

    def pixel(self, x: int, y: int) -> tuple[int, int, int] | None:
        """Return a pixel of the framebuffer as red, green, blue; ``None`` if it is elsewhere."""
        column, row = x - self.left, y - self.top
        if not (0 <= column < self.width and 0 <= row < self.height):
            return None
        offset = (row * self.width + column) * BYTES_PER_PIXEL
        blue, green, red = self.data[offset : offset + 3]
        return red, green, blue


@dataclass(frozen=True)
class Update:
    """A framebuffer update."""

    rectangles: list[Rectangle]

    @property
    def size(self) -> tuple[int, int] | None:
        """The framebuffer's new width and height, if the update changes them."""
        sizes = (PSEUDO_DESKTOP_SIZE, PSEUDO_EXTENDED_DESKTOP_SIZE)
        return next(((each.width, each.height) for each in self.rectangles if each.encoding in sizes), None)


@dataclass(frozen=True)
class Greeting:
    """What a server says of itself: its banner, the framebuffer's size in pixels, the desktop's name."""

    banner: str
    width: int
    height: int
    name: str


def greeting(send: Send) -> Steps[Greeting]:
    """Shake hands as a client that shares the desktop and has no password; raise ``EOFError`` if that is refused."""
    banner = (yield 12).decode("ascii", "replace").strip()
    if not banner.startswith("RFB 003."):
        raise EOFError(f"it does not speak RFB but {banner!r}")
    send(VERSION)
    security_types = yield (yield 1)[0]
    if SECURITY_NONE not in security_types:
        raise EOFError("it wants a password")
    send(bytes([SECURITY_NONE]))
    if int.from_bytes((yield 4), "big") != SECURITY_RESULT_OK:
        raise EOFError("it refused the connection")
    send(b"\1")  # ClientInit: share the desktop with other clients
    width, height = struct.unpack(">HH", (yield 4))
    yield 16
    name = yield struct.unpack(">I", (yield 4))[0]
    return Greeting(banner, width, height, name.decode("utf-8", "replace"))


def message() -> Steps[Update | None]:
    """Read one message; return ``None`` if it isn't an update.

    Raise ``EOFError`` if the server breaks the protocol.
    """
    kind = (yield 1)[0]
    if kind == SERVER_UPDATE:
        (count,) = struct.unpack(">xH", (yield 3))
        rectangles = []
        for _ in range(count):
            rectangles.append((yield from _rectangle()))
        return Update(rectangles)
    if kind == SERVER_CUT_TEXT:
        yield struct.unpack(">xxxI", (yield 7))[0]
    elif kind == SERVER_COLOUR_MAP:
        _, count = struct.unpack(">xHH", (yield 5))
        yield 6 * count
    elif kind != SERVER_BELL:
        raise EOFError(f"it sent a message of the type {kind}, which was not negotiated")
    return None


def _rectangle() -> Steps[Rectangle]:
    left, top, width, height, encoding = struct.unpack(">HHHHi", (yield 12))
    if encoding == PSEUDO_EXTENDED_DESKTOP_SIZE:
        screens = yield SCREEN_BYTES * (yield 4)[0]
        return Rectangle(left, top, width, height, screens, encoding)
    if encoding == PSEUDO_DESKTOP_SIZE:
        return Rectangle(left, top, width, height, b"", encoding)
    if encoding != ENCODING_RAW:
        raise EOFError(f"it sent the encoding {encoding}, which was not negotiated")
    return Rectangle(left, top, width, height, (yield width * height * BYTES_PER_PIXEL))


def drive(steps: Steps[T], read: Callable[[int], bytes]) -> T:
    """Run a generator with a function that reads; return its result."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(read(wanted))
    except StopIteration as end:
        result: T = end.value
        return result
