"""The contract that every encoder keeps."""

from __future__ import annotations

from typing import ClassVar, Protocol

from ....rfb.pixel_format import NATIVE, PixelFormat
from .pixels import Pixels


class Encoder(Protocol):
    """Encodes rectangles for one client, in one encoding. Subclass it explicitly to inherit the defaults.

    What it returns must be sent, and in order: zlib streams continue from rectangle to rectangle. It returns a
    rectangle's content, without the header.
    """

    encoding: ClassVar[int]
    """Its number (`rfb.encodings`)."""

    is_lossy: ClassVar[bool] = False
    """Whether `encode_lossy` makes moving pixels smaller, for clients that announced a quality level."""

    def accepts(self, pixel_format: PixelFormat) -> bool:
        """Return whether it can encode for a client with this pixel format."""
        return True

    def set_compression_level(self, level: int | None) -> None:
        """Use the client's compression level (0 to 9, ``None``: not announced) from the next rectangle on."""
        return

    def encode(self, pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
        """Return the pixels exactly; raise ``ValueError`` if they are too large for one rectangle."""

    def encode_lossy(self, pixels: Pixels, quality: int) -> tuple[bytes, bool]:
        """Return the pixels at a quality level of 0 to 9, and whether they are exact all the same."""
        return self.encode(pixels), True
