"""Decodes rectangles in Tight (rfbproto, Tight Encoding): pixels of three bytes, no gradients."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from ..painter.stamp import Pixels

FILL, JPEG = 8, 9
EXPLICIT_FILTER = 4
PALETTE, GRADIENT = 1, 2
MIN_COMPRESSED_BYTES = 12


class TightDecoder:
    """The decoder of one connection; ``read`` returns as many of the next bytes as it is asked for."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.read = read
        self._streams = [zlib.decompressobj() for _ in range(4)]

    def rectangle(self, width: int, height: int, wanted: bool = True) -> Pixels | None:
        """Read a rectangle; return its pixels (height x width x 3, red first).

        It is ``None`` for a gradient, or if it is not ``wanted``; then it is only decompressed.
        """
        (control,) = self.read(1)
        for number in range(4):
            if control >> number & 1:
                self._streams[number] = zlib.decompressobj()
        kind = control >> 4
        if kind == FILL:
            return np.broadcast_to(np.frombuffer(self.read(3), np.uint8), (height, width, 3))
        if kind == JPEG:
            data = self.read(self._compact_length())
            return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) if wanted else None
        return self._basic(width, height, kind, wanted)

    def _basic(self, width: int, height: int, kind: int, wanted: bool) -> Pixels | None:
        choice = self.read(1)[0] if kind & EXPLICIT_FILTER else 0
        palette = None
        row = 3 * width
        if choice == PALETTE:
            count = self.read(1)[0] + 1
            palette = np.frombuffer(self.read(3 * count), np.uint8).reshape(count, 3)
            row = -(-width // 8) if count == 2 else width
        size = row * height
        if size < MIN_COMPRESSED_BYTES:
            data = self.read(size)
        else:
            data = self._streams[kind & 3].decompress(self.read(self._compact_length()))
        if choice == GRADIENT or not wanted:
            return None
        content = np.frombuffer(data, np.uint8).reshape(height, row)
        if palette is None:
            return content.reshape(height, width, 3)
        pixels: Pixels = palette[np.unpackbits(content, axis=1)[:, :width] if len(palette) == 2 else content]
        return pixels

    def _compact_length(self) -> int:
        """Read Tight's compact length of one to three bytes."""
        length = shift = 0
        while True:
            (byte,) = self.read(1)
            length |= (byte & 0x7F if shift < 14 else byte) << shift
            if shift == 14 or not byte & 0x80:
                return length
            shift += 7
