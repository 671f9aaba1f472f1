"""What one viewer has not seen of the screen, cut into rectangles and encoded as it likes them.

What moves much goes out as JPEG to who takes that; once it rests, it is sent exactly. What was moved is copied.
Sans-I/O: times are seconds, and handed in but for how long the encoding itself may take.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from ...rfb import encodings, server_messages
from ...rfb.server_protocol import ServerProtocol
from .change_rate import ChangeRate
from .client_framebuffer import ClientFramebuffer, tiles_of
from .encoders.encoder import Encoder
from .encoders.table import ENCODERS
from .encoders.tight import MAX_WIDTH
from .framebuffer import TILE, Framebuffer, Rectangle, Tiles, rectangles_of

FILM_TIME = 0.03
"""Seconds of encoding that an update with a film may take: half a picture now and half of the next is a torn one."""

SETTLING_TIME = 0.008
"""Seconds of encoding what has come to rest that one update may take, so that new damage overtakes it."""

SETTLING_SIZE = 256 * 1024
"""Bytes of the same."""


class TileEncoder:
    """One viewer's tiles. What is returned must be sent, and in order: encoders go on from rectangle to rectangle."""

    def __init__(self, screen: Framebuffer, protocol: ServerProtocol) -> None:
        self._screen = screen
        self._protocol = protocol
        self._encoders = {number: make() for number, make in ENCODERS.items()}
        self.resized()

    def resized(self) -> None:
        """The screen has another size; what the viewer showed counts for nothing."""
        self._heat = ChangeRate(self._screen.tiles())
        self.forget()

    def forget(self) -> None:
        """Nothing is known of what the viewer shows."""
        self._unseen = self._screen.tiles(True)
        self._inexact = self._screen.tiles()
        self._shown: ClientFramebuffer | None = None
        self._resume = (0, 0)

    def changed(self, tiles: Tiles, now: float) -> None:
        """These tiles of the screen have changed."""
        self._unseen |= tiles
        self._heat.changed(now, tiles)

    def waiting(self, now: float) -> bool:
        """Tell whether there is something to send."""
        return bool(self._unseen.any() or (self._inexact & self._heat.at_rest(now)).any())

    def waits_until(self) -> float | None:
        """Return when there will be something to send that came to rest, if there is nothing before."""
        return self._heat.rests_at(self._inexact) if self._inexact.any() else None

    def rectangles(self, now: float, budget: float, seconds: float) -> list[bytes]:
        """Encode what it has not seen, from where the last update ended, and then what has come to rest.

        Stop when ``budget`` bytes are exceeded, or ``seconds`` were spent and there is something to send. The
        processor's seconds: what others take on a busy machine must not cut pictures in pieces.
        """
        self._encoder.set_compression_level(self._protocol.compression_level)
        found, copied = self._copies()
        films = self._moving(now) & self._unseen & ~copied
        began = time.thread_time()
        deadline = began + (max(seconds, FILM_TIME) if films.any() else seconds)
        parts = sorted(
            [
                *_parts(self._unseen & ~films & ~copied, self._screen),
                *_parts(self._unseen & copied, self._screen, TILE),  # what a move leaves over is narrow
                *_parts(films, self._screen, 8 * TILE, is_film=True),  # a browser decodes a few large ones sooner
            ],
            key=lambda part: (part[0].y, part[0].x),
        )
        first = next((index for index, (part, _) in enumerate(parts) if (part.y, part.x) >= self._resume), 0)
        self._resume = (0, 0)
        for part, is_film in [*parts[first:], *parts[:first]]:
            if budget < 0 or (found and time.thread_time() > deadline):
                self._resume = (part.y, part.x)
                return found
            data = self._film(part) if is_film else self._exact(part)
            budget -= len(data)
            found += [data] * bool(data)
        resting = self._inexact & self._heat.at_rest(now)
        budget, deadline = min(budget, SETTLING_SIZE), began + min(seconds, SETTLING_TIME)
        for part, _ in _parts(resting, self._screen):
            if budget < 0 or (found and time.thread_time() > deadline):
                break
            found.append(self._exact(part))
            budget -= len(found[-1])
        return found

    def _moving(self, now: float) -> Tiles:
        """Return the tiles that may be sent inexactly."""
        if self._protocol.quality_level is None or not self._encoder.is_lossy:
            return self._screen.tiles()
        return self._heat.moving(now)

    def _copies(self) -> tuple[list[bytes], Tiles]:
        """Return rectangles of what moved, and the tiles of what has changed besides where something did."""
        copied = self._screen.tiles()
        if not self._protocol.supports(encodings.ENCODING_COPY_RECT):
            self._shown = None
            return [], copied
        if self._shown is None:
            self._shown = ClientFramebuffer(self._screen.pixels, self._inexact)
        found = []
        for move in self._shown.move(self._screen.pixels, self._unseen):
            found.append(server_messages.copy_rect(*move[:4], move.x - move.dx, move.y - move.dy))
            whole = Rectangle(min(move.x, move.x - move.dx), min(move.y, move.y - move.dy), *move[2:4])
            copied[tiles_of(Rectangle(*whole[:2], move.width + abs(move.dx), move.height + abs(move.dy)))] = True
        return found, copied

    # -- one part ----------------------------------------------------------------------------------------------------

    @property
    def _encoder(self) -> Encoder:
        """The preferred one of those that the client decodes; raw pixels are for all."""
        announced = [each for number, each in self._encoders.items() if self._protocol.supports(number)]
        fitting = [each for each in announced if each.accepts(self._protocol.pixel_format)]
        return fitting[0] if fitting else self._encoders[encodings.ENCODING_RAW]

    def _film(self, part: Rectangle) -> bytes:
        """Encode tiles that move: what has few colours exactly all the same, for that is smaller."""
        quality = self._protocol.quality_level
        assert quality is not None
        data, is_exact = self._encoder.encode_lossy(self._pixels(part), quality)
        self._sent(part, is_exact)
        return server_messages.rectangle(*part, self._encoder.encoding) + data

    def _exact(self, part: Rectangle) -> bytes:
        """Encode what differs in these tiles; nothing where nothing does."""
        least = part if self._shown is None else self._shown.trimmed(self._screen.pixels, part)
        data = b"" if least is None else self._encoded(least)
        self._sent(part, True)
        return data

    def _encoded(self, part: Rectangle) -> bytes:
        data = self._encoder.encode(self._pixels(part), self._protocol.pixel_format)
        return server_messages.rectangle(*part, self._encoder.encoding) + data

    def _pixels(self, part: Rectangle) -> np.typing.NDArray[np.uint8]:
        return self._screen.pixels[part.y : part.y + part.height, part.x : part.x + part.width]

    def _sent(self, part: Rectangle, is_exact: bool) -> None:
        where = tiles_of(part)
        self._unseen[where] = False
        self._inexact[where] = not is_exact
        if self._shown is not None:
            self._shown.sent(self._screen.pixels, part)


def _parts(
    tiles: Tiles, screen: Framebuffer, most: int = 4 * TILE, is_film: bool = False
) -> Iterator[tuple[Rectangle, bool]]:
    """Yield parts of whole tiles that cover the flagged ones, ``most`` by ``most`` pixels or as large, and the flag."""
    for each in rectangles_of(tiles, screen.width, screen.height) if tiles.any() else ():
        high = min(most, -(-each.height // TILE) * TILE)
        wide = min(MAX_WIDTH, most * most // high // TILE * TILE)
        right, lower = each.x + each.width, each.y + each.height
        for y in range(each.y, lower, high):
            for x in range(each.x, right, wide):
                yield Rectangle(x, y, min(wide, right - x), min(high, lower - y)), is_film
