"""The messages that a client may send after the handshake: number, length and fields of each, in one table.

The server parses them by it, the bridge splits a client's bytes by it (`client_stream`). Sources: RFC 6143, section
7.5; for the extensions rfbproto, the community's specification (github.com/rfbproto/rfbproto). Types that rfbproto
only lists by name (UltraVNC's, VMware's, Tight's) have no known length, so they are unknown here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from . import extended_clipboard
from .encodings import PSEUDO_EXTENDED_CLIPBOARD, PSEUDO_EXTENDED_MOUSE
from .errors import ProtocolError
from .events import (
    MAX_FENCE_BYTES,
    ClipboardText,
    ContinuousUpdates,
    EncodingsChanged,
    Event,
    Fence,
    KeyEvent,
    Monitor,
    PixelFormatChanged,
    PointerEvent,
    SetDesktopSize,
    UpdateRequested,
)
from .pixel_format import PixelFormat

SET_PIXEL_FORMAT = 0
SET_ENCODINGS = 2
FRAMEBUFFER_UPDATE_REQUEST = 3
KEY_EVENT = 4
POINTER_EVENT = 5
CLIENT_CUT_TEXT = 6
ENABLE_CONTINUOUS_UPDATES = 150
CLIENT_FENCE = 248
XVP = 250
SET_DESKTOP_SIZE = 251
GII = 253
QEMU = 255

QEMU_KEY, QEMU_AUDIO = 0, 1
GII_EVENTS, GII_VERSION, GII_CREATE_DEVICE, GII_DESTROY_DEVICE = range(4)
GII_BIG_ENDIAN = 0x80
"""The bit of a gii message's second byte that gives the byte order; the others are the submessage."""

QEMU_AUDIO_SET_FORMAT = 2
"""The audio operation that is followed by a sample format; 0 enables and 1 disables."""

MORE_BUTTONS = 0x80
"""The bit of a pointer event's mask that announces another byte, once client and server support more buttons."""

Supports = Callable[[int], bool]
"""Tells whether client and server agreed on a pseudo-encoding; some messages have another length then."""


class MessageKind(Enum):
    """What a message is; the value names it in logs. Submessages and the clipboard's actions are kinds of their own."""

    VERSION = "ProtocolVersion"
    SECURITY_TYPE = "security type"
    CLIENT_INIT = "ClientInit"
    SET_PIXEL_FORMAT = "SetPixelFormat"
    SET_ENCODINGS = "SetEncodings"
    UPDATE_REQUEST = "FramebufferUpdateRequest"
    KEY = "KeyEvent"
    POINTER = "PointerEvent"
    CUT_TEXT = "ClientCutText"
    CLIPBOARD_CAPS = "extended clipboard caps"
    CLIPBOARD_REQUEST = "extended clipboard request"
    CLIPBOARD_PEEK = "extended clipboard peek"
    CLIPBOARD_NOTIFY = "extended clipboard notify"
    CLIPBOARD_PROVIDE = "extended clipboard provide"
    CONTINUOUS_UPDATES = "EnableContinuousUpdates"
    FENCE = "ClientFence"
    XVP = "xvp"
    SET_DESKTOP_SIZE = "SetDesktopSize"
    GII_EVENTS = "gii event injection"
    GII_DEVICE = "gii version or device"
    QEMU_KEY = "QEMU extended key event"
    QEMU_AUDIO = "QEMU audio"
    UNKNOWN = "unknown message"


@dataclass(frozen=True)
class ClientMessage:
    """One row of the table. ``size`` needs the first ``head`` bytes and returns the length of the whole message.

    ``parse`` gets the whole message; ``None``: our server doesn't support it. ``max_size``: the longest, in bytes.
    """

    kind: MessageKind
    head: int
    parse: Callable[[bytes], Event | None] | None = None
    variable_size: Callable[[bytes, Supports], int] | None = None
    max_size: int | None = None

    def size(self, head: bytes, supports: Supports) -> int:
        """Return the message's length in bytes; raise ``ProtocolError`` if it can't be known."""
        return self.head if self.variable_size is None else self.variable_size(head, supports)


def message_at(data: bytes | bytearray, at: int) -> ClientMessage | None:
    """Return the row of the message that begins at ``at``, or ``None`` if another byte is needed to tell.

    Raise ``ProtocolError`` for a type or submessage that isn't in the table.
    """
    number = data[at]
    if (message := CLIENT_MESSAGES.get(number)) is not None:
        return message
    if (submessages := SUBMESSAGES.get(number)) is None:
        raise ProtocolError(f"unknown message type {number}")
    if at + 1 >= len(data):
        return None
    submessage = data[at + 1] & ~GII_BIG_ENDIAN if number == GII else data[at + 1]
    if (message := submessages.get(submessage)) is None:
        raise ProtocolError(f"unknown submessage {submessage} of message type {number}")
    return message


# -- lengths and fields -----------------------------------------------------------------------------------------------


def _pixel_format(data: bytes) -> Event:
    """RFC 6143, section 7.5.1."""
    return PixelFormatChanged(PixelFormat.parse(data[4:]))


def _encodings_size(data: bytes, _: Supports) -> int:
    return 4 + 4 * int.from_bytes(data[2:4], "big")


def _encodings(data: bytes) -> Event:
    """RFC 6143, section 7.5.2."""
    return EncodingsChanged(struct.unpack(f">{len(data) // 4 - 1}i", data[4:]))


def _update_request(data: bytes) -> Event:
    """RFC 6143, section 7.5.3."""
    return UpdateRequested(*struct.unpack(">x?HHHH", data))


def _key(data: bytes) -> Event:
    """RFC 6143, section 7.5.4."""
    down, keysym = struct.unpack(">x?2xI", data)
    return KeyEvent(keysym, down)


def _qemu_key(data: bytes) -> Event:
    """rfbproto, QEMU Extended Key Event."""
    down, keysym, scancode = struct.unpack(">2xHII", data)
    return KeyEvent(keysym, bool(down), scancode)


def _qemu_audio_size(data: bytes, _: Supports) -> int:
    """rfbproto, QEMU Audio Client Message."""
    operation = int.from_bytes(data[2:4], "big")
    if operation > QEMU_AUDIO_SET_FORMAT:
        raise ProtocolError(f"unknown QEMU audio operation {operation}")
    return 10 if operation == QEMU_AUDIO_SET_FORMAT else 4


def _gii_size(data: bytes, _: Supports) -> int:
    """rfbproto, gii Client Message: a length in the byte order that the second byte gives."""
    return 4 + int.from_bytes(data[2:4], "big" if data[1] & GII_BIG_ENDIAN else "little")


def _pointer_size(data: bytes, supports: Supports) -> int:
    return 7 if data[1] & MORE_BUTTONS and supports(PSEUDO_EXTENDED_MOUSE) else 6


def _pointer(data: bytes) -> Event:
    """RFC 6143, section 7.5.5, and rfbproto, ExtendedMouseButtons: the extra byte begins with back, which is bit 7."""
    mask, x, y = struct.unpack_from(">xBHH", data)
    if len(data) == 7:
        mask = mask & ~MORE_BUTTONS | (data[6] & 0b11) << 7
    return PointerEvent(x, y, mask)


def _cut_text_size(data: bytes, supports: Supports) -> int:
    length = int.from_bytes(data[4:8], "big", signed=True)
    if length < 0 and not supports(PSEUDO_EXTENDED_CLIPBOARD):
        raise ProtocolError(f"a cut text of {length % (1 << 32)} bytes")
    return 8 + abs(length)


def _cut_text(data: bytes) -> Event | None:
    """RFC 6143, section 7.5.6, and rfbproto, Extended Clipboard: its length is negative."""
    if data[4] & 0x80:
        return extended_clipboard.parse(data[8:])
    return ClipboardText(extended_clipboard.with_lf(data[8:].decode("latin-1")))


def cut_text_kind(data: bytes) -> MessageKind:
    """Return the kind of a ClientCutText by its first 12 bytes; 8 are enough if its length isn't negative.

    Raise ``ProtocolError`` for an extended clipboard message without one known action.
    """
    if not data[4] & 0x80:
        return MessageKind.CUT_TEXT
    return _CLIPBOARD_KINDS[extended_clipboard.action_of(data[8:12])]


_CLIPBOARD_KINDS = {
    extended_clipboard.CAPS: MessageKind.CLIPBOARD_CAPS,
    extended_clipboard.REQUEST: MessageKind.CLIPBOARD_REQUEST,
    extended_clipboard.PEEK: MessageKind.CLIPBOARD_PEEK,
    extended_clipboard.NOTIFY: MessageKind.CLIPBOARD_NOTIFY,
    extended_clipboard.PROVIDE: MessageKind.CLIPBOARD_PROVIDE,
}


def _continuous_updates(data: bytes) -> Event:
    """rfbproto, EnableContinuousUpdates."""
    return ContinuousUpdates(*struct.unpack(">x?HHHH", data))


def _fence_size(data: bytes, _: Supports) -> int:
    return 9 + data[8]


def _fence(data: bytes) -> Event:
    """rfbproto, ClientFence."""
    return Fence(int.from_bytes(data[4:8], "big"), data[9:])


def _desktop_size_size(data: bytes, _: Supports) -> int:
    return 8 + 16 * data[6]


def desktop_size(data: bytes) -> SetDesktopSize:
    """Parse a SetDesktopSize (rfbproto)."""
    width, height = struct.unpack_from(">2xHH", data)
    return SetDesktopSize(width, height, tuple(Monitor(*each) for each in struct.iter_unpack(">IHHHHI", data[8:])))


# -- the table --------------------------------------------------------------------------------------------------------

_Kind = MessageKind

CLIENT_MESSAGES = {
    SET_PIXEL_FORMAT: ClientMessage(_Kind.SET_PIXEL_FORMAT, 20, _pixel_format),
    SET_ENCODINGS: ClientMessage(_Kind.SET_ENCODINGS, 4, _encodings, _encodings_size),
    FRAMEBUFFER_UPDATE_REQUEST: ClientMessage(_Kind.UPDATE_REQUEST, 10, _update_request),
    KEY_EVENT: ClientMessage(_Kind.KEY, 8, _key),
    POINTER_EVENT: ClientMessage(_Kind.POINTER, 2, _pointer, _pointer_size),
    CLIENT_CUT_TEXT: ClientMessage(_Kind.CUT_TEXT, 8, _cut_text, _cut_text_size),
    ENABLE_CONTINUOUS_UPDATES: ClientMessage(_Kind.CONTINUOUS_UPDATES, 10, _continuous_updates),
    CLIENT_FENCE: ClientMessage(_Kind.FENCE, 9, _fence, _fence_size, max_size=9 + MAX_FENCE_BYTES),
    XVP: ClientMessage(_Kind.XVP, 4),
    SET_DESKTOP_SIZE: ClientMessage(_Kind.SET_DESKTOP_SIZE, 8, desktop_size, _desktop_size_size),
}
"""By the message type, which is the first byte."""

SUBMESSAGES = {
    QEMU: {
        QEMU_KEY: ClientMessage(_Kind.QEMU_KEY, 12, _qemu_key),
        QEMU_AUDIO: ClientMessage(_Kind.QEMU_AUDIO, 4, variable_size=_qemu_audio_size),
    },
    GII: {
        GII_EVENTS: ClientMessage(_Kind.GII_EVENTS, 4, variable_size=_gii_size),
        GII_VERSION: ClientMessage(_Kind.GII_DEVICE, 4, variable_size=_gii_size),
        GII_CREATE_DEVICE: ClientMessage(_Kind.GII_DEVICE, 4, variable_size=_gii_size),
        GII_DESTROY_DEVICE: ClientMessage(_Kind.GII_DEVICE, 4, variable_size=_gii_size),
    },
}
"""By the message type and the second byte."""
