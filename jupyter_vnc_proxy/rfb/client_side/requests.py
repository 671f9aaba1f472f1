"""What a client sends after the handshake (RFC 6143, section 7.5), as bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ...options import Area, enclosing
from ..client_messages import (
    FRAMEBUFFER_UPDATE_REQUEST,
    KEY_EVENT,
    POINTER_EVENT,
    SET_DESKTOP_SIZE,
    SET_ENCODINGS,
    SET_PIXEL_FORMAT,
)
from ..pixel_format import NATIVE

NATIVE_PIXELS = struct.pack(">Bxxx", SET_PIXEL_FORMAT) + NATIVE.pack()
"""Request pixels of four bytes: blue, green, red and one without meaning."""


def encodings(*numbers: int) -> bytes:
    """Announce encodings and pseudo-encodings."""
    return struct.pack(f">BxH{len(numbers)}i", SET_ENCODINGS, len(numbers), *numbers)


def update(incremental: bool, x: int, y: int, width: int, height: int) -> bytes:
    """Request the changes in an area, in pixels, or all of it."""
    return struct.pack(">BBHHHH", FRAMEBUFFER_UPDATE_REQUEST, incremental, x, y, width, height)


def key(keysym: int, down: bool) -> bytes:
    """Press or release a key."""
    return struct.pack(">BBxxI", KEY_EVENT, down, keysym)


def pointer(x: int, y: int, buttons: int) -> bytes:
    """Move the pointer to a pixel, with these buttons held, from bit 0: left, middle, right, wheel up, down, left,
    right."""
    return struct.pack(">BBHH", POINTER_EVENT, buttons, x, y)


def desktop_size(screens: Sequence[Area]) -> bytes:
    """Request these screens, and the size that they need (rfbproto, SetDesktopSize)."""
    data = b"".join(struct.pack(">IHHHHI", number, *each, 0) for number, each in enumerate(screens, 1))
    return struct.pack(">BxHHBx", SET_DESKTOP_SIZE, *enclosing(screens), len(screens)) + data
