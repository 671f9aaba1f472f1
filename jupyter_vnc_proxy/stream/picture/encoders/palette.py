"""Finds the palette of a picture with few colours. Vectorised: it searches a perfect hash instead of sorting."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .pixels import Pixels

Colours: TypeAlias = npt.NDArray[np.uint32]
"""Colours as numbers 0xRRGGBB."""

SLOT_BITS = 16
FACTORS = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)
"""Multipliers to try: 256 colours in 65536 slots collide in a third of all cases. If they do with each multiplier, the
colours are sorted, which is eight times slower."""

SAMPLE_PIXELS = 512
"""Pixels that are counted first: if they have too many colours already, the others needn't be counted."""


class Palette(NamedTuple):
    """The ``colours`` that occur, each once, and for every pixel its index in them, in the pixels' shape."""

    colours: Colours
    indices: npt.NDArray[np.uint8]


def colours_of(pixels: Pixels) -> Colours:
    """Return the pixels as a contiguous array (height, width) of colours; the unused byte is cleared."""
    colours: Colours = pixels.view("<u4")[..., 0] & np.uint32(0xFFFFFF)
    return colours


def bytes_of(colours: Colours) -> Pixels:
    """Return colours as bytes B, G, R and 0: shape (…, 4)."""
    return colours[..., np.newaxis].astype("<u4", copy=False).view(np.uint8)


class PaletteFinder:
    """Finds palettes; keeps its tables, and so must not be shared between threads."""

    def __init__(self) -> None:
        self._colour = np.zeros(1 << SLOT_BITS, np.uint32)
        self._used = np.zeros(1 << SLOT_BITS, np.bool_)
        self._rank = np.zeros(1 << SLOT_BITS, np.uint8)

    def find(self, colours: Colours, limit: int) -> Palette | None:
        """Return the palette of at most ``limit`` (2 to 256) colours, or ``None`` if there are more."""
        flat = colours.ravel()
        others = flat != flat[0]
        where = int(others.argmax())
        if not others[where]:
            return Palette(flat[:1], np.zeros(colours.shape, np.uint8))
        if not (others & (flat != flat[where])).any():
            return Palette(flat[[0, where]], others.view(np.uint8).reshape(colours.shape))
        step = flat.size // SAMPLE_PIXELS | 1  # odd, so that it is no divisor of a usual width
        if limit == 2 or _distinct(flat[::step]) > limit:
            return None
        return self._hashed(flat, limit, colours.shape)

    def _hashed(self, flat: Colours, limit: int, shape: tuple[int, ...]) -> Palette | None:
        for factor in FACTORS:
            slots = ((flat * np.uint32(factor)) >> np.uint32(32 - SLOT_BITS)).astype(np.intp)
            self._colour[slots] = flat
            self._used[slots] = True
            used = np.flatnonzero(self._used)
            self._used[used] = False
            if len(used) > limit:
                return None
            if (self._colour.take(slots) == flat).all():
                self._rank[used] = np.arange(len(used), dtype=np.uint8)
                return Palette(self._colour[used], self._rank.take(slots).reshape(shape))
        unique, inverse = np.unique(flat, return_inverse=True)
        return Palette(unique, inverse.astype(np.uint8).reshape(shape)) if len(unique) <= limit else None


def _distinct(colours: Colours) -> int:
    """Return the number of different colours. ``np.unique`` would import numpy.ma, which takes 2 MB and 20 ms."""
    ordered = np.sort(colours)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1
