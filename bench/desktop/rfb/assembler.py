"""Puts a server's messages together again, wherever its bytes are cut."""

from __future__ import annotations

import struct
from typing import NamedTuple

from jupyter_vnc_proxy.rfb.filters.rectangles import PixelSizes
from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind, ServerMessageSplitter

from .recording import Piece

SIZES = PixelSizes(pixel=4, tight=3)
"""Of the pixels that the viewer requests."""


MINOR_VERSION = 8
"""Of RFB 3.8, which the viewer chooses."""


class Message(NamedTuple):
    """A whole message, and the Unix time at which its last byte arrived."""

    kind: ServerMessageKind
    time: float
    data: bytes


class Assembler:
    """Collects the messages of one connection; the first one is the handshake."""

    def __init__(self) -> None:
        self._splitter = ServerMessageSplitter(lambda: MINOR_VERSION, lambda: SIZES)
        self._data = bytearray()

    def feed(self, piece: Piece) -> list[Message]:
        """Return the messages that are complete with this piece."""
        found = []
        parts = self._splitter.feed(piece.data)
        for number, part in enumerate(parts, 1):
            self._data += part.data
            ends = parts[number].begins if number < len(parts) else self._splitter.is_between_messages
            if ends:
                found.append(Message(part.kind, piece.time, bytes(self._data)))
                self._data.clear()
        return found


def size_of(handshake: bytes | bytearray) -> tuple[int, int]:
    """Return the screen's width and height in pixels, from a whole handshake."""
    begin = 12 + 1 + handshake[12] + 4
    width, height = struct.unpack_from(">HH", handshake, begin)
    return width, height
