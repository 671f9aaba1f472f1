"""Rectangles that carry the pointer's shape, in the three forms that clients know."""

from __future__ import annotations

import struct

import numpy as np

from ....rfb.encodings import PSEUDO_CURSOR, PSEUDO_VMWARE_CURSOR, PSEUDO_X_CURSOR
from ....rfb.pixel_format import NATIVE, PixelFormat
from ....rfb.server_messages import rectangle
from .pixels import Pixels
from .raw import RawEncoder


def cursor_vmware(hot_x: int, hot_y: int, pixels: Pixels) -> bytes:
    """Return a VMware cursor rectangle (rfbproto): BGRA ``pixels`` (height, width, 4), sent as RGBA.

    rfbproto doesn't say whether alpha is straight or multiplied; noVNC draws the bytes as an ImageData, so: straight.
    """
    height, width = pixels.shape[:2]
    header = rectangle(hot_x, hot_y, width, height, PSEUDO_VMWARE_CURSOR)
    return header + struct.pack(">Bx", 1) + pixels[..., [2, 1, 0, 3]].tobytes()


def cursor(hot_x: int, hot_y: int, pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
    """Return a Cursor rectangle (RFC 6143, section 7.8.1): BGRA ``pixels``, shown where alpha is half or more."""
    height, width = pixels.shape[:2]
    mask = np.packbits(pixels[..., 3] >= 128, axis=1)
    content = RawEncoder().encode(pixels, pixel_format) + mask.tobytes()
    return rectangle(hot_x, hot_y, width, height, PSEUDO_CURSOR) + content


def x_cursor(hot_x: int, hot_y: int, pixels: Pixels) -> bytes:
    """Return an XCursor rectangle (rfbproto): the same in black and white."""
    height, width = pixels.shape[:2]
    header = rectangle(hot_x, hot_y, width, height, PSEUDO_X_CURSOR)
    if not pixels.size:
        return header
    is_light = pixels[..., :3].mean(axis=-1) >= 128
    planes = [np.packbits(plane, axis=1).tobytes() for plane in (is_light, pixels[..., 3] >= 128)]
    return header + b"\xff\xff\xff" + b"\0\0\0" + b"".join(planes)
