"""What a person does, seen in the bytes that a viewer sends: RFB client messages, read without answering them.

Message types and lengths: RFC 6143, section 7.5, and the community's rfbproto for the extensions. Sans-I/O.
"""

from __future__ import annotations

KEY_EVENT = 4
POINTER_EVENT = 5
CLIENT_CUT_TEXT = 6
QEMU = 255
HUMAN = frozenset((KEY_EVENT, POINTER_EVENT, CLIENT_CUT_TEXT, QEMU))
"""Messages that only a person causes; asking for updates, fences and sizes are the viewer's own."""

FIXED = {0: 20, 3: 10, KEY_EVENT: 8, POINTER_EVENT: 6, 150: 10, 250: 4}
"""Bytes of the messages whose length never varies: SetPixelFormat, FramebufferUpdateRequest, keys, pointer,
EnableContinuousUpdates, xvp."""

EXTENDED_BUTTONS = 0x80
"""In a pointer event's mask: one more byte of buttons follows (Extended Mouse Buttons pseudo-encoding, -316)."""

HANDSHAKE = 12 + 1 + 1
"""ProtocolVersion, the choice of a security type (None), ClientInit."""

LONGEST_HEAD = 12
"""Bytes of a message that suffice to know its length."""


class ClientMessages:
    """Follows one viewer's stream; `feed` tells whether a person did something in it.

    Keeps a dozen bytes at most, whatever the viewer sends. Once it meets a message that it doesn't know it can no
    longer tell where the next begins, and calls all that follows human: an idle time-out then comes too late, not
    too early.
    """

    def __init__(self) -> None:
        self._skip = HANDSHAKE
        self._head = b""
        self._lost = False

    def feed(self, data: bytes) -> bool:
        """Take in some bytes, cut anywhere; return whether a message of a person's began in them."""
        if self._lost:
            return True
        human = False
        while data:
            if self._skip:
                taken = min(self._skip, len(data))
                self._skip -= taken
                data = data[taken:]
                continue
            had = len(self._head)
            head = self._head + data[: LONGEST_HEAD - had]
            length = message_length(head)
            if length is None:
                self._lost = True
                return True
            if length == 0:  # not enough of it yet
                self._head = head
                return human
            human = human or head[0] in HUMAN
            self._head = b""
            self._skip = length - had
        return human


def message_length(head: bytes) -> int | None:
    """Return the length in bytes of the client message that begins with ``head``; 0 where that takes more bytes to
    know, ``None`` for a message that isn't known."""
    kind, size = head[0], len(head)
    if kind == POINTER_EVENT:
        return 0 if size < 2 else FIXED[kind] + bool(head[1] & EXTENDED_BUTTONS)
    if kind in FIXED:
        return FIXED[kind]
    if kind == 2:  # SetEncodings: type, padding, U16 count, S32 each
        return 0 if size < 4 else 4 + 4 * int.from_bytes(head[2:4], "big")
    if kind == CLIENT_CUT_TEXT:  # S32 length, negative for Extended Clipboard
        return 0 if size < 8 else 8 + abs(int.from_bytes(head[4:8], "big", signed=True))
    if kind == 248:  # ClientFence: type, 3 of padding, U32 flags, U8 length
        return 0 if size < 9 else 9 + head[8]
    if kind == 251:  # SetDesktopSize: type, padding, U16 width and height, U8 screens, padding, 16 each
        return 0 if size < 7 else 8 + 16 * head[6]
    if kind == QEMU:  # U8 submessage: 0 is the extended key event
        return 0 if size < 2 else (12 if head[1] == 0 else None)
    return None
