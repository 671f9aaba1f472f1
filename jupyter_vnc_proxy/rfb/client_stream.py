"""Splits what a client sends into its messages, wherever the bytes are cut. Sans-I/O, with bounded memory.

For a bridge between client and server, which sees one direction only: it may count, forward or drop whole messages.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from .client_messages import MessageKind, cut_text_kind, message_at
from .encodings import PSEUDO_EXTENDED_CLIPBOARD, PSEUDO_EXTENDED_MOUSE
from .errors import ProtocolError
from .handshake import SECURITY_NONE, VERSION, minor_version

MAX_WHOLE_BYTES = 4 + 4 * 0xFFFF
"""Messages of up to this many bytes come in one piece. Only a cut text can be longer than the longest SetEncodings."""

MIN_FIRST_PIECE_BYTES = 12
"""The first piece of a longer message has at least its type, its length and the extended clipboard's flags."""

LENGTH_CHANGING = frozenset((PSEUDO_EXTENDED_MOUSE, PSEUDO_EXTENDED_CLIPBOARD))
"""Pseudo-encodings that give a message another length once client and server agreed on them."""


class Piece(NamedTuple):
    """A message, or a part of a long one. The ``data`` of all pieces together is what the client sent."""

    kind: MessageKind
    data: bytes
    begins: bool = True
    ends: bool = True


class ClientMessageSplitter:
    """Follows one client from its ProtocolVersion on, through security type None and ClientInit.

    It can't see whether the server supports the `LENGTH_CHANGING` extensions, and a client that lies about them could
    hide messages in others. A bridge that enforces rights must therefore pass the ones that its server is known to
    support as ``server_supports``, and remove the others from SetEncodings before it forwards that; ``None`` believes
    the client, which is enough to count.

    After a message of an unknown type or length nobody can tell where the next one begins: the rest of the stream is
    one endless piece of the kind `MessageKind.UNKNOWN`, and `error` says why. A bridge that enforces rights must close
    the connection then.
    """

    def __init__(self, server_supports: Container[int] | None = None) -> None:
        self.error: str | None = None
        self._server_supports = server_supports
        self._announced: frozenset[int] = frozenset()
        self._unsplit = bytearray()
        self._kind = MessageKind.VERSION
        self._remaining = 0
        self._step: Callable[[int], Piece | None] = self._version

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes, cut anywhere; return the pieces that they complete.

        At most `MAX_WHOLE_BYTES` of an incomplete message are kept for the next call.
        """
        return list(self.split(data))

    def split(self, data: bytes) -> Iterator[Piece]:
        """Do as `feed`, but split no further than the caller has read, who may call `announce` in between."""
        self._unsplit += data
        at = 0
        while at < len(self._unsplit):
            try:
                piece = self._step(at)
            except ProtocolError as error:
                self.error = str(error)
                self._step = self._rest_of_stream
                piece = Piece(MessageKind.UNKNOWN, bytes(self._unsplit[at:]), ends=False)
            if piece is None:
                break
            at += len(piece.data)
            yield piece
        del self._unsplit[:at]

    def announce(self, encodings: Iterable[int]) -> None:
        """Count these encodings as announced: a bridge that rewrites SetEncodings tells what it forwarded."""
        self._announced = LENGTH_CHANGING.intersection(encodings)

    # -- the handshake ------------------------------------------------------------------------------------------------

    def _version(self, at: int) -> Piece | None:
        if (data := self._peek(at, len(VERSION))) is None:
            return None
        self._step = self._client_init if minor_version(data) == 3 else self._security_type
        return Piece(MessageKind.VERSION, data)

    def _security_type(self, at: int) -> Piece | None:
        data = bytes(self._unsplit[at : at + 1])
        if data[0] != SECURITY_NONE:
            raise ProtocolError(f"security type {data[0]} is followed by an authentication")
        self._step = self._client_init
        return Piece(MessageKind.SECURITY_TYPE, data)

    def _client_init(self, at: int) -> Piece | None:
        self._step = self._message
        return Piece(MessageKind.CLIENT_INIT, bytes(self._unsplit[at : at + 1]))

    # -- messages -----------------------------------------------------------------------------------------------------

    def _message(self, at: int) -> Piece | None:
        if (message := message_at(self._unsplit, at)) is None:
            return None
        if (head := self._peek(at, message.head)) is None:
            return None
        kind, size = message.kind, message.size(head, self._agreed)
        if kind is MessageKind.CUT_TEXT:
            if (head := self._peek(at, min(size, MIN_FIRST_PIECE_BYTES))) is None:
                return None
            kind = cut_text_kind(head)
        if size > MAX_WHOLE_BYTES:
            self._kind, self._remaining, self._step = kind, size, self._part
            return self._part(at)._replace(begins=True)
        if (data := self._peek(at, size)) is None:
            return None
        if kind is MessageKind.SET_ENCODINGS:
            self.announce(struct.unpack(f">{size // 4 - 1}i", data[4:]))
        return Piece(kind, data)

    def _part(self, at: int) -> Piece:
        data = bytes(self._unsplit[at : at + self._remaining])
        self._remaining -= len(data)
        if not self._remaining:
            self._step = self._message
        return Piece(self._kind, data, begins=False, ends=not self._remaining)

    def _rest_of_stream(self, at: int) -> Piece:
        return Piece(MessageKind.UNKNOWN, bytes(self._unsplit[at:]), begins=False, ends=False)

    def _agreed(self, encoding: int) -> bool:
        return encoding in self._announced and (self._server_supports is None or encoding in self._server_supports)

    def _peek(self, at: int, size: int) -> bytes | None:
        return bytes(self._unsplit[at : at + size]) if len(self._unsplit) - at >= size else None
