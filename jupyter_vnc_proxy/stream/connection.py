"""One connection: a client with its keyboard and pointer, and a limit to what it may leave unread."""

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

MAX_UNREAD_BYTES = 32 << 20
"""Bytes that may wait for a client: the longest clipboard and an update. A client that leaves more unread is closed."""

LINGER_SECONDS = 5.0
"""How long a closed connection may take to read its last bytes."""


class Connection(Client):
    """A client with its input. ``handle`` gets each event; keys and buttons go to ``source``."""

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
        """Whether it has requested an update, or continuous ones."""
        return self.requested or self.continuous

    # -- sending ---------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send a message that is no framebuffer update; close the connection if the client reads nothing."""
        transport = self._out.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(data) > MAX_UNREAD_BYTES:
            self.drop("it reads nothing")
        else:
            super().send(data)

    def add_rectangle(self, rectangle: bytes) -> None:
        """Send a pseudo-rectangle with the next update; it replaces a waiting one of the same kind."""
        kind = _kind(rectangle)
        self._extra = [each for each in self._extra if _kind(each) != kind]
        super().add_rectangle(rectangle)

    def show_cursor(self, cursor: Cursor) -> None:
        """Send the pointer's shape with the next update, if the client draws it."""
        if (rectangle := cursor.rectangle(self.protocol)) is not None:
            self.add_rectangle(rectangle)

    # -- closing -----------------------------------------------------------------------------------------------------

    def drop(self, reason: str) -> None:
        """Close the connection at once, and log why."""
        log.warning("closed a viewer's connection: %s", reason)
        self.abort()

    def close(self) -> None:
        """Release its keys and buttons, and close the connection after `LINGER_SECONDS` at most."""
        self.keyboard.release_all()
        self.pointer.release_all()
        if not self._out.transport.is_closing():
            self._out.write(self.protocol.take())
        super().close()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.abort)


def _kind(rectangle: bytes) -> bytes:
    """Return its encoding; for sizes also the reason, because a client that requested one must get its answer."""
    encoding = rectangle[8:12]
    is_size = int.from_bytes(encoding, "big", signed=True) == encodings.PSEUDO_EXTENDED_DESKTOP_SIZE
    return encoding + rectangle[:2] if is_size else encoding
