"""Lets through what a client may send, and nothing else. Sans-I/O, with bounded memory.

Everything is decided on whole messages, by the table of `client_messages`. That is worth something only if the server
reads the same messages as we do, whatever a client does to make it read others: a key event that hides in what we take
for a fence's payload must not become a key event at the server. Therefore the *output* of a connection that hasn't all
rights is unambiguous by itself:

* Only messages with one length are forwarded. gii and QEMU audio are dropped, as is a fence with a payload that no
  server accepts. A server that doesn't know a type closes the connection.
* An extra byte of a pointer event (`PSEUDO_EXTENDED_MOUSE`) is forwarded only if the last SetEncodings that we
  forwarded announced it and the server is known to support it. Otherwise the bit that announces the byte is cleared and
  the byte removed, so that six bytes are what every server reads.
* A negative length of a cut text (`PSEUDO_EXTENDED_CLIPBOARD`), which others read as a huge one or as none, is
  forwarded under the same conditions. It is never -2**31, which has no absolute value in 32 bits.
* "Known" is what the bridge says or a `ServerFilter` has read from the server itself; the client is never believed.
  Without either, both are removed from SetEncodings, so that an honest client never uses them.
* The version is written as one of those that RFC 6143 knows, because servers disagree on the others.

So the server's reading of the output doesn't depend on what we assumed about the input: if a client makes us split its
bytes in the wrong places, then what we take for its messages is what it sends, and what it may not send isn't there.

With all rights the client is believed: there is nothing to hide, and the server's stream needs no filter. If it then
sent something that isn't unambiguous, server and filter may have parted, and the connection can't be restricted any
more: once a right is taken away, it ends with an `UnknownMessageError`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..client_messages import MORE_BUTTONS, MessageKind, desktop_size
from ..client_stream import LENGTH_CHANGING, ClientMessageSplitter, Piece
from ..encodings import PSEUDO_EXTENDED_CLIPBOARD, PSEUDO_EXTENDED_MOUSE, PSEUDO_RELATIVE_POINTER
from ..errors import ProtocolError
from ..events import MAX_FENCE_BYTES
from ..handshake import minor_version
from ..rights import Right
from .held_input import HeldInput
from .rectangles import MEASURABLE, PixelSizes, pixel_sizes

_Kind = MessageKind

NEEDED = {
    _Kind.UPDATE_REQUEST: Right.SEE,
    _Kind.CONTINUOUS_UPDATES: Right.SEE,
    _Kind.KEY: Right.KEYS,
    _Kind.QEMU_KEY: Right.KEYS,
    _Kind.XVP: Right.KEYS,
    _Kind.POINTER: Right.POINTER,
    _Kind.CUT_TEXT: Right.CLIPBOARD_IN,
    _Kind.CLIPBOARD_NOTIFY: Right.CLIPBOARD_IN,
    _Kind.CLIPBOARD_PROVIDE: Right.CLIPBOARD_IN,
    _Kind.CLIPBOARD_REQUEST: Right.CLIPBOARD_OUT,
    _Kind.CLIPBOARD_PEEK: Right.CLIPBOARD_OUT,
    _Kind.SET_DESKTOP_SIZE: Right.RESIZE,
    _Kind.GII_EVENTS: Right.RFB,
    _Kind.GII_DEVICE: Right.RFB,
    _Kind.QEMU_AUDIO: Right.RFB,
}
"""The rights that a message needs; the others need none."""

PERSON_KINDS = frozenset(
    (
        _Kind.KEY,
        _Kind.QEMU_KEY,
        _Kind.POINTER,
        _Kind.GII_EVENTS,
        _Kind.CUT_TEXT,
        _Kind.CLIPBOARD_NOTIFY,
        _Kind.CLIPBOARD_PROVIDE,
    )
)
"""Messages that only a person causes. A viewer requests updates, answers fences, asks for sizes and for the desktop's
clipboard by itself."""

_EXTENDED_CLIPBOARD = frozenset(
    (
        _Kind.CLIPBOARD_CAPS,
        _Kind.CLIPBOARD_REQUEST,
        _Kind.CLIPBOARD_PEEK,
        _Kind.CLIPBOARD_NOTIFY,
        _Kind.CLIPBOARD_PROVIDE,
    )
)
_UNCERTAIN = frozenset((_Kind.GII_EVENTS, _Kind.GII_DEVICE, _Kind.QEMU_AUDIO))
"""Servers read these by their fields or by their length."""

_CLIPBOARD = Right.CLIPBOARD_IN | Right.CLIPBOARD_OUT
_NO_ABSOLUTE_VALUE = b"\x80\0\0\0"
_NOTHING = b""


class UnknownMessageError(ProtocolError):
    """The client sent what the filter can't follow; the connection must be closed. The message is a sentence."""


class Filtered(NamedTuple):
    """What `ClientFilter.feed` let through: the bytes, and whether a person caused a message among them."""

    data: bytes
    human: bool


class ClientFilter:
    """Takes all that a client sends, from its ProtocolVersion on, and returns what the server may get.

    ``rights`` may be changed at any time, and counts from the next message on; call `release` after rights were
    withdrawn. ``server_supports``: which of `LENGTH_CHANGING` the server is known to support; a `ServerFilter` adds
    what it sees. The server must speak RFB 3.8 and offer security type None.
    """

    def __init__(self, rights: Right, server_supports: Iterable[int] = ()) -> None:
        self.rights = rights
        self.server_supports = set(server_supports)
        self.minor_version: int | None = None
        """What the client has chosen: 3, 7 or 8, once it has."""
        self.pixel_sizes: PixelSizes | None = None
        """Of the format that the client has requested, once it has; followed only for a `ServerFilter`."""
        self.is_size_fixed: Callable[[], bool] = lambda: False
        """Returns whether requests for another size of the desktop are dropped, whatever the rights."""
        self._server_followed = False
        self._updates_requested = False
        self._splitter = ClientMessageSplitter()
        self._ever_announced: frozenset[int] = frozenset()
        self._ambiguous = False
        self._passes = True
        self._within_message = False
        self._held = HeldInput()
        self._error: UnknownMessageError | None = None

    def follow_server(self) -> None:
        """Announce only what can be measured: a `ServerFilter` splits what the server sends."""
        if self.minor_version is not None:
            raise ValueError("a server can be followed only from the beginning")
        self._server_followed = True

    def feed(self, data: bytes) -> Filtered:
        """Take bytes, cut anywhere; return those to forward, whole messages or parts of a long cut text.

        Raise `UnknownMessageError` for a message that can't be followed, and on every call after that.
        """
        if self._error is not None:
            raise self._error
        forwarded: list[bytes] = []
        human = False
        try:
            for piece in self._splitter.split(data):
                if passed := self._filtered(piece):
                    forwarded.append(passed)
                    human = human or (piece.begins and piece.kind in PERSON_KINDS)
        except ProtocolError as error:
            self._error = UnknownMessageError(str(error))
            raise self._error from error
        return Filtered(forwarded[0] if len(forwarded) == 1 else b"".join(forwarded), human)

    def release(self) -> bytes:
        """Return messages that release the keys and buttons whose right is gone, to be sent to the server at once.

        Set `rights` first. Raise `UnknownMessageError` if a long cut text has been forwarded in part, because nothing
        can be sent in the middle of it, or if the connection can't be restricted: it must be closed then, which
        releases them as well.
        """
        try:
            if self._error is not None:
                raise self._error
            self._check_certain()
            if self._within_message and self._held.any_without(self.rights):
                raise UnknownMessageError("rights were withdrawn while the client sent a long clipboard text")
        except UnknownMessageError as error:
            self._error = error
            raise
        return self._held.release(self.rights)

    # -- one piece ----------------------------------------------------------------------------------------------------

    def _filtered(self, piece: Piece) -> bytes:
        if piece.kind is _Kind.UNKNOWN:
            raise UnknownMessageError(f"the client sent what can't be checked: {self._splitter.error}")
        self._check_certain()
        if not piece.begins:
            self._within_message = self._passes and not piece.ends
            return piece.data if self._passes else _NOTHING
        data = self._message(piece.kind, piece.data) if self._allowed(piece) else _NOTHING
        self._passes = bool(data)
        self._within_message = self._passes and not piece.ends
        return data

    @property
    def _unrestricted(self) -> bool:
        return Right.RFB in self.rights

    def _check_certain(self) -> None:
        if self._ambiguous and not self._unrestricted:
            raise UnknownMessageError("rights were withdrawn, and the client must connect again")

    def _allowed(self, piece: Piece) -> bool:
        kind = piece.kind
        if kind is _Kind.SET_DESKTOP_SIZE and self.is_size_fixed():
            return False
        if (needed := NEEDED.get(kind)) is not None and needed not in self.rights:
            return False
        if kind is _Kind.CLIPBOARD_CAPS and not self.rights & _CLIPBOARD:
            return False
        if self._has_one_length(piece):
            return True
        self._ambiguous |= self._unrestricted
        return self._unrestricted

    def _has_one_length(self, piece: Piece) -> bool:
        """Return whether every server that may be there reads the message as we do; pointer events are made to."""
        if piece.kind is _Kind.FENCE:
            return piece.data[8] <= MAX_FENCE_BYTES
        if piece.kind in _EXTENDED_CLIPBOARD:
            return PSEUDO_EXTENDED_CLIPBOARD in self.server_supports and piece.data[4:8] != _NO_ABSOLUTE_VALUE
        return piece.kind not in _UNCERTAIN

    def _message(self, kind: MessageKind, data: bytes) -> bytes:
        """Return what to forward for a message that is allowed."""
        if kind is _Kind.POINTER:
            data = self._pointer(data)
            return data + self._held.pointer(data)
        if kind in (_Kind.KEY, _Kind.QEMU_KEY):
            return data + self._held.key(data)
        if kind is _Kind.SET_ENCODINGS:
            return self._set_encodings(data)
        if kind is _Kind.SET_PIXEL_FORMAT:
            self._set_pixel_format(data)
        elif kind in (_Kind.UPDATE_REQUEST, _Kind.CONTINUOUS_UPDATES):
            self._updates_requested = True
        elif kind is _Kind.SET_DESKTOP_SIZE:
            return data if desktop_size(data).is_possible else _NOTHING
        elif kind is _Kind.VERSION:
            self.minor_version = minor_version(data)
            return b"RFB 003.%03d\n" % self.minor_version
        elif kind is _Kind.CLIENT_INIT and not self._unrestricted:
            return b"\1"  # shared: it must not disconnect the others
        return data

    def _pointer(self, data: bytes) -> bytes:
        if not data[1] & MORE_BUTTONS:
            return data
        if len(data) == 7 and PSEUDO_EXTENDED_MOUSE in self.server_supports:
            return data  # the splitter has seen that it is announced
        if self._unrestricted:
            self._ambiguous |= PSEUDO_EXTENDED_MOUSE in self._ever_announced
            return data
        return bytes((data[0], data[1] & ~MORE_BUTTONS)) + data[2:6]

    def _set_encodings(self, data: bytes) -> bytes:
        encodings: tuple[int, ...] = struct.unpack(f">{len(data) // 4 - 1}i", data[4:])
        forwarded = tuple(each for each in encodings if self._may_announce(each))
        self._ever_announced |= LENGTH_CHANGING.intersection(forwarded)
        self._splitter.announce(forwarded)
        self._held.is_relative = PSEUDO_RELATIVE_POINTER in forwarded
        if forwarded == encodings:
            return data
        return struct.pack(f">BxH{len(forwarded)}i", data[0], len(forwarded), *forwarded)

    def _may_announce(self, encoding: int) -> bool:
        if (self._server_followed or Right.CLIPBOARD_OUT not in self.rights) and encoding not in MEASURABLE:
            return False
        if encoding == PSEUDO_RELATIVE_POINTER:
            return Right.POINTER in self.rights
        if self._unrestricted or encoding not in LENGTH_CHANGING:
            return True
        if encoding == PSEUDO_EXTENDED_CLIPBOARD and not self.rights & _CLIPBOARD:
            return False
        return self._server_followed or encoding in self.server_supports

    def _set_pixel_format(self, data: bytes) -> None:
        if not self._server_followed:
            return
        sizes = pixel_sizes(data[4:])
        if sizes is None:
            raise UnknownMessageError("the client requested a pixel format whose pixels can't be measured")
        if self._updates_requested and sizes != self.pixel_sizes:
            raise UnknownMessageError("the client changed the size of pixels after its first update request")
        self.pixel_sizes = sizes
