"""ZRLE (RFC 6143, section 7.7.6): tiles of 64 pixels, each raw, of one colour, or of a few; zlib over all."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from ....rfb.encodings import ENCODING_ZRLE
from ....rfb.pixel_format import NATIVE, PixelFormat
from .encoder import Encoder
from .palette import Palette, PaletteFinder, bytes_of, colours_of
from .pixels import Pixels
from .raw import reordered

TILE = 64
MAX_PALETTE = 16
RAW, SOLID = 0, 1
ZLIB_LEVEL = 1


class ZRLEEncoder(Encoder):
    """One zlib stream continues from rectangle to rectangle."""

    encoding = ENCODING_ZRLE

    def __init__(self) -> None:
        self._finder = PaletteFinder()
        self._stream = zlib.compressobj(ZLIB_LEVEL)

    def accepts(self, pixel_format: PixelFormat) -> bool:
        """Return whether a CPIXEL has three bytes in this format."""
        return pixel_format.is_native

    def encode(self, pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
        """Return the pixels exactly; ``pixel_format`` must be accepted."""
        order = tuple(source for source in pixel_format.byte_order if source != 3)
        data = b"".join(part for tile in _tiles(pixels) for part in self._tile(tile, order))
        compressed = self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        return struct.pack(">I", len(compressed)) + compressed

    def _tile(self, pixels: Pixels, order: tuple[int, ...]) -> Iterator[bytes]:
        palette = self._finder.find(colours_of(pixels), MAX_PALETTE)
        if palette is None or len(palette.colours) * 2 > palette.indices.size + 1:
            yield bytes([RAW])
            yield reordered(pixels, order).tobytes()
            return
        yield bytes([len(palette.colours)])  # 1 is SOLID
        yield reordered(bytes_of(palette.colours), order).tobytes()
        if len(palette.colours) > SOLID:
            yield _packed(palette)


def _tiles(pixels: Pixels) -> Iterator[Pixels]:
    height, width = pixels.shape[:2]
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield pixels[top : top + TILE, left : left + TILE]


def _packed(palette: Palette) -> bytes:
    """Pack indices of 1, 2 or 4 bits, the leftmost pixel in the highest bits; each row begins a byte."""
    count = len(palette.colours)
    if count == 2:
        return np.packbits(palette.indices, axis=1).tobytes()
    bits = 2 if count <= 4 else 4
    each = 8 // bits
    height, width = palette.indices.shape
    padded = np.zeros((height, -(-width // each) * each), np.uint8)
    padded[:, :width] = palette.indices
    out = padded[:, 0::each] << (8 - bits)
    for place in range(1, each):
        out |= padded[:, place::each] << (8 - bits * (place + 1))
    return out.tobytes()
