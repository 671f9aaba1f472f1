"""The server's side of RFB 3.8 without input or output: bytes in, events and the handshake's bytes out."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from .client_messages import CLIENT_MESSAGES, MAX_CUT_TEXT
from .errors import ProtocolError
from .events import ClientReady, ClipboardTooLong, EncodingsChanged, Event, PixelFormatChanged
from .pixel_format import NATIVE
from .server_messages import PSEUDO_COMPRESSION_0, PSEUDO_COMPRESSION_9, PSEUDO_QUALITY_0, PSEUDO_QUALITY_9

__all__ = ["ProtocolError", "ServerProtocol"]

VERSION = b"RFB 003.008\n"
SECURITY_NONE = 1
SECURITY_DONE, SECURITY_FAILED = 0, 1


class ServerProtocol:
    """One client's connection. ``width`` and ``height`` (pixels) and ``name`` are those that ServerInit will tell.

    ``receive`` takes what came, ``take`` gives what the handshake has to send: first of all our version. Memory is
    bounded: what is kept of an unfinished message is at most ``MAX_CUT_TEXT`` and what was received at once.
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
        """Tell whether the client announced an encoding or a pseudo-encoding."""
        return encoding in self._known

    @property
    def quality_level(self) -> int | None:
        """The quality of JPEG that the client asks for, 0 (worst) to 9; ``None``: no JPEG in Tight (rfbproto)."""
        return self._level(PSEUDO_QUALITY_0, PSEUDO_QUALITY_9)

    @property
    def compression_level(self) -> int | None:
        """The effort at compressing that the client asks for, 0 (least) to 9, or ``None`` (rfbproto)."""
        return self._level(PSEUDO_COMPRESSION_0, PSEUDO_COMPRESSION_9)

    def take(self) -> bytes:
        """Return what has to be sent for the handshake since the last call; also after ``receive`` has raised."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes, cut anywhere, and return what they say; the attributes are those after the last event.

        Raise ``ProtocolError`` where they are nonsense, and at each call after that.
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

    # -- the handshake (RFC 6143, sections 7.1 to 7.3): each step returns how many bytes it took, or None for too few -

    def _version(self, at: int) -> tuple[int, Event | None] | None:
        """Versions that nobody specified count as the last one below them, as TigerVNC has it."""
        if (data := self._peek(at, len(VERSION))) is None:
            return None
        found = re.fullmatch(rb"RFB 003\.(\d{3})\n", data)
        if found is None or int(found[1]) < 3:
            raise ProtocolError(f"not a version of RFB 3: {data!r}")
        self._minor = max(minor for minor in (3, 7, 8) if minor <= int(found[1]))
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
                self._out += struct.pack(">II", SECURITY_FAILED, len(reason)) + reason.encode()
            raise ProtocolError(reason)
        if self._minor == 8:
            self._out += struct.pack(">I", SECURITY_DONE)
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
        message = CLIENT_MESSAGES.get(self._in[at])
        if message is None:
            raise ProtocolError(f"an unknown message: {self._in[at]}")
        size = message.head
        if message.size is not None:
            if (head := self._peek(at, size)) is None:
                return None
            size = message.size(head, self.supports)
            if size > 8 + MAX_CUT_TEXT:  # nothing else is as long
                self._skip = size
                return 0, ClipboardTooLong(size - 8)
        if (data := self._peek(at, size)) is None:
            return None
        event = message.parse(data, self.supports)
        if isinstance(event, EncodingsChanged):
            self.encodings = event.encodings
            self._known = frozenset(event.encodings)
        elif isinstance(event, PixelFormatChanged):
            self.pixel_format = event.format
        return size, event

    def _peek(self, at: int, size: int) -> bytes | None:
        return bytes(self._in[at : at + size]) if len(self._in) - at >= size else None

    def _level(self, lowest: int, highest: int) -> int | None:
        """Return the level of the first pseudo-encoding between the two, which is the one best liked."""
        return next((each - lowest for each in self.encodings if lowest <= each <= highest), None)

    def _fail(self, error: ProtocolError) -> None:
        def again(at: int) -> tuple[int, Event | None] | None:
            raise ProtocolError(str(error))

        self._in.clear()
        self._step = again
