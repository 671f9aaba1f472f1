"""The memory of a screen's pixels, and of copies of them that viewers show.

A copy takes no memory of its own where it is equal: it is a private mapping of the same file, of which the kernel
copies a page when it is written to. Pages of the file are changed in place, so they are copied before that. While the
screen is at rest, the pixels are compressed: they take a megabyte for each 512x512 of them otherwise, for all the hours
in which nobody uses a desktop. Both are done by chunk.
"""

from __future__ import annotations

import mmap
import os
import weakref
import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from .encoders.pixels import Pixels as Pixels

TILE = 64
"""Pixels of a tile's side. Changes are tracked by tile."""

BYTES_PER_PIXEL = 4

Tiles = npt.NDArray[np.bool_]
"""Shape (rows, columns): a flag for each tile; tiles at the right and the lower edge may be cut off."""

CHUNK_BYTES = 128 * 1024
"""Bytes of a chunk: a multiple of each kernel's pages, and less than 5 ms of compression."""

MAX_PACKED_SHARE = 0.5
"""Share of its size that a compressed chunk may have; photographs stay as they are."""

FASTEST = 1
"""zlib's level."""


class PixelMemory:
    """The pixels of a screen of ``width`` by ``height``. `load` the rows of `pixels` before they are read.

    Write to `pixels` only while there are no copies; else call `update`.
    """

    def __init__(self, width: int, height: int) -> None:
        self._row_bytes = width * BYTES_PER_PIXEL
        self._size = self._row_bytes * height
        self._map, self._file = _shared_map(self._size)
        if self._file is not None:
            weakref.finalize(self, os.close, self._file)
        self.pixels: Pixels = _pixels(self._map, width, height)
        self._copies: weakref.WeakSet[PixelCopy] = weakref.WeakSet()
        self.packed: dict[int, bytes] = {}
        """The compressed chunks."""
        self._unpacked = set(range(-(-self._size // CHUNK_BYTES)))
        """Chunks that may become smaller."""

    def chunks(self, top: int, bottom: int) -> range:
        """Return the chunks with the rows from ``top`` to ``bottom`` (exclusive)."""
        return range(top * self._row_bytes // CHUNK_BYTES, -(-bottom * self._row_bytes // CHUNK_BYTES))

    def load(self, top: int, bottom: int) -> None:
        """Make the rows from ``top`` to ``bottom`` (exclusive) readable, in `pixels` and in all copies."""
        if self.packed:
            for chunk in self.chunks(top, bottom):
                self._unpack(chunk)

    def update(self, part: Pixels, left: int, top: int, changed: Tiles) -> None:
        """Copy a ``part`` of the screen to (left, top), and set ``changed`` for the tiles that differ."""
        height, width = part.shape[:2]
        right, bottom = left + width, top + height
        self.load(top, bottom)
        before = self.pixels[top:bottom, left:right].view(np.uint32)[..., 0]
        after = part.view(np.uint32)[..., 0]
        for row in range(top // TILE, (bottom - 1) // TILE + 1):
            upper, lower = max(top, row * TILE), min(bottom, (row + 1) * TILE)
            new, old = after[upper - top : lower - top], before[upper - top : lower - top]
            columns = np.flatnonzero((new != old).any(axis=0))
            if len(columns):
                self._separate(self.chunks(upper, lower))
                old[...] = new
                changed[row, (columns + left) // TILE] = True

    # -- copies ------------------------------------------------------------------------------------------------------

    def copy(self) -> PixelCopy:
        """Return a copy of the present pixels."""
        made = PixelCopy(self, self._file)
        self._copies.add(made)
        return made

    def _separate(self, chunks: Iterable[int]) -> None:
        """Let the copies keep what is in these chunks, which are about to change."""
        self._unpacked.update(chunks)
        for copy in self._copies:
            copy.is_equal = False
            copy.separate(chunks)

    # -- rest --------------------------------------------------------------------------------------------------------

    def rest(self) -> bool:
        """Compress a chunk; return whether others are left. The first call merges the copies that are equal."""
        for copy in self._copies:
            if copy.is_equal:
                copy.merge()
        if self._file is None or not self._unpacked:
            return False
        self._pack(self._unpacked.pop())
        return bool(self._unpacked)

    def _pack(self, chunk: int) -> None:
        assert self._map is not None
        start, end = self.bytes_of(chunk)
        packed = zlib.compress(memoryview(self._map)[start:end], FASTEST)
        if len(packed) > MAX_PACKED_SHARE * (end - start):
            return
        try:
            self._map.madvise(mmap.MADV_REMOVE, start, end - start)
        except OSError:  # a kernel that can't
            self._unpacked.clear()
            return
        self.packed[chunk] = packed

    def _unpack(self, chunk: int) -> None:
        if (packed := self.packed.pop(chunk, None)) is not None:
            assert self._map is not None
            start, end = self.bytes_of(chunk)
            self._map[start:end] = zlib.decompress(packed)
            self._unpacked.add(chunk)

    def bytes_of(self, chunk: int) -> tuple[int, int]:
        """Return where a chunk begins and ends."""
        return chunk * CHUNK_BYTES, min(self._size, (chunk + 1) * CHUNK_BYTES)


class PixelCopy:
    """A copy, to be made by `PixelMemory.copy`. Set `is_equal` while it is equal to the memory.

    Call `separate` before writing to `pixels`.
    """

    def __init__(self, memory: PixelMemory, file: int | None) -> None:
        self.memory = memory
        self.is_equal = True
        height, width = memory.pixels.shape[:2]
        self._map: mmap.mmap | None = None
        self._merged: set[int] = set()
        if file is None:
            memory.load(0, height)
            self.pixels = memory.pixels.copy()
            return
        self._map = mmap.mmap(file, memory.pixels.nbytes, mmap.MAP_PRIVATE)
        self.pixels = _pixels(self._map, width, height)
        self._bytes: npt.NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)
        self._merged.update(memory.chunks(0, height))

    def is_merged(self, top: int, bottom: int) -> bool:
        """Return whether the rows from ``top`` to ``bottom`` (exclusive) are the memory's."""
        return self._merged.issuperset(self.memory.chunks(top, bottom))

    def separate(self, chunks: Iterable[int]) -> None:
        """Have the kernel copy the pages of these chunks now; they must be loaded."""
        for chunk in self._merged.intersection(chunks):
            self._merged.remove(chunk)
            start, end = self.memory.bytes_of(chunk)
            pages = self._bytes[start : end : mmap.PAGESIZE]
            np.bitwise_or(pages, 0, out=pages)  # numpy makes no assignment of an array to itself

    def merge(self) -> None:
        """Give back its own memory: it is equal."""
        height = self.pixels.shape[0]
        if self._map is not None and not self.is_merged(0, height):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._merged.update(self.memory.chunks(0, height))


def _shared_map(size: int) -> tuple[mmap.mmap | None, int | None]:
    """Return memory, and the file that it is of; no file if the kernel has none without a name."""
    if not size:
        return None, None
    try:
        file = os.memfd_create("pixels")
    except OSError:
        return mmap.mmap(-1, size), None
    os.ftruncate(file, size)
    return mmap.mmap(file, size), file


def _pixels(memory: mmap.mmap | None, width: int, height: int) -> Pixels:
    """Return memory as pixels. A mapping goes back to the system once it isn't used; malloc would keep it."""
    array = np.zeros(0, np.uint8) if memory is None else np.frombuffer(memory, np.uint8)
    return array.reshape(height, width, BYTES_PER_PIXEL)
