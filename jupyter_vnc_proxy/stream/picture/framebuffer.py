"""The screen as the server sees it, whichever display it belongs to: its pixels, and which parts of them changed."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ...options import Geometry

TILE = 64
"""Pixels of a tile's side: changes are followed in squares of this size."""

BYTES_PER_PIXEL = 4

Pixels = npt.NDArray[np.uint8]
"""Shape (height, width, 4): blue, green, red and a byte without meaning."""

Tiles = npt.NDArray[np.bool_]
"""Shape (rows, columns): one flag for each tile of the screen, those at the right and lower edge cut."""


class Rectangle(NamedTuple):
    """A part of the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int


class ResizeError(Exception):
    """The display keeps its size; ``permanent`` where it can never have another."""

    def __init__(self, why: str, permanent: bool = False) -> None:
        super().__init__(why)
        self.permanent = permanent


class Framebuffer(Protocol):
    """What a display shows, kept as it was last seen in `pixels`; `width` and `height` are pixels."""

    width: int
    height: int
    pixels: Pixels
    max_captures: int
    """How many engines may capture it at once."""

    def tiles(self, value: bool = False) -> Tiles:
        """Return a flag for each tile, all of them ``value``."""

    def track_changes(self, enabled: bool) -> None:
        """Look at what is drawn, or leave it alone while nobody wants to know: it is looked at when they do again."""

    def damaged_share(self) -> float:
        """Return the share (0 to 1) of the screen that was drawn on since the last call; 0 where it is followed."""

    def resize(self, width: int, height: int) -> Geometry:
        """Change the screen's size in pixels; return what it has or will have. Raise `ResizeError` where it can't."""

    def configure_capture(self, settings: Any) -> None:
        """Tell the engine's settings (pixelflux's ``CaptureSettings``) which display is to be captured."""


def tile_flags(width: int, height: int, value: bool = False) -> Tiles:
    """Return a flag for each tile of a screen of that size in pixels, all of them ``value``."""
    return np.full((-(-height // TILE), -(-width // TILE)), value, np.bool_)


def update_pixels(known: Pixels, fresh: Pixels, left: int, top: int, changed: Tiles) -> None:
    """Take over a part of the screen whose corner is at (left, top), and flag the tiles where it differs from before.

    ``known`` is the whole screen.
    """
    height, width = fresh.shape[:2]
    right, bottom = left + width, top + height
    before = known[top:bottom, left:right].view(np.uint32)[..., 0]
    now = fresh.view(np.uint32)[..., 0]
    for row in range(top // TILE, (bottom - 1) // TILE + 1):
        upper, lower = max(top, row * TILE), min(bottom, (row + 1) * TILE)
        new, old = now[upper - top : lower - top], before[upper - top : lower - top]
        columns = np.flatnonzero((new != old).any(axis=0))
        if len(columns):
            old[...] = new
            changed[row, np.unique((columns + left) // TILE)] = True


def rectangles_of(tiles: Tiles, width: int, height: int) -> list[Rectangle]:
    """Return rectangles that cover the flagged tiles of a screen of that size in pixels, and nothing else.

    Runs of tiles in a row become one; equal runs in rows that follow each other are joined.
    """
    found: list[Rectangle] = []
    open_runs: dict[tuple[int, int], int] = {}
    rows, _ = tiles.shape
    for row in range(rows + 1):
        runs = set(_runs(tiles[row])) if row < rows else set()
        for run in [each for each in open_runs if each not in runs]:
            top = open_runs.pop(run)
            x, y = run[0] * TILE, top * TILE
            found.append(Rectangle(x, y, min(run[1] * TILE, width) - x, min(row * TILE, height) - y))
        for run in runs:
            open_runs.setdefault(run, row)
    return sorted(found, key=lambda each: (each.y, each.x))


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.view(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
