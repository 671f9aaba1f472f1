"""What one viewer has not seen of the screen, cut into rectangles and encoded as it likes them."""

from __future__ import annotations

import time

from . import messages
from .encoders.raw import RawEncoder
from .encoders.tight import MAX_AREA, TightEncoder
from .encoders.zrle import ZRLEEncoder
from .protocol import ServerProtocol
from .source import TILE, Rectangle, Screen, Tiles, rectangles_of

PREFERRED = (messages.ENCODING_TIGHT, messages.ENCODING_ZRLE, messages.ENCODING_RAW)


class TileEncoder:
    """One viewer's tiles. What is returned must be sent, and in order: encoders go on from rectangle to rectangle."""

    def __init__(self, screen: Screen, protocol: ServerProtocol) -> None:
        self._screen = screen
        self._protocol = protocol
        self.unseen: Tiles = screen.tiles(True)
        self._resume = (0, 0)
        self._tight = TightEncoder()
        self._zrle = ZRLEEncoder()
        self._raw = RawEncoder()

    def resized(self) -> None:
        """The screen has another size; what the viewer showed counts for nothing."""
        self.unseen = self._screen.tiles(True)

    def rectangles(self, budget: float, seconds: float) -> list[bytes]:
        """Encode what it has not seen, from where the last update ended.

        Stop when ``budget`` bytes are exceeded, or ``seconds`` are over and there is something to send.
        """
        rectangles = rectangles_of(self.unseen, self._screen.width, self._screen.height)
        parts = sorted((part for each in rectangles for part in _parts(each)), key=lambda part: (part.y, part.x))
        first = next((index for index, part in enumerate(parts) if (part.y, part.x) >= self._resume), 0)
        deadline = time.monotonic() + seconds
        found: list[bytes] = []
        left = self.unseen.copy()
        self._resume = (0, 0)
        for part in [*parts[first:], *parts[:first]]:
            if budget < 0 or (found and time.monotonic() > deadline):
                self._resume = (part.y, part.x)
                break
            found.append(self._encode(part))
            budget -= len(found[-1])
            _clear(left, part)
        self.unseen = left
        return found

    def _encode(self, part: Rectangle) -> bytes:
        pixels = self._screen.pixels[part.y : part.y + part.height, part.x : part.x + part.width]
        encoding = next((each for each in PREFERRED if self._protocol.supports(each)), messages.ENCODING_RAW)
        if not self._protocol.pixel_format.is_native:
            encoding = messages.ENCODING_RAW
        if encoding == messages.ENCODING_TIGHT:
            data = self._tight.encode(pixels)
        elif encoding == messages.ENCODING_ZRLE:
            data = self._zrle.encode(pixels, self._protocol.pixel_format)
        else:
            data = self._raw.encode(pixels, self._protocol.pixel_format)
        return messages.rectangle(*part, encoding) + data


def _parts(rectangle: Rectangle) -> list[Rectangle]:
    """Cut a rectangle of whole tiles into parts of whole tiles, of at most `MAX_AREA` pixels."""
    high = min(4, -(-rectangle.height // TILE)) * TILE
    wide = MAX_AREA // high // TILE * TILE
    right, lower = rectangle.x + rectangle.width, rectangle.y + rectangle.height
    return [
        Rectangle(x, y, min(wide, right - x), min(high, lower - y))
        for y in range(rectangle.y, lower, high)
        for x in range(rectangle.x, right, wide)
    ]


def _clear(tiles: Tiles, rectangle: Rectangle) -> None:
    rows = slice(rectangle.y // TILE, -(-(rectangle.y + rectangle.height) // TILE))
    columns = slice(rectangle.x // TILE, -(-(rectangle.x + rectangle.width) // TILE))
    tiles[rows, columns] = False
