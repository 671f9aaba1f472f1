"""A viewer's side of a connection, without input and output: what to answer to what a server sends."""

from __future__ import annotations

import struct

from jupyter_vnc_proxy.rfb.filters.rectangles import PixelSizes
from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind, ServerMessageSplitter

from . import messages

SIZES = PixelSizes(pixel=4, tight=3)


def splitter() -> ServerMessageSplitter:
    """Return a splitter for what a server sends to this viewer."""
    return ServerMessageSplitter(lambda: 8, lambda: SIZES)


class Viewer:
    """Answers as noVNC does that paints at once: fences, update requests until continuous updates are there."""

    def __init__(self, quality: int, h264: bool = True) -> None:
        self.size = (0, 0)
        self.updates = 0
        self._settings = messages.pixel_format() + messages.set_encodings(quality, h264)
        self._splitter = splitter()
        self._head = bytearray()
        self._continuous = False

    def receive(self, data: bytes) -> bytes:
        """Take what has come from the server; return the answer, which may be empty.

        Send `messages.HELLO` first. Raise ``ProtocolError`` for what is no RFB.
        """
        answer = b""
        for piece in self._splitter.feed(data):
            match piece.kind:
                case ServerMessageKind.HANDSHAKE:
                    answer += self._handshake(piece.data)
                case ServerMessageKind.UPDATE if piece.begins:
                    self.updates += 1
                    if not self._continuous:
                        answer += messages.update_request(*self.size, incremental=True)
                case ServerMessageKind.FENCE:
                    answer += self._fence(piece.data, piece.begins)
                case ServerMessageKind.END_OF_CONTINUOUS_UPDATES if not self._continuous:
                    self._continuous = True
                    answer += messages.continuous_updates(*self.size)
        return answer

    def _handshake(self, data: bytes) -> bytes:
        """Take a part of the handshake; begin with its last one."""
        self._head += data
        security_types = self._head[12] if len(self._head) > 12 else 0
        begin = 12 + 1 + security_types + 4
        if len(self._head) < begin + 24:
            return b""
        self.size = struct.unpack_from(">HH", self._head, begin)
        if len(self._head) < begin + 24 + int.from_bytes(self._head[begin + 20 : begin + 24], "big"):
            return b""
        self._head.clear()
        return self._settings + messages.update_request(*self.size, incremental=False)

    def _fence(self, data: bytes, begins: bool) -> bytes:
        if begins:
            self._head.clear()
        self._head += data
        if len(self._head) < 9 + self._head[8]:
            return b""
        return messages.fence_answer(bytes(self._head))
