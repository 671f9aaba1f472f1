"""Extended Clipboard (rfbproto): text in UTF-8, sent on request.

Both sides announce with *caps* what they support, *notify* that there is text, *request* it, and *provide* it. *peek*
asks for a notify. Functions without a leading ``parse`` return whole ServerCutText messages.
"""

from __future__ import annotations

import struct
import zlib

from .errors import ProtocolError
from .events import (
    ClipboardCapabilities,
    ClipboardNotify,
    ClipboardPeek,
    ClipboardRequest,
    ClipboardText,
    ClipboardTooLong,
    Event,
)
from .server_messages import SERVER_CUT_TEXT

MAX_TEXT_BYTES = 16 * 1024 * 1024
"""Bytes of UTF-8 that a clipboard may have, its NUL and CRLFs included; longer ones are refused."""

FORMAT_TEXT = 1 << 0
FORMAT_HTML = 1 << 2
FORMAT_PICTURE = 1 << 3
"""rfbproto's pictures are device-independent bitmaps. We only notify of them, and of HTML: neither is provided here."""

FORMATS = 0xFFFF

CAPS = 1 << 24
REQUEST = 1 << 25
PEEK = 1 << 26
NOTIFY = 1 << 27
PROVIDE = 1 << 28
ACTIONS = 0xFF << 24


def caps(max_size: int = 0) -> bytes:
    """Announce all actions for text, and that we accept ``max_size`` bytes unrequested (0: notify us)."""
    return _message(CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | FORMAT_TEXT, struct.pack(">I", max_size))


def request() -> bytes:
    """Request the client's text."""
    return _message(REQUEST | FORMAT_TEXT)


def peek() -> bytes:
    """Ask whether the client has text."""
    return _message(PEEK)


def notify(formats: int = FORMAT_TEXT) -> bytes:
    """Notify the client of what we have, as bits ``FORMAT_…``; 0: nothing."""
    return _message(NOTIFY | formats)


def provide(text: str) -> bytes:
    """Provide our text; raise ``ValueError`` if it is longer than ``MAX_TEXT_BYTES``. Lone surrogates become ``?``."""
    encoded = with_crlf(text).encode("utf-8", "replace") + b"\0"
    if len(encoded) > MAX_TEXT_BYTES:
        raise ValueError(f"a clipboard of {len(encoded)} bytes")
    return _message(PROVIDE | FORMAT_TEXT, zlib.compress(struct.pack(">I", len(encoded)) + encoded, 1))


def parse(data: bytes) -> Event | None:
    """Parse an extended cut text without its first 8 bytes; return ``None`` if it isn't about text.

    Raise ``ProtocolError`` if it is invalid.
    """
    action = action_of(data[:4])
    (flags,) = struct.unpack_from(">I", data)
    has_text = bool(flags & FORMAT_TEXT)
    if action == CAPS:
        return _capabilities(flags, data)
    if action == PEEK:
        return ClipboardPeek()
    if action == REQUEST:
        return ClipboardRequest() if has_text else None
    if action == NOTIFY:
        return ClipboardNotify() if has_text else None
    return _text(data) if has_text else None


def action_of(flags: bytes) -> int:
    """Return the action in a message's four bytes of flags: ``CAPS``, which outweighs others, or the only one.

    Raise ``ProtocolError`` if there is none, an unknown one, or more than one.
    """
    if len(flags) < 4:
        raise ProtocolError("an extended clipboard message without flags")
    actions = int.from_bytes(flags, "big") & ACTIONS
    if actions & CAPS:
        return CAPS
    if actions not in (REQUEST, PEEK, NOTIFY, PROVIDE):
        raise ProtocolError(f"extended clipboard actions {actions >> 24:#04x}")
    return actions


def with_lf(text: str) -> str:
    """Return text with LF at every end of a line, as X11 has it; CRLF and lone CR are such ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def with_crlf(text: str) -> str:
    """Return text with CRLF at every end of a line, as rfbproto has it."""
    return with_lf(text).replace("\n", "\r\n")


def _message(flags: int, content: bytes = b"") -> bytes:
    """A negative length distinguishes it from a ServerCutText in Latin-1."""
    return struct.pack(">B3xiI", SERVER_CUT_TEXT, -4 - len(content), flags) + content


def _capabilities(flags: int, data: bytes) -> ClipboardCapabilities:
    if len(data) < 4 + 4 * (flags & FORMATS).bit_count():
        raise ProtocolError("clipboard capabilities without their sizes")
    return ClipboardCapabilities(struct.unpack_from(">I", data, 4)[0] if flags & FORMAT_TEXT else 0)


def _text(data: bytes) -> ClipboardText | ClipboardTooLong:
    """Text is the first of the formats; the others are never decompressed, nor is a text that is too long."""
    stream = zlib.decompressobj()
    try:
        head = stream.decompress(data[4:], 4)
        if len(head) < 4:
            raise ProtocolError("a clipboard without its size")
        (size,) = struct.unpack(">I", head)
        if size > MAX_TEXT_BYTES:
            return ClipboardTooLong(size)
        encoded = stream.decompress(stream.unconsumed_tail, size) if size else b""
    except zlib.error as error:
        raise ProtocolError(f"a clipboard that can't be decompressed: {error}") from None
    if len(encoded) < size:
        raise ProtocolError("a clipboard shorter than it says")
    return ClipboardText(with_lf(encoded.decode("utf-8", "replace").removesuffix("\0")))
