"""Raw pixels in any true-colour format (RFC 6143, section 7.7.1)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....rfb.encodings import ENCODING_RAW
from ....rfb.pixel_format import NATIVE, PixelFormat
from .encoder import Encoder
from .pixels import Pixels


class RawEncoder(Encoder):
    """Encodes for every client; has no state."""

    encoding = ENCODING_RAW

    def encode(self, pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
        """Return the pixels in ``pixel_format``, row after row; raise ``ValueError`` for a colour map."""
        if pixel_format == NATIVE:
            return pixels.tobytes()
        if pixel_format.is_native:
            return reordered(pixels, pixel_format.byte_order).tobytes()
        red, green, blue = _tables(pixel_format)
        values: npt.NDArray[np.unsignedinteger] = red[pixels[..., 2]] | green[pixels[..., 1]] | blue[pixels[..., 0]]
        return (values.byteswap() if pixel_format.big_endian else values).tobytes()


def reordered(pixels: Pixels, order: tuple[int, ...]) -> Pixels:
    """Return pixels whose bytes are those of BGRX at the positions of ``order``; quicker than fancy indexing."""
    out = np.empty((*pixels.shape[:-1], len(order)), np.uint8)
    for position, source in enumerate(order):
        out[..., position] = pixels[..., source]
    return out


@lru_cache(maxsize=16)
def _tables(pixel_format: PixelFormat) -> list[npt.NDArray[np.unsignedinteger]]:
    """Return what each of 256 reds, greens and blues adds to a pixel, little-endian."""
    if not pixel_format.true_colour:
        raise ValueError("a colour map has no fixed pixels")
    kind = np.dtype(f"<u{pixel_format.bits_per_pixel // 8}")
    levels = np.arange(256, dtype=np.uint32)
    return [
        ((levels * largest + 127) // 255 << shift).astype(kind)
        for largest, shift in zip(pixel_format.maxima, pixel_format.shifts, strict=True)
    ]
