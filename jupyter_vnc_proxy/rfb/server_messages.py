"""The messages and rectangles that the server sends, as bytes.

Sources: RFC 6143; for what is newer, rfbproto, the community's specification (github.com/rfbproto/rfbproto). Functions
that return a *rectangle* give its header and content: it belongs in an update, after ``update_header``. The others
return whole messages. Positions and sizes are pixels, below 65536.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from .encodings import (
    ENCODING_COPY_RECT,
    ENCODING_H264,
    PSEUDO_DESKTOP_NAME,
    PSEUDO_DESKTOP_SIZE,
    PSEUDO_EXTENDED_DESKTOP_SIZE,
    PSEUDO_EXTENDED_MOUSE,
    PSEUDO_LAST_RECT,
    PSEUDO_LED_STATE,
    PSEUDO_QEMU_KEY,
    PSEUDO_RELATIVE_POINTER,
)
from .events import MAX_FENCE_BYTES, Monitor

# Server to client (RFC 6143, section 7.6; from 150 on: rfbproto)
SERVER_UPDATE = 0
SERVER_COLOUR_MAP = 1
SERVER_BELL = 2
SERVER_CUT_TEXT = 3
SERVER_END_OF_CONTINUOUS_UPDATES = 150
SERVER_FENCE = 248
SERVER_XVP = 250

# Flags of a fence (rfbproto)
FENCE_BLOCK_BEFORE = 1 << 0
FENCE_BLOCK_AFTER = 1 << 1
FENCE_SYNC_NEXT = 1 << 2
FENCE_REQUEST = 1 << 31

# Reason and result of an ExtendedDesktopSize (rfbproto)
SIZE_BY_SERVER, SIZE_BY_THIS_CLIENT, SIZE_BY_OTHER_CLIENT = 0, 1, 2
SIZE_DONE, SIZE_PROHIBITED, SIZE_OUT_OF_RESOURCES, SIZE_INVALID = 0, 1, 2, 3

# Bits of the LED state (rfbproto)
LED_SCROLL_LOCK, LED_NUM_LOCK, LED_CAPS_LOCK = 1, 2, 4

# Flags of an H.264 rectangle (rfbproto, Open H.264)
H264_RESET_CONTEXT, H264_RESET_ALL = 1, 2

MANY_RECTANGLES = 0xFFFF
"""The count of an update that ``LAST_RECT`` ends (rfbproto)."""


def update_header(count: int) -> bytes:
    """Return the head of a FramebufferUpdate of ``count`` rectangles (RFC 6143, section 7.6.1)."""
    return struct.pack(">BxH", SERVER_UPDATE, count)


def rectangle(x: int, y: int, width: int, height: int, encoding: int) -> bytes:
    """Return a rectangle's 12 bytes of header (RFC 6143, section 7.6.1)."""
    return struct.pack(">HHHHi", x, y, width, height, encoding)


LAST_RECT = rectangle(0, 0, 0, 0, PSEUDO_LAST_RECT)
"""The rectangle that ends an update whose count was not known."""


def copy_rect(x: int, y: int, width: int, height: int, source_x: int, source_y: int) -> bytes:
    """Return a rectangle that copies from elsewhere in the client's framebuffer (RFC 6143, section 7.7.2)."""
    return rectangle(x, y, width, height, ENCODING_COPY_RECT) + struct.pack(">HH", source_x, source_y)


def h264_rectangle(x: int, y: int, width: int, height: int, data: bytes, flags: int = 0) -> bytes:
    """Return a rectangle of Annex-B H.264 (rfbproto, Open H.264); ``flags`` are ``H264_RESET_…``."""
    return rectangle(x, y, width, height, ENCODING_H264) + struct.pack(">II", len(data), flags) + data


def desktop_size(
    width: int,
    height: int,
    *,
    reason: int = SIZE_BY_SERVER,
    result: int = SIZE_DONE,
    screens: Sequence[Monitor] = (),
) -> bytes:
    """Return an ExtendedDesktopSize rectangle (rfbproto); without ``screens`` one fills the desktop.

    If the client asked for the size, ``screens`` must be the ones that it sent: noVNC reuses the first one's id.
    """
    content = struct.pack(">B3x", len(screens := screens or (Monitor(0, 0, 0, width, height),)))
    for each in screens:
        content += struct.pack(">IHHHHI", each.id, each.x, each.y, each.width, each.height, each.flags)
    return rectangle(reason, result, width, height, PSEUDO_EXTENDED_DESKTOP_SIZE) + content


def legacy_desktop_size(width: int, height: int) -> bytes:
    """Return a DesktopSize rectangle (RFC 6143, section 7.8.2), for clients that know only that."""
    return rectangle(0, 0, width, height, PSEUDO_DESKTOP_SIZE)


def desktop_name(name: str) -> bytes:
    """Return a DesktopName rectangle (rfbproto)."""
    encoded = name.encode("utf-8", "replace")
    return rectangle(0, 0, 0, 0, PSEUDO_DESKTOP_NAME) + struct.pack(">I", len(encoded)) + encoded


def led_state(state: int) -> bytes:
    """Return a QEMU LED State rectangle (rfbproto); ``state`` is of ``LED_…``."""
    return rectangle(0, 0, 0, 0, PSEUDO_LED_STATE) + struct.pack(">B", state)


def qemu_key_ack() -> bytes:
    """Return the rectangle that lets the client send scan codes (rfbproto, QEMU Extended Key Event)."""
    return rectangle(0, 0, 0, 0, PSEUDO_QEMU_KEY)


def extended_mouse_ack() -> bytes:
    """Return the rectangle that lets the client send nine buttons (rfbproto, ExtendedMouseButtons)."""
    return rectangle(0, 0, 0, 0, PSEUDO_EXTENDED_MOUSE)


def relative_pointer(x: int, y: int) -> bytes:
    """Return the rectangle that confirms relative pointer events, and tells where the pointer is."""
    return rectangle(x, y, 0, 0, PSEUDO_RELATIVE_POINTER)


def fence(flags: int, payload: bytes = b"") -> bytes:
    """Return a ServerFence (rfbproto); ``payload`` has at most ``MAX_FENCE_BYTES`` bytes, or ``ValueError``."""
    if len(payload) > MAX_FENCE_BYTES:
        raise ValueError(f"a fence carries at most {MAX_FENCE_BYTES} bytes")
    return struct.pack(">B3xIB", SERVER_FENCE, flags, len(payload)) + payload


def end_of_continuous_updates() -> bytes:
    """Return EndOfContinuousUpdates (rfbproto): we support them, or have ended them on request."""
    return struct.pack(">B", SERVER_END_OF_CONTINUOUS_UPDATES)


def bell() -> bytes:
    """Return Bell (RFC 6143, section 7.6.3)."""
    return struct.pack(">B", SERVER_BELL)


def server_cut_text(text: str) -> bytes:
    """Return ServerCutText (RFC 6143, section 7.6.4), for clients with nothing better; not Latin-1: ``?``."""
    encoded = text.encode("latin-1", "replace")
    return struct.pack(">B3xI", SERVER_CUT_TEXT, len(encoded)) + encoded
