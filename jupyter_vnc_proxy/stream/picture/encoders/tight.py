"""Tight (rfbproto, Tight Encoding): lossless, by fills, palettes and zlib; or JPEG."""

from __future__ import annotations

import io
import zlib

import numpy as np

from ....rfb.encodings import ENCODING_TIGHT
from ....rfb.pixel_format import NATIVE, PixelFormat
from .encoder import Encoder
from .palette import Colours, Palette, PaletteFinder, bytes_of, colours_of
from .pixels import Pixels
from .raw import reordered

MAX_WIDTH = 2048
"""Pixels that a rectangle may be wide (rfbproto)."""

MAX_LENGTH = (1 << 22) - 1
"""Bytes that a rectangle's compressed data may have: its length takes 22 bits."""

MIN_COMPRESSED = 12
"""Shorter data is sent uncompressed (rfbproto)."""

MIN_PALETTE = 64
"""Pixels of the smallest rectangle that may get a palette of more than two colours."""

FILL, JPEG, READ_FILTER = 0x80, 0x90, 0x40
FILTER_PALETTE = 1

STREAM_COPY, STREAM_MONO, STREAM_INDEXED, STREAM_STORED = range(4)
"""What each of the four zlib streams is used for; the last one only stores."""

ZLIB_LEVELS = (0, 1, 1, 1, 2, 3, 4, 5, 6, 9)
"""zlib's level for each level of the client. Text at 2 takes 5 % longer than at 1 and is 3 % smaller; at 6 it takes 2.5
times as long and is 10 % smaller."""

DEFAULT_LEVEL = 1

ZLIB_HEADER = b"\x78\x01"
"""What a zlib stream begins with: deflate, a window of 32 KiB (RFC 1950). The rest is raw deflate, in blocks."""

NOISE_SAMPLE = 2048
NOISE_RATIO = 0.9
"""A picture of many colours is stored if a sample of so many bytes doesn't shrink below this share."""

JPEG_LEVELS = ((15, 2), (29, 2), (41, 2), (42, 1), (62, 1), (77, 1), (79, 0), (86, 0), (92, 0), (100, 0))
"""For each quality level: JPEG's quality and subsampling (0: 4:4:4, 1: 4:2:2, 2: 4:2:0), as in TigerVNC."""

QUICK_ZLIB = 3
"""Up to this zlib level, time counts more than size."""


class TightEncoder(Encoder):
    """Four zlib streams continue from rectangle to rectangle."""

    encoding = ENCODING_TIGHT
    is_lossy = True

    def __init__(self, compression_level: int | None = None) -> None:
        self._finder = PaletteFinder()
        self._streams: dict[int, zlib._Compress] = {}
        self._begun: set[int] = set()
        self._level = _zlib_level(compression_level)

    def accepts(self, pixel_format: PixelFormat) -> bool:
        """Return whether a TPIXEL has three bytes in this format."""
        return pixel_format.is_native

    def set_compression_level(self, level: int | None) -> None:
        """Use the client's compression level (0 to 9, ``None``: 1) from the next rectangle on.

        New compressors continue the same zlib streams, which the client can't notice. Tight could reset the streams,
        but noVNC 1.7 can't inflate what follows: its pako doesn't make a new window.
        """
        level = _zlib_level(level)
        if level != self._level:
            self._level = level
            self._streams.clear()

    def encode(self, pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
        """Return the pixels exactly, in TPIXEL's own order; raise ``ValueError`` if they are too large."""
        return self._few_colours(pixels) or self._copy(pixels)

    def encode_lossy(self, pixels: Pixels, quality: int) -> tuple[bytes, bool]:
        """Return JPEG of ``quality`` 0 to 9, or an exact palette if there are few colours: that is smaller."""
        if data := self._few_colours(pixels):
            return data, True
        return self.jpeg(pixels, quality), False

    def _few_colours(self, pixels: Pixels) -> bytes:
        """Return a palette and indices; nothing if there are too many colours."""
        if pixels.shape[1] > MAX_WIDTH:
            raise ValueError(f"a Tight rectangle of {pixels.shape[1]} pixels is too wide")
        colours = colours_of(pixels)
        if (palette := self._finder.find(colours, 2 if colours.size < MIN_PALETTE else 256)) is None:
            return b""
        if len(palette.colours) == 1:
            return bytes([FILL]) + _tpixels(palette.colours)
        return self._indexed(palette)

    def jpeg(self, pixels: Pixels, quality: int) -> bytes:
        """Return JPEG of ``quality`` 0 to 9, for clients that announced a quality level."""
        from PIL import Image

        height, width = pixels.shape[:2]
        data = np.ascontiguousarray(pixels)  # which Pillow puts in order itself, quicker
        image = Image.frombuffer("RGB", (width, height), data, "raw", "BGRX", 0, 1)
        out = io.BytesIO()
        factor, subsampling = JPEG_LEVELS[quality]
        image.save(out, "JPEG", quality=factor, subsampling=subsampling)
        return self.jpeg_data(out.getvalue())

    def jpeg_data(self, data: bytes) -> bytes:
        """Return JPEG data as a rectangle's content."""
        return bytes([JPEG]) + compact_length(len(data)) + data

    def _copy(self, pixels: Pixels) -> bytes:
        data = _rgb(pixels)
        if len(data) < MIN_COMPRESSED:
            return bytes([STREAM_COPY << 4]) + data
        stream = STREAM_STORED if self._is_noise(data) else STREAM_COPY
        return bytes([stream << 4]) + self._deflated(stream, data)

    def _indexed(self, palette: Palette) -> bytes:
        is_mono = len(palette.colours) == 2
        stream = STREAM_MONO if is_mono else STREAM_INDEXED
        data = (np.packbits(palette.indices, axis=1) if is_mono else palette.indices).tobytes()
        head = bytes([stream << 4 | READ_FILTER, FILTER_PALETTE, len(palette.colours) - 1]) + _tpixels(palette.colours)
        return head + (data if len(data) < MIN_COMPRESSED else self._deflated(stream, data))

    def _deflated(self, number: int, data: bytes) -> bytes:
        stream = self._streams.get(number)
        if stream is None:
            level = 0 if number == STREAM_STORED else self._level
            stream = self._streams[number] = zlib.compressobj(level, wbits=-zlib.MAX_WBITS)
        compressed = stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
        if number not in self._begun:
            self._begun.add(number)
            compressed = ZLIB_HEADER + compressed
        return compact_length(len(compressed)) + compressed

    def _is_noise(self, data: bytes) -> bool:
        if self._level > QUICK_ZLIB or len(data) < 2 * NOISE_SAMPLE:
            return False
        middle = len(data) // 2
        sample = data[middle : middle + NOISE_SAMPLE]
        return len(zlib.compress(sample, 1)) > NOISE_RATIO * NOISE_SAMPLE


def compact_length(length: int) -> bytes:
    """Return a length in one, two or three bytes of 7, 7 and 8 bits (rfbproto); raise ``ValueError`` beyond 22 bits."""
    if length > MAX_LENGTH:
        raise ValueError(f"a Tight rectangle of {length} bytes is too long")
    if length < 1 << 7:
        return bytes([length])
    if length < 1 << 14:
        return bytes([length & 0x7F | 0x80, length >> 7])
    return bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])


def _zlib_level(compression_level: int | None) -> int:
    return ZLIB_LEVELS[DEFAULT_LEVEL if compression_level is None else compression_level]


def _rgb(pixels: Pixels) -> bytes:
    """TPIXEL: red, green, blue, in this order whatever the client's pixel format."""
    return reordered(pixels, (2, 1, 0)).tobytes()


def _tpixels(colours: Colours) -> bytes:
    return bytes_of(colours)[..., 2::-1].tobytes()
