"""The server's framebuffer: the pixels of a display, whichever its kind, and the tiles of it that changed."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ...options import Geometry
from .pixel_memory import BYTES_PER_PIXEL as BYTES_PER_PIXEL
from .pixel_memory import TILE as TILE
from .pixel_memory import PixelMemory
from .pixel_memory import Pixels as Pixels
from .pixel_memory import Tiles as Tiles


class Rectangle(NamedTuple):
    """A part of the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int


class ResizeError(Exception):
    """The display can't have the size; ``permanent`` if it can't have any other size than its own."""

    def __init__(self, message: str, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Framebuffer(Protocol):
    """A display's framebuffer, as a display source implements it. `width` and `height` are in pixels."""

    width: int
    height: int
    memory: PixelMemory
    """The content as it was last read."""

    max_captures: int
    """How many engines can capture the display at once."""

    def tiles(self, value: bool = False) -> Tiles:
        """Return a flag for each tile, all set to ``value``."""

    def track_changes(self, enabled: bool) -> None:
        """Compare what is drawn with `memory`; while not ``enabled``, only collect the damage, to compare it later."""

    def release(self) -> None:
        """Give back the memory of the pixels if they can be read again; call this only while changes aren't tracked."""

    def damaged_share(self) -> float:
        """Return the share (0 to 1) of the screen drawn on since the last call; 0 while changes are tracked."""

    def resize(self, width: int, height: int) -> Geometry:
        """Resize the display; return its size, now or soon, in pixels. Raise `ResizeError` if it can't be resized."""

    def configure_capture(self, settings: Any) -> None:
        """Set the display to capture in the engine's settings (pixelflux's ``CaptureSettings``)."""


def tile_flags(width: int, height: int, value: bool = False) -> Tiles:
    """Return a flag for each tile of a screen of that size in pixels, all set to ``value``."""
    return np.full((-(-height // TILE), -(-width // TILE)), value, np.bool_)


def rectangles_of(tiles: Tiles, width: int, height: int) -> list[Rectangle]:
    """Return rectangles that cover the flagged tiles of a screen of that size in pixels, and nothing else.

    Adjacent tiles of a row are joined, and so are equal runs of adjacent rows.
    """
    found: list[Rectangle] = []
    open_runs: dict[tuple[int, int], int] = {}
    rows, _ = tiles.shape
    for row in range(rows + 1):
        runs = set(runs_of(tiles[row])) if row < rows else set()
        for run in [each for each in open_runs if each not in runs]:
            top = open_runs.pop(run)
            x, y = run[0] * TILE, top * TILE
            found.append(Rectangle(x, y, min(run[1] * TILE, width) - x, min(row * TILE, height) - y))
        for run in runs:
            open_runs.setdefault(run, row)
    return sorted(found, key=lambda each: (each.y, each.x))


def runs_of(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the start and the end (exclusive) of each run of set flags; shape (n,)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.view(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def tiles_of(part: Rectangle) -> tuple[slice, slice]:
    """Return the rows and the columns of the tiles that a part of the screen touches."""
    rows = slice(part.y // TILE, -(-(part.y + part.height) // TILE))
    columns = slice(part.x // TILE, -(-(part.x + part.width) // TILE))
    return rows, columns
