"""Splits what a server sends into its messages, wherever the bytes are cut. Sans-I/O, with bounded memory.

An update has no length of its own, so every rectangle must be measured: a bridge that splits a server's messages must
let the client announce `MEASURABLE` encodings only. Sources: RFC 6143, sections 7.1 to 7.8; for Tight, H.264, the
cursors and the newer messages rfbproto.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from enum import Enum
from typing import NamedTuple

from .. import extended_clipboard
from ..encodings import PSEUDO_EXTENDED_MOUSE
from ..errors import ProtocolError
from ..handshake import SECURITY_NONE, SECURITY_RESULT_OK, VERSION, minor_version
from ..pixel_format import PixelFormat
from ..server_messages import (
    SERVER_BELL,
    SERVER_COLOUR_MAP,
    SERVER_CUT_TEXT,
    SERVER_END_OF_CONTINUOUS_UPDATES,
    SERVER_FENCE,
    SERVER_UPDATE,
    SERVER_XVP,
)
from .rectangles import FIXED_BYTES, SIZES, PixelSizes, ends_update, pixel_sizes

_RECTANGLE = struct.Struct(">4xHHi")


class ServerMessageKind(Enum):
    """What a message is; the value names it in logs. The clipboard's actions are kinds of their own."""

    HANDSHAKE = "handshake"
    UPDATE = "FramebufferUpdate"
    COLOUR_MAP = "SetColourMapEntries"
    BELL = "Bell"
    CUT_TEXT = "ServerCutText"
    CLIPBOARD_CAPS = "extended clipboard caps"
    CLIPBOARD_REQUEST = "extended clipboard request"
    CLIPBOARD_PEEK = "extended clipboard peek"
    CLIPBOARD_NOTIFY = "extended clipboard notify"
    CLIPBOARD_PROVIDE = "extended clipboard provide"
    END_OF_CONTINUOUS_UPDATES = "EndOfContinuousUpdates"
    FENCE = "ServerFence"
    XVP = "xvp"


_Kind = ServerMessageKind

_CLIPBOARD_KINDS = {
    extended_clipboard.CAPS: _Kind.CLIPBOARD_CAPS,
    extended_clipboard.REQUEST: _Kind.CLIPBOARD_REQUEST,
    extended_clipboard.PEEK: _Kind.CLIPBOARD_PEEK,
    extended_clipboard.NOTIFY: _Kind.CLIPBOARD_NOTIFY,
    extended_clipboard.PROVIDE: _Kind.CLIPBOARD_PROVIDE,
}

Parser = Generator["int | None", bytes, None]
"""Yields how many bytes it needs next, ``-n`` to skip ``n`` bytes, and ``None`` at the end of a message."""


class ServerPiece(NamedTuple):
    """A message, or the part of it that has come. The ``data`` of all pieces together is what the server sent."""

    kind: ServerMessageKind
    data: bytes
    begins: bool


class ServerMessageSplitter:
    """Follows one server from its ProtocolVersion on, through security type None and ServerInit.

    ``client_minor`` returns the minor version that the client has chosen, ``requested_format`` the sizes of the pixels
    that it has requested; both ``None`` if it hasn't. They are called when they are needed, so they count as long as
    the client may only change the format before its first update request: it can't be seen when a server applies it.
    """

    def __init__(
        self, client_minor: Callable[[], int | None], requested_format: Callable[[], PixelSizes | None]
    ) -> None:
        self.acknowledged: set[int] = set()
        """Pseudo-encodings that the server has confirmed with a rectangle of their own."""
        self._client_minor = client_minor
        self._requested_format = requested_format
        self._format: PixelSizes | None = None
        self._kind: ServerMessageKind | None = None
        self._begins = True
        self._unsplit = b""
        self._parsed = 0
        self._error: ProtocolError | None = None
        self._parser = self._parse()
        self._wanted = next(self._parser)

    def feed(self, data: bytes) -> list[ServerPiece]:
        """Take bytes, cut anywhere; return what has come of the messages whose kind is known.

        Only the head of a message or a rectangle, at most some twenty bytes, is kept for the next call. Raise
        ``ProtocolError`` for what can't be split, and on every call after that.
        """
        if self._error is not None:
            raise self._error
        if self._unsplit:
            data = self._unsplit + data
        pieces: list[ServerPiece] = []
        size, at, begin, wanted = len(data), self._parsed, 0, self._wanted
        try:
            while True:
                found = b""
                if wanted is None:
                    self._end(pieces, data[begin:at])
                    begin = at
                elif wanted >= 0:
                    if size - at < wanted:
                        break
                    found = data[at : at + wanted]
                    at += wanted
                else:
                    step = min(-wanted, size - at)
                    at += step
                    wanted += step
                    if wanted:
                        break
                wanted = self._parser.send(found)
        except ProtocolError as error:
            self._error = error
            raise
        if self._kind is not None and begin < at:
            pieces.append(ServerPiece(self._kind, data[begin:at], self._begins))
            self._begins = False
            begin = at
        self._unsplit, self._parsed, self._wanted = data[begin:], at - begin, wanted
        return pieces

    @property
    def is_between_messages(self) -> bool:
        """Whether everything that has come is whole messages."""
        return self._kind is None and not self._unsplit

    def _end(self, pieces: list[ServerPiece], data: bytes) -> None:
        if self._kind is not None and data:
            pieces.append(ServerPiece(self._kind, data, self._begins))
        self._kind = None
        self._begins = True

    # -- the handshake (RFC 6143, sections 7.1 to 7.3) ----------------------------------------------------------------

    def _parse(self) -> Parser:
        self._kind = _Kind.HANDSHAKE
        yield from self._handshake()
        yield None
        while True:
            number = (yield 1)[0]
            yield from self._message(number)
            yield None

    def _handshake(self) -> Parser:
        if minor_version((yield len(VERSION))) != 8:
            raise ProtocolError("a server that is older than RFB 3.8")
        head = yield 1  # after the client's version, which tells what follows
        minor = self._client_minor()
        if minor is None:
            raise ProtocolError("a server that goes on before the client has chosen a version")
        if minor == 3:
            if head + (yield 3) != SECURITY_NONE.to_bytes(4, "big"):
                raise ProtocolError("a server that requires an authentication")
        elif SECURITY_NONE not in (yield head[0]):
            raise ProtocolError("a server that requires an authentication")
        if minor == 8 and int.from_bytes((yield 4), "big") != SECURITY_RESULT_OK:
            raise ProtocolError("a server that refuses the connection")
        yield 4
        self._format = pixel_sizes((yield PixelFormat.SIZE))
        yield -int.from_bytes((yield 4), "big")

    # -- messages (RFC 6143, section 7.6; from 150 on: rfbproto) ------------------------------------------------------

    def _message(self, number: int) -> Parser:
        if number == SERVER_UPDATE:
            self._kind = _Kind.UPDATE
            yield from self._update()
        elif number == SERVER_COLOUR_MAP:
            self._kind = _Kind.COLOUR_MAP
            yield -6 * int.from_bytes((yield 5)[3:], "big")
        elif number == SERVER_BELL:
            self._kind = _Kind.BELL
        elif number == SERVER_CUT_TEXT:
            yield from self._cut_text()
        elif number == SERVER_END_OF_CONTINUOUS_UPDATES:
            self._kind = _Kind.END_OF_CONTINUOUS_UPDATES
        elif number == SERVER_FENCE:
            self._kind = _Kind.FENCE
            yield -(yield 8)[7]
        elif number == SERVER_XVP:
            self._kind = _Kind.XVP
            yield 3
        else:
            raise ProtocolError(f"unknown message type {number} of the server")

    def _cut_text(self) -> Parser:
        """RFC 6143, section 7.6.4, and rfbproto, Extended Clipboard: its length is negative."""
        length = int.from_bytes((yield 7)[3:], "big", signed=True)
        if length >= 0:
            self._kind = _Kind.CUT_TEXT
            yield -length
            return
        if length > -4:
            raise ProtocolError("an extended clipboard message without flags")
        self._kind = _CLIPBOARD_KINDS[extended_clipboard.action_of((yield 4))]
        yield length + 4

    def _update(self) -> Parser:
        count = int.from_bytes((yield 3)[1:], "big")
        sizes = self._requested_format() or self._format
        if sizes is None and count:
            raise ProtocolError("an update in a pixel format that can't be measured")
        while count:
            width, height, encoding = _RECTANGLE.unpack((yield _RECTANGLE.size))
            if ends_update(encoding):
                return
            if encoding == PSEUDO_EXTENDED_MOUSE:
                self.acknowledged.add(encoding)
            if (size := FIXED_BYTES.get(encoding)) is not None:
                yield -size
            elif (measure := SIZES.get(encoding)) is not None and sizes is not None:
                yield from measure(width, height, sizes)
            else:
                raise ProtocolError(f"a rectangle of the encoding {encoding}, which can't be measured")
            count -= 1
