"""What the server sends, as bytes, and the numbers of RFB.

Sources: RFC 6143; for what is newer, rfbproto, the community's specification (github.com/rfbproto/rfbproto). Functions
that return a *rectangle* give its header and content: it belongs in an update, after ``update_header``. The others
return whole messages. Positions and sizes are pixels, below 65536.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from ..stream.picture.encoders.raw import Pixels, RawEncoder
from .events import Screen
from .pixel_format import NATIVE, PixelFormat

# Encodings (RFC 6143, section 7.7; Tight and H.264: rfbproto)
ENCODING_RAW = 0
ENCODING_COPY_RECT = 1
ENCODING_TIGHT = 7
ENCODING_ZRLE = 16
ENCODING_H264 = 50

# Pseudo-encodings of RFC 6143, section 7.8
PSEUDO_DESKTOP_SIZE = -223
PSEUDO_CURSOR = -239
PSEUDO_X_CURSOR = -240

# Pseudo-encodings of rfbproto
PSEUDO_LAST_RECT = -224
PSEUDO_QUALITY_0, PSEUDO_QUALITY_9 = -32, -23
PSEUDO_COMPRESSION_0, PSEUDO_COMPRESSION_9 = -256, -247
PSEUDO_QEMU_KEY = -258
PSEUDO_LED_STATE = -261
PSEUDO_DESKTOP_NAME = -307
PSEUDO_EXTENDED_DESKTOP_SIZE = -308
PSEUDO_FENCE = -312
PSEUDO_CONTINUOUS_UPDATES = -313
PSEUDO_EXTENDED_MOUSE = -316
PSEUDO_VMWARE_CURSOR = 0x574D5664
PSEUDO_EXTENDED_CLIPBOARD = 0xC0A1E5CE - (1 << 32)

# Client to server (RFC 6143, section 7.5; from 150 on: rfbproto)
CLIENT_SET_PIXEL_FORMAT = 0
CLIENT_SET_ENCODINGS = 2
CLIENT_UPDATE_REQUEST = 3
CLIENT_KEY = 4
CLIENT_POINTER = 5
CLIENT_CUT_TEXT = 6
CLIENT_CONTINUOUS_UPDATES = 150
CLIENT_FENCE = 248
CLIENT_SET_DESKTOP_SIZE = 251
CLIENT_QEMU = 255

# Server to client (RFC 6143, section 7.6; from 150 on: rfbproto)
SERVER_UPDATE = 0
SERVER_BELL = 2
SERVER_CUT_TEXT = 3
SERVER_END_OF_CONTINUOUS_UPDATES = 150
SERVER_FENCE = 248

# Flags of a fence (rfbproto)
FENCE_BLOCK_BEFORE = 1 << 0
FENCE_BLOCK_AFTER = 1 << 1
FENCE_SYNC_NEXT = 1 << 2
FENCE_REQUEST = 1 << 31
FENCE_PAYLOAD = 64
"""The most bytes a fence may carry (rfbproto)."""

# Why a desktop's size is told, and whether it was changed as asked for (rfbproto, ExtendedDesktopSize)
SIZE_BY_SERVER, SIZE_BY_THIS_CLIENT, SIZE_BY_OTHER_CLIENT = 0, 1, 2
SIZE_DONE, SIZE_PROHIBITED, SIZE_OUT_OF_RESOURCES, SIZE_INVALID = 0, 1, 2, 3

# Bits of the LED state (rfbproto)
LED_SCROLL_LOCK, LED_NUM_LOCK, LED_CAPS_LOCK = 1, 2, 4

# Flags of an H.264 rectangle (rfbproto, Open H.264)
H264_RESET_CONTEXT, H264_RESET_ALL = 1, 2

MANY_RECTANGLES = 0xFFFF
"""The count of an update that ``LAST_RECT`` ends (rfbproto)."""


def update_header(count: int) -> bytes:
    """Begin a FramebufferUpdate of ``count`` rectangles (RFC 6143, section 7.6.1)."""
    return struct.pack(">BxH", SERVER_UPDATE, count)


def rectangle(x: int, y: int, width: int, height: int, encoding: int) -> bytes:
    """Return a rectangle's 12 bytes of header (RFC 6143, section 7.6.1)."""
    return struct.pack(">HHHHi", x, y, width, height, encoding)


LAST_RECT = rectangle(0, 0, 0, 0, PSEUDO_LAST_RECT)
"""The rectangle that ends an update whose count was not known."""


def copy_rect(x: int, y: int, width: int, height: int, source_x: int, source_y: int) -> bytes:
    """Return a rectangle that shows what the client has elsewhere (RFC 6143, section 7.7.2)."""
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
    screens: Sequence[Screen] = (),
) -> bytes:
    """Return an ExtendedDesktopSize rectangle (rfbproto); without ``screens`` one fills the desktop.

    What a client asked for and got must be told it with the very screens it named; noVNC sends back the first one's id.
    """
    content = struct.pack(">B3x", len(screens := screens or (Screen(0, 0, 0, width, height),)))
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


def led_state(state: int) -> bytes:
    """Return a QEMU LED State rectangle (rfbproto); ``state`` is of ``LED_…``."""
    return rectangle(0, 0, 0, 0, PSEUDO_LED_STATE) + struct.pack(">B", state)


def qemu_key_ack() -> bytes:
    """Return the rectangle that lets the client send scan codes (rfbproto, QEMU Extended Key Event)."""
    return rectangle(0, 0, 0, 0, PSEUDO_QEMU_KEY)


def extended_mouse_ack() -> bytes:
    """Return the rectangle that lets the client send nine buttons (rfbproto, ExtendedMouseButtons)."""
    return rectangle(0, 0, 0, 0, PSEUDO_EXTENDED_MOUSE)


def fence(flags: int, payload: bytes = b"") -> bytes:
    """Return a ServerFence (rfbproto); ``payload`` has at most ``FENCE_PAYLOAD`` bytes, or ``ValueError``."""
    if len(payload) > FENCE_PAYLOAD:
        raise ValueError(f"a fence carries at most {FENCE_PAYLOAD} bytes")
    return struct.pack(">B3xIB", SERVER_FENCE, flags, len(payload)) + payload


def end_of_continuous_updates() -> bytes:
    """Return EndOfContinuousUpdates (rfbproto): we know them, or have ended them as asked for."""
    return struct.pack(">B", SERVER_END_OF_CONTINUOUS_UPDATES)


def bell() -> bytes:
    """Return Bell (RFC 6143, section 7.6.3)."""
    return struct.pack(">B", SERVER_BELL)


def server_cut_text(text: str) -> bytes:
    """Return ServerCutText (RFC 6143, section 7.6.4), for clients with nothing better; not Latin-1: ``?``."""
    encoded = text.encode("latin-1", "replace")
    return struct.pack(">B3xI", SERVER_CUT_TEXT, len(encoded)) + encoded
