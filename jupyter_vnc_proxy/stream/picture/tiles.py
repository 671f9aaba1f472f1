"""Encodes the tiles that one client has not been sent yet: exactly, or as JPEG while they move.

Moving tiles are sent as JPEG to clients that announced Tight and a quality level, and exactly once they are at rest
(TigerVNC calls that a lossless refresh). Tiles that moved elsewhere are sent as CopyRect. Sans I/O: callers pass the
time, in seconds; only the time spent on encoding is measured here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from ...rfb import encodings, server_messages
from ...rfb.server_protocol import ServerProtocol
from .change_rate import ChangeRate
from .client_framebuffer import ClientFramebuffer
from .encoders.encoder import Encoder
from .encoders.table import ENCODERS
from .encoders.tight import MAX_WIDTH
from .framebuffer import TILE, Framebuffer, Rectangle, Tiles, rectangles_of, tiles_of

EXACT_PART_PIXELS = 4 * TILE
MOVING_PART_PIXELS = 8 * TILE
"""Pixels of the side of a part that is encoded at once; a browser decodes a few large JPEGs faster than many small."""

EXACT_BYTES_PER_PIXEL = 1.0
MOVING_BYTES_PER_PIXEL = 0.25
"""Bytes per pixel of a picture with much detail. A part of it that exceeds an update's limit is divided."""

MOVING_ENCODING_SECONDS = 0.03
"""CPU seconds of encoding for an update with moving tiles: one that is cut off looks torn."""

REFRESH_ENCODING_SECONDS = 0.008
"""CPU seconds of encoding for the lossless refresh in one update, so that new changes overtake it."""

MAX_REFRESH_BYTES = 256 * 1024
"""Bytes of the lossless refresh in one update."""


class TileEncoder:
    """One client's tiles. Send all rectangles, in order: Tight and ZRLE streams continue from one to the next."""

    def __init__(self, framebuffer: Framebuffer, protocol: ServerProtocol) -> None:
        self._framebuffer = framebuffer
        self._protocol = protocol
        self._encoders = {number: make() for number, make in ENCODERS.items()}
        self.resized()

    def resized(self) -> None:
        """The framebuffer has another size."""
        self._change_rate = ChangeRate(self._framebuffer.tiles())
        self.forget()

    def forget(self) -> None:
        """The client's content is unknown, so every tile must be sent again."""
        self._changed = self._framebuffer.tiles(True)
        self._lossy = self._framebuffer.tiles()
        self._client_framebuffer: ClientFramebuffer | None = None
        self._resume_at = (0, 0)

    def changed(self, tiles: Tiles, now: float) -> None:
        """These tiles of the screen have changed."""
        self._changed |= tiles
        self._change_rate.changed(now, tiles)

    def has_update(self, now: float) -> bool:
        """Return whether there is anything to send."""
        return bool(self._changed.any() or (self._lossy & self._change_rate.at_rest(now)).any())

    def refresh_due_at(self) -> float | None:
        """Return when the next lossless refresh is due if nothing changes; ``None`` if no tile is lossy."""
        return self._change_rate.rests_at(self._lossy) if self._lossy.any() else None

    def rectangles(self, now: float, max_bytes: float, max_seconds: float) -> list[bytes]:
        """Encode the changed tiles, from where the last update ended, and then lossy tiles that are at rest.

        Stop after the rectangle that exceeds ``max_bytes``, or ``max_seconds`` of CPU time. CPU time, because an update
        must not be cut off when other processes are busy.
        """
        self._encoder.set_compression_level(self._protocol.compression_level)
        self._load()
        found, copied = self._copies()
        moving = self._moving(now) & self._changed & ~copied
        began = time.thread_time()
        deadline = began + (max(max_seconds, MOVING_ENCODING_SECONDS) if moving.any() else max_seconds)
        exact_side = _part_side(EXACT_PART_PIXELS, max_bytes / EXACT_BYTES_PER_PIXEL)
        moving_side = _part_side(MOVING_PART_PIXELS, max_bytes / MOVING_BYTES_PER_PIXEL)
        parts = sorted(
            [
                *_parts(self._changed & ~moving & ~copied, self._framebuffer, exact_side),
                *_parts(self._changed & copied, self._framebuffer, TILE),  # a copy leaves narrow parts
                *_parts(moving, self._framebuffer, moving_side, is_moving=True),
            ],
            key=lambda part: (part[0].y, part[0].x),
        )
        first = next((index for index, (part, _) in enumerate(parts) if (part.y, part.x) >= self._resume_at), 0)
        self._resume_at = (0, 0)
        for part, is_moving in [*parts[first:], *parts[:first]]:
            if max_bytes < 0 or (found and time.thread_time() > deadline):
                self._resume_at = (part.y, part.x)
                return found
            data = self._encode_lossy(part) if is_moving else self._encode_exact(part)
            max_bytes -= len(data)
            found += [data] * bool(data)
        due = self._lossy & self._change_rate.at_rest(now)
        max_bytes, deadline = min(max_bytes, MAX_REFRESH_BYTES), began + min(max_seconds, REFRESH_ENCODING_SECONDS)
        for part, _ in _parts(due, self._framebuffer, exact_side):
            if max_bytes < 0 or (found and time.thread_time() > deadline):
                break
            found.append(self._encode_exact(part))
            max_bytes -= len(found[-1])
        if self._client_framebuffer is not None and not self._changed.any():
            self._client_framebuffer.settled()
        return found

    def _load(self) -> None:
        """Load the rows that may be encoded, and those between them, which copies come from."""
        rows = np.flatnonzero((self._changed | self._lossy).any(axis=1))
        if len(rows):
            self._framebuffer.memory.load(
                int(rows[0]) * TILE, min(self._framebuffer.height, (int(rows[-1]) + 1) * TILE)
            )

    def _moving(self, now: float) -> Tiles:
        """Return the tiles that may be sent as JPEG."""
        if self._protocol.quality_level is None or not self._encoder.is_lossy:
            return self._framebuffer.tiles()
        return self._change_rate.moving(now)

    def _copies(self) -> tuple[list[bytes], Tiles]:
        """Return CopyRect rectangles, and the tiles that they are copied from or to."""
        copied = self._framebuffer.tiles()
        if not self._protocol.supports(encodings.ENCODING_COPY_RECT):
            self._client_framebuffer = None
            return [], copied
        if self._client_framebuffer is None:
            self._client_framebuffer = ClientFramebuffer(self._framebuffer.memory, self._lossy)
        found = []
        for copy in self._client_framebuffer.find_copies(self._changed):
            left, top = copy.x - copy.dx, copy.y - copy.dy
            found.append(server_messages.copy_rect(*copy[:4], left, top))
            width, height = copy.width + abs(copy.dx), copy.height + abs(copy.dy)
            copied[tiles_of(Rectangle(min(copy.x, left), min(copy.y, top), width, height))] = True
        return found, copied

    # -- one part ----------------------------------------------------------------------------------------------------

    @property
    def _encoder(self) -> Encoder:
        """The preferred encoder of those that the client supports; raw if there is none, as every client decodes it."""
        supported = [each for number, each in self._encoders.items() if self._protocol.supports(number)]
        suitable = [each for each in supported if each.accepts(self._protocol.pixel_format)]
        return suitable[0] if suitable else self._encoders[encodings.ENCODING_RAW]

    def _encode_lossy(self, part: Rectangle) -> bytes:
        """Encode moving tiles: as JPEG, unless they have few colours, which are smaller if sent exactly."""
        quality = self._protocol.quality_level
        assert quality is not None
        data, is_exact = self._encoder.encode_lossy(self._pixels(part), quality)
        self._sent(part, is_exact)
        return server_messages.rectangle(*part, self._encoder.encoding) + data

    def _encode_exact(self, part: Rectangle) -> bytes:
        """Encode what differs in these tiles; return no bytes if nothing does."""
        known = self._client_framebuffer
        least = part if known is None else known.trim(part)
        data = b"" if least is None else self._encoded(least)
        self._sent(part, True)
        return data

    def _encoded(self, part: Rectangle) -> bytes:
        data = self._encoder.encode(self._pixels(part), self._protocol.pixel_format)
        return server_messages.rectangle(*part, self._encoder.encoding) + data

    def _pixels(self, part: Rectangle) -> np.typing.NDArray[np.uint8]:
        return self._framebuffer.memory.pixels[part.y : part.y + part.height, part.x : part.x + part.width]

    def _sent(self, part: Rectangle, is_exact: bool) -> None:
        where = tiles_of(part)
        self._changed[where] = False
        self._lossy[where] = not is_exact
        if self._client_framebuffer is not None:
            self._client_framebuffer.sent(part)


def _part_side(largest: int, max_pixels: float) -> int:
    """Return the side of a part, in pixels: ``largest``, halved until it has ``max_pixels`` or is a tile."""
    side = largest
    while side > TILE and side * side > max_pixels:
        side //= 2
    return side


def _parts(
    tiles: Tiles, framebuffer: Framebuffer, side: int = EXACT_PART_PIXELS, is_moving: bool = False
) -> Iterator[tuple[Rectangle, bool]]:
    """Yield parts of whole tiles that cover the flagged ones, and ``is_moving``.

    A part has ``side`` by ``side`` pixels, or the same area if it is wider.
    """
    for each in rectangles_of(tiles, framebuffer.width, framebuffer.height) if tiles.any() else ():
        high = min(side, -(-each.height // TILE) * TILE)
        wide = min(MAX_WIDTH, side * side // high // TILE * TILE)
        right, lower = each.x + each.width, each.y + each.height
        for y in range(each.y, lower, high):
            for x in range(each.x, right, wide):
                yield Rectangle(x, y, min(wide, right - x), min(high, lower - y)), is_moving
