"""What a viewer was given to show: so that it can be told to copy, and sent just what differs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .copy_search import Move, Picture, find_copies
from .framebuffer import TILE, Pixels, Rectangle, Tiles

WORTH_A_LOOK = 12
"""Tiles that must have changed before moves are looked for."""

MOST_FAILURES = 32
"""Looks that found nothing; half as many are left out then."""


class ClientFramebuffer:
    """The pixels that one viewer shows; the screen's are handed in, of the same shape.

    Tiles that were never sent are not known. Of ``inexact`` tiles the pixels are known that it should show.
    """

    def __init__(self, screen: Pixels, inexact: Tiles) -> None:
        self._pixels = np.zeros_like(screen)
        self._known: Tiles = np.zeros_like(inexact)
        self._inexact = inexact  # the caller's, and changed with it
        self._failures = 0
        self._pause = 0
        self._way = (0, 0)

    def sent(self, screen: Pixels, part: Rectangle) -> None:
        """The viewer was sent this part of whole tiles."""
        area = slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)
        self._pixels[area] = screen[area]
        self._known[tiles_of(part)] = True

    def trimmed(self, screen: Pixels, part: Rectangle) -> Rectangle | None:
        """Return the least part that has all that differs in this one; ``None`` where nothing does."""
        where = tiles_of(part)
        if not self._known[where].all() or self._inexact[where].any():
            return part
        before, after = _numbers(self._pixels, part), _numbers(screen, part)
        differs = before != after
        columns = np.flatnonzero(differs.any(axis=0))
        if not len(columns):
            return None
        rows = np.flatnonzero(differs.any(axis=1))
        left, top = int(columns[0]), int(rows[0])
        return Rectangle(part.x + left, part.y + top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)

    def move(self, screen: Pixels, unseen: Tiles) -> list[Move]:
        """Return what the viewer is to copy from what it shows, in order; clear in ``unseen`` what is right after it.

        Places are the screen's. The copies must be sent before anything else. What is copied from where the viewer's
        pixels are not exact is flagged to be so too.
        """
        if np.count_nonzero(unseen & self._known) < WORTH_A_LOOK:
            return []
        if self._pause:
            self._pause -= 1
            return []
        box = _box_of(unseen, *screen.shape[:2])
        found = find_copies(_numbers(self._pixels, box), _numbers(screen, box), self._way)
        moves = [move._replace(x=move.x + box.x, y=move.y + box.y) for move in found]
        moves = [move for move in moves if self._known[tiles_of(_source(move))].all()]
        if not moves:
            self._failures = min(MOST_FAILURES, 2 * self._failures or 1)
            self._pause = self._failures // 2
            return []
        self._failures = 0
        self._way = moves[0].dx, moves[0].dy
        for move in moves:
            self._copy(move)
        self._compare(screen, unseen, box)
        return moves

    def _copy(self, move: Move) -> None:
        source = _source(move)
        taken = self._pixels[source.y : source.y + move.height, source.x : source.x + move.width].copy()
        self._pixels[move.y : move.y + move.height, move.x : move.x + move.width] = taken
        for row, column in np.argwhere(self._inexact):
            spoilt = _common(source, Rectangle(int(column) * TILE, int(row) * TILE, TILE, TILE))
            if spoilt is not None:
                moved = spoilt._replace(x=spoilt.x + move.dx, y=spoilt.y + move.dy)
                self._inexact[tiles_of(moved)] = True

    def _compare(self, screen: Pixels, unseen: Tiles, box: Rectangle) -> None:
        """Flag in ``unseen``, of the tiles of a box that are known, just those that differ."""
        differs = _numbers(self._pixels, box) != _numbers(screen, box)
        rows = np.logical_or.reduceat(differs, np.arange(0, box.height, TILE), axis=0)
        tiles = np.logical_or.reduceat(rows, np.arange(0, box.width, TILE), axis=1)
        where = tiles_of(box)
        unseen[where] = np.where(self._known[where], tiles, unseen[where])


def tiles_of(part: Rectangle) -> tuple[slice, slice]:
    """Return the rows and columns of the tiles that a part of the screen touches."""
    rows = slice(part.y // TILE, -(-(part.y + part.height) // TILE))
    columns = slice(part.x // TILE, -(-(part.x + part.width) // TILE))
    return rows, columns


def _source(move: Move) -> Rectangle:
    return Rectangle(move.x - move.dx, move.y - move.dy, move.width, move.height)


def _common(one: Rectangle, other: Rectangle) -> Rectangle | None:
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, lower = min(one.x + one.width, other.x + other.width), min(one.y + one.height, other.y + other.height)
    return Rectangle(left, top, right - left, lower - top) if right > left and lower > top else None


def _box_of(tiles: Tiles, height: int, width: int) -> Rectangle:
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    left, top = int(columns[0]) * TILE, int(rows[0]) * TILE
    right, lower = min(width, (int(columns[-1]) + 1) * TILE), min(height, (int(rows[-1]) + 1) * TILE)
    return Rectangle(left, top, right - left, lower - top)


def _numbers(pixels: Pixels, part: Rectangle) -> Picture:
    numbers: npt.NDArray[np.uint32] = pixels.view(np.uint32)[..., 0]
    return numbers[part.y : part.y + part.height, part.x : part.x + part.width]
