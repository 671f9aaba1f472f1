"""XKB, the X server's keyboard extension: the few of its requests that we make, and its events.

Import this before a connection is made: xcffib knows the events of the extensions that are registered by then. Its own
module for XKB, of 10,000 lines, takes 1.4 MB of memory in each server. The formats are those of the protocol's
specification (xkbproto).
"""

from __future__ import annotations

import io
import struct
from typing import Any

import xcffib

CORE_KEYBOARD = 0x100
"""XkbUseCoreKbd: the keyboard that clients see."""

NEW_KEYBOARD, MAP, INDICATOR_STATE = 0, 1, 4
"""Kinds of an event (``xkbType``) that `Xkb.select` asks for."""

USE_EXTENSION, SELECT_EVENTS, GET_STATE, GET_MAP, GET_INDICATOR_STATE = 0, 1, 4, 8, 12
"""Minor opcodes."""


class XkbEvent(xcffib.Event):  # type: ignore[misc]
    """Any event of the extension: all have one number, and `kind` tells them apart."""

    xge = False

    def __init__(self, unpacker: Any) -> None:
        super().__init__(unpacker)
        (self.kind,) = unpacker.unpack("=xB30x")


class XkbError(xcffib.Error):  # type: ignore[misc]
    """The extension's error: a keyboard that doesn't exist."""

    xge = False


class _Reply(xcffib.Reply):  # type: ignore[misc]
    def __init__(self, unpacker: Any) -> None:
        self.data = bytes(unpacker.buf)


class _Cookie(xcffib.Cookie):  # type: ignore[misc]
    reply_type = _Reply


class Answer:
    """The reply to come of a request."""

    def __init__(self, cookie: xcffib.Cookie) -> None:
        self._cookie = cookie

    def data(self) -> bytes:
        """Wait for the reply, and return all of it, in the machine's byte order."""
        return bytes(self._cookie.reply().data)


class Xkb(xcffib.Extension):  # type: ignore[misc]
    """The extension on a connection: ``connection(xkb.KEY)``. Requests raise what xcffib's own do."""

    def start(self) -> None:
        """Announce that we use the extension, version 1.0; every client has to, first."""
        self._ask(USE_EXTENSION, struct.pack("=HH", 1, 0)).data()

    def select(self, *kinds: int) -> None:
        """Ask for events of these kinds, with all their details."""
        mask = sum(1 << kind for kind in kinds)
        request = struct.pack("=4xHHHHHH", CORE_KEYBOARD, mask, 0, mask, 0, 0)
        self.send_request(SELECT_EVENTS, io.BytesIO(request), is_checked=False)

    def ask_state(self) -> Answer:
        """Request the state, which `state_of` reads."""
        return self._ask(GET_STATE, struct.pack("=H2x", CORE_KEYBOARD))

    def indicators(self) -> int:
        """Return a bit for each indicator that is lit."""
        data = self._ask(GET_INDICATOR_STATE, struct.pack("=H2x", CORE_KEYBOARD)).data()
        return int(struct.unpack_from("=I", data, 8)[0])

    def ask_map(self, parts: int) -> Answer:
        """Request parts of the map (XkbMapPartMask), whole."""
        return self._ask(GET_MAP, struct.pack("=HHH", CORE_KEYBOARD, parts, 0).ljust(24, b"\0"))

    def _ask(self, opcode: int, fields: bytes) -> Answer:
        request = io.BytesIO(bytes(4) + fields)  # xcffib fills in the header
        return Answer(self.send_request(opcode, request, _Cookie, is_checked=True))


def state_of(answer: Answer) -> tuple[int, int]:
    """Wait for the state; return the effective modifiers, as the core protocol's mask, and the effective group."""
    modifiers, group = struct.unpack_from("=B3xB", answer.data(), 8)
    return modifiers, group


KEY = xcffib.ExtensionKey("XKEYBOARD")

xcffib.extensions[KEY] = (Xkb, {NEW_KEYBOARD: XkbEvent}, {0: XkbError})
