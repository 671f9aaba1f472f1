"""What a client may send after the handshake: how long each message is, and what it says."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from . import extended_clipboard, server_messages
from .errors import ProtocolError
from .events import (
    ClipboardText,
    ContinuousUpdates,
    EncodingsChanged,
    Event,
    Fence,
    KeyEvent,
    PixelFormatChanged,
    PointerEvent,
    Screen,
    SetDesktopSize,
    UpdateRequested,
)
from .pixel_format import PixelFormat

MAX_CUT_TEXT = extended_clipboard.MAX_TEXT + 64 * 1024
"""Bytes of a cut text that are kept: the longest text, and zlib's headroom for what can't be compressed."""

MAX_SKIPPED = 256 * 1024 * 1024
"""Bytes of a longer cut text that are read and dropped, because somebody copied too much; beyond, it is nonsense."""

MORE_BUTTONS = 0x80
"""Bit of a pointer event's mask that says another byte follows, where that was agreed on."""

QEMU_KEY = 0

Supports = Callable[[int], bool]
"""Tells whether the client announced an encoding."""


@dataclass(frozen=True)
class ClientMessage:
    """``size`` needs the first ``head`` bytes and tells how many there are in all; ``parse`` needs all of them."""

    head: int
    parse: Callable[[bytes, Supports], Event | None]
    size: Callable[[bytes, Supports], int] | None = None


def _pixel_format(data: bytes, _: Supports) -> Event:
    """RFC 6143, section 7.5.1."""
    return PixelFormatChanged(PixelFormat.parse(data[4:]))


def _encodings_size(data: bytes, _: Supports) -> int:
    return 4 + 4 * int.from_bytes(data[2:4], "big")


def _encodings(data: bytes, _: Supports) -> Event:
    """RFC 6143, section 7.5.2."""
    return EncodingsChanged(struct.unpack(f">{len(data) // 4 - 1}i", data[4:]))


def _update_request(data: bytes, _: Supports) -> Event:
    """RFC 6143, section 7.5.3."""
    return UpdateRequested(*struct.unpack(">x?HHHH", data))


def _key(data: bytes, _: Supports) -> Event:
    """RFC 6143, section 7.5.4."""
    down, keysym = struct.unpack(">x?2xI", data)
    return KeyEvent(keysym, down)


def _qemu_size(data: bytes, _: Supports) -> int:
    if data[1] != QEMU_KEY:
        raise ProtocolError(f"an unknown QEMU message: {data[1]}")
    return 12


def _qemu_key(data: bytes, _: Supports) -> Event:
    """rfbproto, QEMU Extended Key Event."""
    down, keysym, scancode = struct.unpack(">2xHII", data)
    return KeyEvent(keysym, bool(down), scancode)


def _pointer_size(data: bytes, supports: Supports) -> int:
    return 7 if data[1] & MORE_BUTTONS and supports(server_messages.PSEUDO_EXTENDED_MOUSE) else 6


def _pointer(data: bytes, _: Supports) -> Event:
    """RFC 6143, section 7.5.5, and rfbproto, ExtendedMouseButtons: its byte begins at bit 7, in place of the mark."""
    mask, x, y = struct.unpack_from(">xBHH", data)
    if len(data) == 7:
        mask = mask & ~MORE_BUTTONS | (data[6] & 0b11) << 7
    return PointerEvent(x, y, mask)


def _cut_text_size(data: bytes, supports: Supports) -> int:
    length = int.from_bytes(data[4:8], "big", signed=True)
    if length < 0 and not supports(server_messages.PSEUDO_EXTENDED_CLIPBOARD):
        raise ProtocolError(f"a cut text of {length % (1 << 32)} bytes")
    if abs(length) > MAX_SKIPPED:
        raise ProtocolError(f"a cut text of {abs(length)} bytes")
    return 8 + abs(length)


def _cut_text(data: bytes, _: Supports) -> Event | None:
    """RFC 6143, section 7.5.6, and rfbproto, Extended Clipboard: there its length is below zero."""
    if data[4] & 0x80:
        return extended_clipboard.parse(data[8:])
    return ClipboardText(extended_clipboard.with_lf(data[8:].decode("latin-1")))


def _continuous_updates(data: bytes, _: Supports) -> Event:
    """rfbproto, EnableContinuousUpdates."""
    return ContinuousUpdates(*struct.unpack(">x?HHHH", data))


def _fence_size(data: bytes, _: Supports) -> int:
    if data[8] > server_messages.FENCE_PAYLOAD:
        raise ProtocolError(f"a fence of {data[8]} bytes")
    return 9 + data[8]


def _fence(data: bytes, _: Supports) -> Event:
    """rfbproto, ClientFence."""
    return Fence(int.from_bytes(data[4:8], "big"), data[9:])


def _desktop_size_size(data: bytes, _: Supports) -> int:
    return 8 + 16 * data[6]


def _desktop_size(data: bytes, _: Supports) -> Event:
    """rfbproto, SetDesktopSize."""
    width, height = struct.unpack_from(">2xHH", data)
    return SetDesktopSize(width, height, tuple(Screen(*each) for each in struct.iter_unpack(">IHHHHI", data[8:])))


CLIENT_MESSAGES = {
    server_messages.CLIENT_SET_PIXEL_FORMAT: ClientMessage(20, _pixel_format),
    server_messages.CLIENT_SET_ENCODINGS: ClientMessage(4, _encodings, _encodings_size),
    server_messages.CLIENT_UPDATE_REQUEST: ClientMessage(10, _update_request),
    server_messages.CLIENT_KEY: ClientMessage(8, _key),
    server_messages.CLIENT_POINTER: ClientMessage(2, _pointer, _pointer_size),
    server_messages.CLIENT_CUT_TEXT: ClientMessage(8, _cut_text, _cut_text_size),
    server_messages.CLIENT_CONTINUOUS_UPDATES: ClientMessage(10, _continuous_updates),
    server_messages.CLIENT_FENCE: ClientMessage(9, _fence, _fence_size),
    server_messages.CLIENT_SET_DESKTOP_SIZE: ClientMessage(8, _desktop_size, _desktop_size_size),
    server_messages.CLIENT_QEMU: ClientMessage(2, _qemu_key, _qemu_size),
}
"""By the first byte."""
