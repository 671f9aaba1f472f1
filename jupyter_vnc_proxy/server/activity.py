"""Tells from the bytes that a viewer sends whether a person does something. Sans-I/O."""

from __future__ import annotations

from ..rfb.client_messages import MessageKind
from ..rfb.client_stream import ClientMessageSplitter

PERSON_KINDS = frozenset(
    (
        MessageKind.KEY,
        MessageKind.QEMU_KEY,
        MessageKind.POINTER,
        MessageKind.GII_EVENTS,
        MessageKind.CUT_TEXT,
        MessageKind.CLIPBOARD_NOTIFY,
        MessageKind.CLIPBOARD_PROVIDE,
    )
)
"""Messages that only a person causes. A viewer requests updates, answers fences, asks for sizes and for the desktop's
clipboard by itself."""


class ViewerActivity:
    """Follows one viewer's bytes from its ProtocolVersion on.

    After an unknown message nothing counts as activity any more: no later byte can be told from a key press, and a
    viewer that speaks an unknown extension must not keep a desktop from ever being idle.
    """

    def __init__(self) -> None:
        self._splitter = ClientMessageSplitter()

    def feed(self, data: bytes) -> bool:
        """Take bytes, cut anywhere; return whether a message of a person was completed, or a long one began."""
        return any(piece.begins and piece.kind in PERSON_KINDS for piece in self._splitter.feed(data))
