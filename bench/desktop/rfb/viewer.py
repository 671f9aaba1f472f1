"""A viewer's side of a connection, without input and output: what to answer to what a server sends."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind

from . import messages
from .assembler import Assembler, Message, size_of
from .recording import Piece


class Viewer:
    """Answers as noVNC does that paints at once: fences, update requests until continuous updates are there.

    ``on_update`` gets each FramebufferUpdate.
    """

    def __init__(self, quality: int, on_update: Callable[[Message], None] = lambda message: None) -> None:
        self.size = (0, 0)
        self.updates = 0
        self._on_update = on_update
        self._settings = messages.pixel_format() + messages.set_encodings(quality)
        self._assembler = Assembler()
        self._continuous = False

    def receive(self, piece: Piece) -> bytes:
        """Take what has come from the server; return the answer, which may be empty.

        Send `messages.HELLO` first. Raise ``ProtocolError`` for what is no RFB.
        """
        return b"".join(self._answer(message) for message in self._assembler.feed(piece))

    def _answer(self, message: Message) -> bytes:
        match message.kind:
            case ServerMessageKind.HANDSHAKE:
                self.size = size_of(message.data)
                return self._settings + messages.update_request(*self.size, incremental=False)
            case ServerMessageKind.UPDATE:
                self.updates += 1
                self._on_update(message)
                return b"" if self._continuous else messages.update_request(*self.size, incremental=True)
            case ServerMessageKind.FENCE:
                return messages.fence_answer(message.data)
            case ServerMessageKind.END_OF_CONTINUOUS_UPDATES if not self._continuous:
                self._continuous = True
                return messages.continuous_updates(*self.size)
        return b""
