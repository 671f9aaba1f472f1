"""How a client wants its pixels (RFC 6143, section 7.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from .errors import ProtocolError

_LAYOUT = struct.Struct(">BB??HHHBBB3x")


@dataclass(frozen=True)
class PixelFormat:
    """PIXEL_FORMAT of RFC 6143, section 7.4. The ``_max`` are the largest values, the ``_shift`` count bits."""

    bits_per_pixel: int
    depth: int
    big_endian: bool
    true_colour: bool
    red_max: int
    green_max: int
    blue_max: int
    red_shift: int
    green_shift: int
    blue_shift: int

    SIZE: ClassVar[int] = _LAYOUT.size
    """Bytes on the wire."""

    @classmethod
    def parse(cls, data: bytes) -> PixelFormat:
        """Read 16 bytes; raise ``ProtocolError`` for a colour map and for colours that don't fit a pixel."""
        found = cls(*_LAYOUT.unpack(data))
        found._check()
        return found

    def pack(self) -> bytes:
        """Return the 16 bytes on the wire."""
        return _LAYOUT.pack(
            self.bits_per_pixel,
            self.depth,
            self.big_endian,
            self.true_colour,
            *self.maxima,
            *self.shifts,
        )

    @property
    def maxima(self) -> tuple[int, int, int]:
        """The largest red, green and blue."""
        return self.red_max, self.green_max, self.blue_max

    @property
    def shifts(self) -> tuple[int, int, int]:
        """Where red, green and blue begin, in bits from the least significant one."""
        return self.red_shift, self.green_shift, self.blue_shift

    @property
    def is_native(self) -> bool:
        """Whether a pixel is our red, green and blue bytes in any order, so that Tight and ZRLE may send three bytes.

        TPIXEL and CPIXEL need 32 bits, depth 24 and, for the latter, three neighbouring bytes. noVNC asks for RGBX
        though ServerInit says BGRX, so the order must not matter.
        """
        return (
            self.true_colour
            and (self.bits_per_pixel, self.depth) == (32, 24)
            and self.maxima == (255, 255, 255)
            and sorted(self.shifts) in ([0, 8, 16], [8, 16, 24])
        )

    @property
    def byte_order(self) -> tuple[int, int, int, int]:
        """Where a native pixel's bytes come from, as positions in BGRX: (2, 1, 0, 3) is RGBX. Padding is position 3."""
        sources = dict(zip(self.shifts, (2, 1, 0), strict=True))
        little = [sources.get(shift, 3) for shift in (0, 8, 16, 24)]
        first, second, third, fourth = reversed(little) if self.big_endian else little
        return first, second, third, fourth

    def _check(self) -> None:
        if self.bits_per_pixel not in (8, 16, 32) or not 1 <= self.depth <= self.bits_per_pixel:
            raise ProtocolError(f"a pixel format of {self.bits_per_pixel} bits, depth {self.depth}")
        if not self.true_colour:
            raise ProtocolError("a colour map was asked for")
        taken = 0
        for largest, shift in zip(self.maxima, self.shifts, strict=True):
            if largest & (largest + 1) or largest > 255:
                raise ProtocolError(f"a pixel format with a largest value of {largest}")
            if largest.bit_length() + shift > self.bits_per_pixel or taken & largest << shift:
                raise ProtocolError("a pixel format whose colours overlap or don't fit")
            taken |= largest << shift


NATIVE = PixelFormat(32, 24, False, True, 255, 255, 255, 16, 8, 0)
"""What we send unless asked for something else: bytes B, G, R and one unused, as the X server keeps them."""
