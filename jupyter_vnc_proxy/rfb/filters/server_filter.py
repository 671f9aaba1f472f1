"""Keeps the desktop's clipboard from a connection that has no right to it. Sans-I/O, with bounded memory."""

from __future__ import annotations

from ..encodings import PSEUDO_EXTENDED_CLIPBOARD
from ..rights import Right
from .client_filter import ClientFilter
from .server_stream import ServerMessageKind, ServerMessageSplitter

_OF_THE_CLIPBOARD = frozenset(
    (ServerMessageKind.CUT_TEXT, ServerMessageKind.CLIPBOARD_NOTIFY, ServerMessageKind.CLIPBOARD_PROVIDE)
)
"""Messages that tell what is on the clipboard, or that something is. The others of the extended clipboard are needed
by a client that may only put text there."""


class ServerFilter:
    """Takes all that the server sends, from its ProtocolVersion on, and returns what the client may see.

    For connections without ``CLIPBOARD_OUT``, and useful for every one that hasn't all rights: it also sees which
    extensions the server supports, without which ``client`` doesn't let them through. It must exist before ``client``
    is fed, which then forwards nothing that would make the server send what can't be measured.
    """

    def __init__(self, client: ClientFilter) -> None:
        self._client = client
        self._drops = False
        self._splitter = ServerMessageSplitter(lambda: client.minor_version, lambda: client.pixel_sizes)
        client.follow_server()

    def feed(self, data: bytes) -> bytes:
        """Take bytes, cut anywhere; return those to forward.

        Bytes of a picture aren't kept. A message that has begun is dropped or forwarded to its end, whatever becomes of
        the rights. Raise ``ProtocolError`` for what can't be split; the connection must be closed then.
        """
        forwarded: list[bytes] = []
        for piece in self._splitter.feed(data):
            if piece.begins:
                self._drops = piece.kind in _OF_THE_CLIPBOARD and Right.CLIPBOARD_OUT not in self._client.rights
                if piece.kind is ServerMessageKind.CLIPBOARD_CAPS:
                    self._client.server_supports.add(PSEUDO_EXTENDED_CLIPBOARD)
            if not self._drops:
                forwarded.append(piece.data)
        self._client.server_supports |= self._splitter.acknowledged
        return forwarded[0] if len(forwarded) == 1 else b"".join(forwarded)
