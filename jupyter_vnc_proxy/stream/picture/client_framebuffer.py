"""A copy of one client's framebuffer: finds what the client can copy itself, and trims tiles to what differs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .copy_search import Copy, PixelValues, find_copies
from .framebuffer import TILE, Pixels, Rectangle, Tiles, tiles_of
from .pixel_memory import PixelMemory

MIN_SEARCH_TILES = 12
"""Changed tiles from which a search for copies is worth its time."""

MAX_SEARCH_BACKOFF = 32
"""Failed searches count up to this number, doubling; half as many updates are sent without a search."""


class ClientFramebuffer:
    """The pixels that one client shows, of a screen whose pixels are in ``memory``; the rows in question are loaded.

    Tiles that were never sent are unknown. Of ``lossy`` tiles, the exact pixels are known instead of those shown; the
    array is the caller's and is updated.
    """

    def __init__(self, memory: PixelMemory, lossy: Tiles) -> None:
        self.memory = memory
        self._copy = memory.copy()
        self._pixels = self._copy.pixels
        self._known: Tiles = np.zeros_like(lossy)
        self._lossy = lossy
        self._backoff = 0
        self._skip_searches = 0
        self._last_distance = (0, 0)

    def sent(self, part: Rectangle) -> None:
        """Record that the client was sent this part, which is made of whole tiles."""
        area = slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)
        if not self._copy.is_merged(part.y, part.y + part.height):
            self._pixels[area] = self.memory.pixels[area]
        self._known[tiles_of(part)] = True

    def settled(self) -> None:
        """Record that the client shows all of the screen as it is."""
        self._copy.is_equal = True

    def trim(self, part: Rectangle) -> Rectangle | None:
        """Return the smallest rectangle with everything that differs in this part; ``None`` if nothing does."""
        where = tiles_of(part)
        if not self._known[where].all() or self._lossy[where].any():
            return part
        differs = _values(self._pixels, part) != _values(self.memory.pixels, part)
        columns = np.flatnonzero(differs.any(axis=0))
        if not len(columns):
            return None
        rows = np.flatnonzero(differs.any(axis=1))
        left, top = int(columns[0]), int(rows[0])
        return Rectangle(part.x + left, part.y + top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)

    def find_copies(self, changed: Tiles) -> list[Copy]:
        """Return what the client is to copy, in order and before anything else is sent.

        Update ``changed`` to what differs after that, and set the lossy flag where lossy pixels are copied to.
        """
        if np.count_nonzero(changed & self._known) < MIN_SEARCH_TILES:
            return []
        if self._skip_searches:
            self._skip_searches -= 1
            return []
        box = _bounding_box(changed, *self._pixels.shape[:2])
        found = find_copies(_values(self._pixels, box), _values(self.memory.pixels, box), self._last_distance)
        copies = [copy._replace(x=copy.x + box.x, y=copy.y + box.y) for copy in found]
        copies = [copy for copy in copies if self._known[tiles_of(_source(copy))].all()]
        if not copies:
            self._backoff = min(MAX_SEARCH_BACKOFF, 2 * self._backoff or 1)
            self._skip_searches = self._backoff // 2
            return []
        self._backoff = 0
        self._last_distance = copies[0].dx, copies[0].dy
        for copy in copies:
            self._apply(copy)
        self._compare(changed, box)
        return copies

    def _apply(self, copy: Copy) -> None:
        source = _source(copy)
        self._copy.separate(self.memory.chunks(copy.y, copy.y + copy.height))
        taken = self._pixels[source.y : source.y + copy.height, source.x : source.x + copy.width].copy()
        self._pixels[copy.y : copy.y + copy.height, copy.x : copy.x + copy.width] = taken
        for row, column in np.argwhere(self._lossy):
            lossy = _intersection(source, Rectangle(int(column) * TILE, int(row) * TILE, TILE, TILE))
            if lossy is not None:
                self._lossy[tiles_of(lossy._replace(x=lossy.x + copy.dx, y=lossy.y + copy.dy))] = True

    def _compare(self, changed: Tiles, box: Rectangle) -> None:
        """Set ``changed`` for those known tiles of a box that differ, and no others."""
        differs = _values(self._pixels, box) != _values(self.memory.pixels, box)
        rows = np.logical_or.reduceat(differs, np.arange(0, box.height, TILE), axis=0)
        tiles = np.logical_or.reduceat(rows, np.arange(0, box.width, TILE), axis=1)
        where = tiles_of(box)
        changed[where] = np.where(self._known[where], tiles, changed[where])


def _source(copy: Copy) -> Rectangle:
    return Rectangle(copy.x - copy.dx, copy.y - copy.dy, copy.width, copy.height)


def _intersection(one: Rectangle, other: Rectangle) -> Rectangle | None:
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, lower = min(one.x + one.width, other.x + other.width), min(one.y + one.height, other.y + other.height)
    return Rectangle(left, top, right - left, lower - top) if right > left and lower > top else None


def _bounding_box(tiles: Tiles, height: int, width: int) -> Rectangle:
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    left, top = int(columns[0]) * TILE, int(rows[0]) * TILE
    right, lower = min(width, (int(columns[-1]) + 1) * TILE), min(height, (int(rows[-1]) + 1) * TILE)
    return Rectangle(left, top, right - left, lower - top)


def _values(pixels: Pixels, part: Rectangle) -> PixelValues:
    values: npt.NDArray[np.uint32] = pixels.view(np.uint32)[..., 0]
    return values[part.y : part.y + part.height, part.x : part.x + part.width]
