"""One connection as the server keeps it: a viewer, its keys and buttons, and how much it may leave unread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..rfb import encodings
from ..rfb.events import Event
from .client import Client
from .cursor import Cursor
from .display_source import DisplaySource
from .input.client_keyboard import ClientKeyboard

log = logging.getLogger("jupyter_vnc_proxy.stream")

MOST_UNREAD = 32 << 20
"""Bytes that may wait for a client: the longest clipboard and a picture; one that leaves more unread is sent away."""

LINGERS = 5.0
"""Seconds that a connection's last bytes have to be read, before it ends without them."""


class Connection(Client):
    """A viewer with its input. ``handle`` gets each event; keys and buttons go to ``source``."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        source: DisplaySource,
        name: str,
        handle: Callable[[Connection, Event], None],
    ) -> None:
        super().__init__(reader, writer, source.screen, name, lambda _, event: handle(self, event))
        self._out = writer
        self.keyboard = ClientKeyboard(source.keyboard)
        self.pointer = source.pointer()
        self.known_size = (source.screen.width, source.screen.height)
        self.greeted: frozenset[int] = frozenset()
        """The encodings that were announced when it was last greeted."""

    def supports(self, encoding: int) -> bool:
        """Tell whether the client announced an encoding or pseudo-encoding."""
        return self.protocol.supports(encoding)

    @property
    def waits(self) -> bool:
        """Whether it may be sent an update, by what it has asked for."""
        return self.requested or self.continuous

    # -- what it is sent ---------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send a message that is no framebuffer update; a client that reads nothing is sent away."""
        transport = self._out.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(data) > MOST_UNREAD:
            self.send_away("it reads nothing")
        else:
            super().send(data)

    def add_rectangle(self, rectangle: bytes) -> None:
        """Send a pseudo-rectangle with the next update, in place of an earlier one of its kind that still waits."""
        kind = _kind(rectangle)
        self._extra = [each for each in self._extra if _kind(each) != kind]
        super().add_rectangle(rectangle)

    def show_cursor(self, cursor: Cursor) -> None:
        """Send the pointer's shape with the next update, if the client draws it."""
        if (rectangle := cursor.rectangle(self.protocol)) is not None:
            self.add_rectangle(rectangle)

    # -- its end -----------------------------------------------------------------------------------------------------

    def send_away(self, reason: str) -> None:
        """End the connection at once, and log why."""
        log.warning("a viewer was sent away: %s", reason)
        self.abort()

    def close(self) -> None:
        """Release what it holds down, and end the connection when its last bytes are read, or soon."""
        self.keyboard.release_all()
        self.pointer.release_all()
        if not self._out.transport.is_closing():
            self._out.write(self.protocol.take())
        super().close()
        asyncio.get_running_loop().call_later(LINGERS, self.abort)


def _kind(rectangle: bytes) -> bytes:
    """Return its encoding; of sizes also the reason, since who asked for one is to be answered."""
    encoding = rectangle[8:12]
    is_size = int.from_bytes(encoding, "big", signed=True) == encodings.PSEUDO_EXTENDED_DESKTOP_SIZE
    return encoding + rectangle[:2] if is_size else encoding
