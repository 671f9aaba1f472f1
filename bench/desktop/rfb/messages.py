"""A client's messages, as noVNC sends them (RFC 6143; from 150 on: rfbproto)."""

from __future__ import annotations

import struct

from jupyter_vnc_proxy.rfb import encodings as e
from jupyter_vnc_proxy.rfb.handshake import SECURITY_NONE, VERSION

HELLO = VERSION + bytes([SECURITY_NONE]) + b"\1"
"""Version 3.8, security type None, shared."""

FENCE_BITS = 0b11
"""The flags of a fence that noVNC returns: BlockBefore and BlockAfter."""

COMPRESSION_2 = e.PSEUDO_COMPRESSION_0 + 2


def pixel_format() -> bytes:
    """Request pixels of four bytes: red, green, blue and one that is not used."""
    return struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 0, 8, 16)


def set_encodings(quality: int) -> bytes:
    """Announce what noVNC does, but only the encodings of pixels that `decode` knows; ``quality`` is 0 to 9."""
    pixels = [e.ENCODING_COPY_RECT, e.ENCODING_H264, e.ENCODING_TIGHT, e.ENCODING_RAW]
    pseudo = [
        e.PSEUDO_QUALITY_0 + quality, COMPRESSION_2, e.PSEUDO_DESKTOP_SIZE, e.PSEUDO_LAST_RECT, e.PSEUDO_QEMU_KEY,
        e.PSEUDO_LED_STATE, e.PSEUDO_EXTENDED_DESKTOP_SIZE, e.PSEUDO_FENCE, e.PSEUDO_CONTINUOUS_UPDATES,
        e.PSEUDO_DESKTOP_NAME, e.PSEUDO_EXTENDED_MOUSE, e.PSEUDO_VMWARE_CURSOR, e.PSEUDO_CURSOR,
    ]  # fmt: skip
    return struct.pack(f">BxH{len(pixels + pseudo)}i", 2, len(pixels + pseudo), *pixels, *pseudo)


def update_request(width: int, height: int, *, incremental: bool) -> bytes:
    """Request an update of the whole screen."""
    return struct.pack(">BBHHHH", 3, incremental, 0, 0, width, height)


def continuous_updates(width: int, height: int) -> bytes:
    """Request continuous updates of the whole screen."""
    return struct.pack(">BBHHHH", 150, 1, 0, 0, width, height)


def fence_answer(fence: bytes) -> bytes:
    """Return the answer to a server's fence, given as a whole message."""
    flags, size = struct.unpack_from(">IB", fence, 4)
    return struct.pack(">B3xIB", 248, flags & FENCE_BITS, size) + fence[9 : 9 + size]


def pointer(buttons: int, x: int, y: int) -> bytes:
    """Move the pointer, and hold exactly these buttons."""
    return struct.pack(">BBHH", 5, buttons, x, y)
