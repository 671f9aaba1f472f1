"""Properties of X windows as bytes. xcffib makes an object of every byte, which takes seconds for a few megabytes."""

from __future__ import annotations

import io
import struct
from typing import Any, NamedTuple

import xcffib

CHANGE_PROPERTY, GET_PROPERTY = 18, 20
REPLACE = 0


class Property(NamedTuple):
    """A property's type (an atom; 0 if there is none), its bytes, and the number of bytes left unread."""

    kind: int
    data: bytes
    left: int


class _Reply(xcffib.Reply):  # type: ignore[misc]
    def __init__(self, unpacker: Any) -> None:
        size, kind, left, count = struct.unpack_from("=xB6xIII", unpacker.buf)
        self.property = Property(kind, bytes(unpacker.buf[32 : 32 + count * size // 8]), left)


class _Cookie(xcffib.Cookie):  # type: ignore[misc]
    reply_type = _Reply


def read(connection: xcffib.Connection, window: int, name: int, limit: int, delete: bool = True) -> Property:
    """Return ``limit`` bytes at most of a property; with ``delete`` it is deleted if that was all of it."""
    request = struct.pack("=xB2xIIIII", delete, window, name, 0, 0, -(-limit // 4))
    cookie = connection.core.send_request(GET_PROPERTY, io.BytesIO(request), _Cookie, is_checked=True)
    found: Property = cookie.reply().property
    return found


def write(connection: xcffib.Connection, window: int, name: int, kind: int, data: bytes, size: int = 8) -> None:
    """Give a window a property of the type ``kind`` (an atom), in units of ``size`` bits: 8 or 32."""
    head = struct.pack("=xB2xIIIB3xI", REPLACE, window, name, kind, size, len(data) * 8 // size)
    connection.core.send_request(CHANGE_PROPERTY, io.BytesIO(head + data))
