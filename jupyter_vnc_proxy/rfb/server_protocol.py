"""The server's side of RFB 3.8, sans I/O: bytes in, events and the handshake's bytes out."""

from __future__ import annotations

import struct
from collections.abc import Callable

from . import extended_clipboard
from .client_messages import MessageKind, message_at
from .encodings import (
    PSEUDO_COMPRESSION_0,
    PSEUDO_COMPRESSION_9,
    PSEUDO_QUALITY_0,
    PSEUDO_QUALITY_9,
    PSEUDO_RELATIVE_POINTER,
    RELATIVE_ORIGIN,
)
from .errors import ProtocolError
from .events import (
    ClientReady,
    ClipboardTooLong,
    EncodingsChanged,
    Event,
    PixelFormatChanged,
    PointerEvent,
    PointerMotion,
)
from .handshake import SECURITY_NONE, SECURITY_RESULT_FAILED, SECURITY_RESULT_OK, VERSION, minor_version
from .pixel_format import NATIVE

MAX_CUT_TEXT_BYTES = extended_clipboard.MAX_TEXT_BYTES + 64 * 1024
"""A cut text that is kept: the longest text, and what zlib may add to text that can't be compressed."""

MAX_SKIPPED_BYTES = 256 * 1024 * 1024
"""A longer cut text is read and dropped, up to this length: somebody copied too much. Beyond it is an error."""


class ServerProtocol:
    """One client's connection. ServerInit sends ``width`` and ``height`` (pixels) and ``name`` as they are then.

    ``receive`` takes the client's bytes, ``take`` returns what the handshake has to send, first of all our version.
    Memory is bounded: at most `MAX_CUT_TEXT_BYTES` of an unfinished message are kept, and what was received at once.
    """

    def __init__(self, name: str, width: int, height: int) -> None:
        self.name = name
        self.width = width
        self.height = height
        self.pixel_format = NATIVE
        self.encodings: tuple[int, ...] = ()
        self.ready = False
        self._known: frozenset[int] = frozenset()
        self._minor = 8
        self._in = bytearray()
        self._skip = 0
        self._out = bytearray(VERSION)
        self._step: Callable[[int], tuple[int, Event | None] | None] = self._version

    def supports(self, encoding: int) -> bool:
        """Return whether the client announced an encoding or a pseudo-encoding."""
        return encoding in self._known

    @property
    def quality_level(self) -> int | None:
        """The JPEG quality level that the client announced, 0 (worst) to 9; ``None``: no JPEG in Tight (rfbproto)."""
        return self._level(PSEUDO_QUALITY_0, PSEUDO_QUALITY_9)

    @property
    def compression_level(self) -> int | None:
        """The compression level that the client announced, 0 (fastest) to 9, or ``None`` (rfbproto)."""
        return self._level(PSEUDO_COMPRESSION_0, PSEUDO_COMPRESSION_9)

    def take(self) -> bytes:
        """Return what the handshake has to send since the last call; also after ``receive`` has raised."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes, cut anywhere, and return their events; the attributes are those after the last event.

        Raise ``ProtocolError`` if they break the protocol, and on every call after that.
        """
        self._in += data
        events: list[Event] = []
        at = 0
        try:
            while True:
                if self._skip:
                    skipped = min(self._skip, len(self._in) - at)
                    self._skip -= skipped
                    at += skipped
                done = None if self._skip else self._step(at)
                if done is None:
                    break
                size, event = done
                at += size
                if event is not None:
                    events.append(event)
        except ProtocolError as error:
            self._fail(error)
            raise
        del self._in[:at]
        return events

    # -- the handshake (RFC 6143, sections 7.1 to 7.3): each step returns how many bytes it used, None for too few ---

    def _version(self, at: int) -> tuple[int, Event | None] | None:
        if (data := self._peek(at, len(VERSION))) is None:
            return None
        self._minor = minor_version(data)
        if self._minor == 3:
            self._out += struct.pack(">I", SECURITY_NONE)
            self._step = self._client_init
        else:
            self._out += bytes([1, SECURITY_NONE])
            self._step = self._security
        return len(data), None

    def _security(self, at: int) -> tuple[int, Event | None] | None:
        if (data := self._peek(at, 1)) is None:
            return None
        if data[0] != SECURITY_NONE:
            reason = f"security type {data[0]} was not offered"
            if self._minor == 8:
                self._out += struct.pack(">II", SECURITY_RESULT_FAILED, len(reason)) + reason.encode()
            raise ProtocolError(reason)
        if self._minor == 8:
            self._out += struct.pack(">I", SECURITY_RESULT_OK)
        self._step = self._client_init
        return 1, None

    def _client_init(self, at: int) -> tuple[int, Event | None] | None:
        if (data := self._peek(at, 1)) is None:
            return None
        name = self.name.encode("utf-8", "replace")
        self._out += struct.pack(">HH", self.width, self.height) + NATIVE.pack()
        self._out += struct.pack(">I", len(name)) + name
        self.ready = True
        self._step = self._message
        return 1, ClientReady(bool(data[0]))

    # -- after it -----------------------------------------------------------------------------------------------------

    def _message(self, at: int) -> tuple[int, Event | None] | None:
        if at >= len(self._in):
            return None
        message = message_at(self._in, at)
        if message is None:
            return None
        if message.parse is None:
            raise ProtocolError(f"a message that is not supported: {message.kind.value}")
        if (head := self._peek(at, message.head)) is None:
            return None
        size = message.size(head, self.supports)
        if message.max_size is not None and size > message.max_size:
            raise ProtocolError(f"{message.kind.value} of {size} bytes")
        if message.kind is MessageKind.CUT_TEXT and size > 8 + MAX_CUT_TEXT_BYTES:
            if size > 8 + MAX_SKIPPED_BYTES:
                raise ProtocolError(f"a cut text of {size - 8} bytes")
            self._skip = size
            return 0, ClipboardTooLong(size - 8)
        if (data := self._peek(at, size)) is None:
            return None
        event = message.parse(data)
        if isinstance(event, EncodingsChanged):
            self.encodings = event.encodings
            self._known = frozenset(event.encodings)
        elif isinstance(event, PixelFormatChanged):
            self.pixel_format = event.format
        elif isinstance(event, PointerEvent) and self.supports(PSEUDO_RELATIVE_POINTER):
            event = PointerMotion(event.x - RELATIVE_ORIGIN, event.y - RELATIVE_ORIGIN, event.buttons)
        return size, event

    def _peek(self, at: int, size: int) -> bytes | None:
        return bytes(self._in[at : at + size]) if len(self._in) - at >= size else None

    def _level(self, lowest: int, highest: int) -> int | None:
        """Return the level of the first announced pseudo-encoding between the two, which is the preferred one."""
        return next((each - lowest for each in self.encodings if lowest <= each <= highest), None)

    def _fail(self, error: ProtocolError) -> None:
        def again(at: int) -> tuple[int, Event | None] | None:
            raise ProtocolError(str(error))

        self._in.clear()
        self._step = again
