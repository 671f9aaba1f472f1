"""A client's messages as bytes: written by hand from RFC 6143 and rfbproto, as noVNC 1.7 does it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

from jupyter_vnc_proxy.rfb.events import Event
from jupyter_vnc_proxy.rfb.server_protocol import ServerProtocol

HELLO = b"RFB 003.008\n" + b"\x01" + b"\x01"
"""Version 3.8, security None, shared."""

EXTENDED_CLIPBOARD = -1063131698


def ready(*encodings: int) -> ServerProtocol:
    """Return a connection after the handshake, with encodings announced and nothing left to take."""
    protocol = ServerProtocol("desk", 1280, 720)
    protocol.receive(HELLO + set_encodings(*encodings))
    protocol.take()
    return protocol


def in_pieces(protocol: ServerProtocol, pieces: Iterable[bytes]) -> list[Event]:
    return [event for piece in pieces for event in protocol.receive(piece)]


def singly(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


def set_encodings(*encodings: int) -> bytes:
    return struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings)


def cut_text(content: bytes, *, extended: bool = False) -> bytes:
    return struct.pack(">B3xi", 6, -len(content) if extended else len(content)) + content


def clipboard(action: int, formats: int = 1, content: bytes = b"") -> bytes:
    """An Extended Clipboard message; ``action`` is the number of its bit."""
    return cut_text(struct.pack(">I", 1 << action | formats) + content, extended=True)


def provided(text: bytes, size: int | None = None) -> bytes:
    content = zlib.compress(struct.pack(">I", len(text) if size is None else size) + text)
    return clipboard(28, content=content)


def pointer(mask: int, x: int, y: int, more: int | None = None) -> bytes:
    return struct.pack(">BBHH", 5, mask, x, y) + (b"" if more is None else bytes([more]))


def qemu_key(keysym: int, down: bool, scancode: int) -> bytes:
    return struct.pack(">BBHII", 255, 0, down, keysym, scancode)


def fence(flags: int, payload: bytes, length: int | None = None) -> bytes:
    return struct.pack(">B3xIB", 248, flags, len(payload) if length is None else length) + payload
