"""How many bytes a rectangle of each encoding has, read from as few of them as possible.

Sources: RFC 6143, sections 7.7 and 7.8; CoRRE, zlib, Tight, Tight PNG, Open H.264, the cursors and the newer
pseudo-encodings: rfbproto.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

from .. import encodings as e
from ..errors import ProtocolError
from ..pixel_format import PixelFormat

Measure = Generator["int | None", bytes, None]
"""Yields how many bytes it needs next, or ``-n`` to skip ``n`` bytes."""


class PixelSizes(NamedTuple):
    """Bytes of a pixel, and of Tight's TPIXEL, which may lack the padding."""

    pixel: int
    tight: int


def pixel_sizes(data: bytes) -> PixelSizes | None:
    """Return the sizes for 16 bytes of PIXEL_FORMAT, or ``None`` if servers may disagree on them.

    They agree on 8 and 16 bits, and on 32 bits with a byte each for red, green and blue. For others, some servers
    send a TPIXEL of fewer bytes than rfbproto says.
    """
    try:
        found = PixelFormat.parse(data)
    except ProtocolError:
        return None
    if found.is_native:
        return PixelSizes(4, 3)
    return PixelSizes(found.bits_per_pixel // 8, found.bits_per_pixel // 8) if found.bits_per_pixel < 32 else None


def ends_update(encoding: int) -> bool:
    """Return whether the rectangle is LastRect, which ends an update whatever its count."""
    return encoding == e.PSEUDO_LAST_RECT


def _raw(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -width * height * sizes.pixel


def _rre(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -sizes.pixel - int.from_bytes((yield 4), "big") * (sizes.pixel + 8)


def _corre(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -sizes.pixel - int.from_bytes((yield 4), "big") * (sizes.pixel + 4)


def _with_length(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -int.from_bytes((yield 4), "big")


def _h264(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -int.from_bytes((yield 8)[:4], "big")


_TILE = 16
_RAW, _BACKGROUND, _FOREGROUND, _SUBRECTANGLES, _COLOURED = 1, 2, 4, 8, 16


def _hextile(width: int, height: int, sizes: PixelSizes) -> Measure:
    """RFC 6143, section 7.7.4."""
    pixel = sizes.pixel
    for y in range(0, height, _TILE):
        rows = min(_TILE, height - y)
        for x in range(0, width, _TILE):
            flags = (yield 1)[0]
            if flags & _RAW:
                yield -min(_TILE, width - x) * rows * pixel
                continue
            size = pixel * (bool(flags & _BACKGROUND) + bool(flags & _FOREGROUND))
            if flags & _SUBRECTANGLES:
                if size:
                    yield -size
                size = (yield 1)[0] * (2 + pixel * bool(flags & _COLOURED))
            if size:
                yield -size


_EXPLICIT_FILTER, _FILL, _JPEG, _PNG = 0b0100, 0b1000, 0b1001, 0b1010
_COPY, _PALETTE, _GRADIENT = 0, 1, 2

_UNCOMPRESSED_BYTES = 12
"""Tight compresses no content that has fewer bytes."""


def _tight(width: int, height: int, sizes: PixelSizes) -> Measure:
    """rfbproto, Tight Encoding."""
    kind = (yield 1)[0] >> 4
    if kind == _FILL:
        yield -sizes.tight
    elif kind == _JPEG:
        yield from _compact()
    elif kind & 0b1000:
        raise ProtocolError(f"a Tight rectangle of the kind {kind:#x}")
    else:
        yield from _tight_basic(kind, width, height, sizes)


def _tight_png(width: int, height: int, sizes: PixelSizes) -> Measure:
    """rfbproto, Tight PNG Encoding; libvncserver also sends basic compression, for small rectangles."""
    kind = (yield 1)[0] >> 4
    if kind == _FILL:
        yield -sizes.tight
    elif kind in (_JPEG, _PNG):
        yield from _compact()
    elif kind & 0b1000:
        raise ProtocolError(f"a Tight PNG rectangle of the kind {kind:#x}")
    else:
        yield from _tight_basic(kind, width, height, sizes)


def _tight_basic(kind: int, width: int, height: int, sizes: PixelSizes) -> Measure:
    row = width * sizes.tight
    if kind & _EXPLICIT_FILTER:
        chosen = (yield 1)[0]
        if chosen == _PALETTE:
            colours = (yield 1)[0] + 1
            yield -colours * sizes.tight
            row = -(-width // 8) if colours <= 2 else width
        elif chosen not in (_COPY, _GRADIENT):
            raise ProtocolError(f"an unknown filter {chosen} of Tight")
    size = row * height
    if size < _UNCOMPRESSED_BYTES:
        yield -size
    else:
        yield from _compact()


def _compact() -> Measure:
    """Skip what follows a length of one to three bytes, seven bits in the first two, the lowest ones first."""
    length = (yield 1)[0]
    if length & 0x80:
        length = length & 0x7F | (yield 1)[0] << 7
        if length & 0x80 << 7:
            length = length & 0x3FFF | (yield 1)[0] << 14
    yield -length


def _cursor(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -width * height * sizes.pixel - -(-width // 8) * height


def _x_cursor(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -6 - 2 * -(-width // 8) * height if width and height else 0


def _vmware_cursor(width: int, height: int, sizes: PixelSizes) -> Measure:
    with_alpha = (yield 2)[0]
    if with_alpha > 1:
        raise ProtocolError(f"an unknown type {with_alpha} of VMware's cursor")
    yield -width * height * (4 if with_alpha else 2 * sizes.pixel)


def _desktop_size(width: int, height: int, sizes: PixelSizes) -> Measure:
    yield -16 * (yield 4)[0]


SIZES: dict[int, Callable[[int, int, PixelSizes], Measure]] = {
    e.ENCODING_RAW: _raw,
    e.ENCODING_RRE: _rre,
    e.ENCODING_CORRE: _corre,
    e.ENCODING_HEXTILE: _hextile,
    e.ENCODING_ZLIB: _with_length,
    e.ENCODING_TIGHT: _tight,
    e.ENCODING_TIGHT_PNG: _tight_png,
    e.ENCODING_ZRLE: _with_length,
    e.ENCODING_H264: _h264,
    e.PSEUDO_CURSOR: _cursor,
    e.PSEUDO_X_CURSOR: _x_cursor,
    e.PSEUDO_VMWARE_CURSOR: _vmware_cursor,
    e.PSEUDO_DESKTOP_NAME: _with_length,
    e.PSEUDO_EXTENDED_DESKTOP_SIZE: _desktop_size,
}
"""By the encoding; what each generator skips and reads is the content of a rectangle, after its header."""

FIXED_BYTES = {
    e.ENCODING_COPY_RECT: 4,
    e.PSEUDO_DESKTOP_SIZE: 0,
    e.PSEUDO_LAST_RECT: 0,
    e.PSEUDO_QEMU_KEY: 0,
    e.PSEUDO_LED_STATE: 1,
    e.PSEUDO_EXTENDED_MOUSE: 0,
    e.PSEUDO_RELATIVE_POINTER: 0,
}
"""The content's bytes by the encoding, if the rectangle's size doesn't matter."""

_WITHOUT_RECTANGLES = (
    *range(e.PSEUDO_QUALITY_0, e.PSEUDO_QUALITY_9 + 1),
    # Not level 0: libvncserver then sends Tight without zlib, which rfbproto doesn't have.
    *range(e.PSEUDO_COMPRESSION_0 + 1, e.PSEUDO_COMPRESSION_9 + 1),
    e.PSEUDO_XVP,
    e.PSEUDO_FENCE,
    e.PSEUDO_CONTINUOUS_UPDATES,
    e.PSEUDO_EXTENDED_CLIPBOARD,
)

MEASURABLE = frozenset((*SIZES, *FIXED_BYTES, *_WITHOUT_RECTANGLES))
"""Encodings and pseudo-encodings with which a server sends nothing that can't be measured.

JPEG (21) is not among them: its rectangles have no length, and end where the picture does.
"""
