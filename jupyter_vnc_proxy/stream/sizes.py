"""Changes the desktop's size on request and notifies clients (rfbproto, ExtendedDesktopSize and SetDesktopSize)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ..options import MIN_SIDE
from ..rfb import encodings, events, server_messages
from ..rfb.events import SetDesktopSize
from ..system.memory import largest_size
from .connection import Connection
from .picture.framebuffer import Framebuffer, ResizeError

log = logging.getLogger("jupyter_vnc_proxy.stream")

MIN_RESIZE_INTERVAL_SECONDS = 0.05
"""Between two changes of the size: dragging an edge requests hundreds, and each costs the display some milliseconds;
only the last one counts."""

RESIZE_TIMEOUT_SECONDS = 1.0
"""How long the display may take for a new size before the request counts as refused."""


class Sizes:
    """Changes the screen's size for ``clients``, a list that the server keeps, and tells them what it is.

    The size is that of the last request. If the client that requested it disconnects, it becomes the size that the
    most recently used of the others had requested.
    """

    def __init__(self, screen: Framebuffer, clients: Sequence[Connection]) -> None:
        self._screen = screen
        self._clients = clients
        self._layout: tuple[events.Monitor, ...] = (events.Monitor(0, 0, 0, *self._size),)
        self._layout_size = self._size
        self._askers: list[Connection] = []
        self._requests: dict[Connection, SetDesktopSize] = {}
        """Each client's last request, the most recently used client last."""
        self._decider: Connection | None = None
        """The client that made the last request of all."""
        self._wanted: SetDesktopSize | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0

    # -- changing ----------------------------------------------------------------------------------------------------

    def ask(self, client: Connection, event: SetDesktopSize) -> None:
        """Request another size for a client; answer it when the size has changed, or at once if it can't."""
        if not event.is_possible:
            self._answer([client], server_messages.SIZE_INVALID)
            return
        if client not in self._askers:
            self._askers.append(client)
        self._requests[client] = event
        self.used(client)
        self._apply(client)

    def used(self, client: Connection) -> None:
        """Note that somebody types or clicks in a client."""
        if client in self._requests:
            self._requests[client] = self._requests.pop(client)

    def _apply(self, client: Connection) -> None:
        """Change the size to what a client has requested, now or soon."""
        self._decider, self._wanted = client, self._requests[client]
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._next - loop.time()), self._change)

    def _change(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer, self._next = None, loop.time() + MIN_RESIZE_INTERVAL_SECONDS
        event, self._wanted = self._wanted, None
        assert event is not None
        before = self._size
        # A client's window may be smaller or larger than a desktop can be.
        width, height = largest_size(max(event.width, MIN_SIDE), max(event.height, MIN_SIDE))
        try:
            size = self._screen.resize(width, height) if (width, height) != before else before
        except ResizeError as error:
            self._failed(
                server_messages.SIZE_PROHIBITED if error.permanent else server_messages.SIZE_OUT_OF_RESOURCES,
                str(error),
            )
        else:
            whole = (event.width, event.height) == (size[0], size[1])
            first = event.screens[0]
            one = events.Monitor(first.id, 0, 0, size[0], size[1], first.flags)
            self._layout, self._layout_size = event.screens if whole else (one,), (size[0], size[1])
            if (size[0], size[1]) == before:
                self._tell_all()
            else:
                loop.call_later(RESIZE_TIMEOUT_SECONDS, self._look_after, (size[0], size[1]))

    def _failed(self, result: int, why: str) -> None:
        log.warning("the desktop keeps its size: %s", why)
        askers, self._askers = self._askers, []
        self._answer(askers, result)

    def _look_after(self, wanted: tuple[int, int]) -> None:
        if self._askers and self._wanted is None and self._size != wanted:
            self._failed(server_messages.SIZE_OUT_OF_RESOURCES, f"the display did not become {wanted[0]}x{wanted[1]}")

    def forget(self, client: Connection) -> None:
        """Forget a client that has disconnected; give its size back to the most recently used of the others."""
        if client in self._askers:
            self._askers.remove(client)
        self._requests.pop(client, None)
        if client is self._decider:
            self._decider = None
            if self._requests:
                self._apply(next(reversed(self._requests)))

    def close(self) -> None:
        """Cancel a pending change, and make no more for clients that disconnect."""
        self._requests.clear()
        if self._timer is not None:
            self._timer.cancel()

    # -- notifying -----------------------------------------------------------------------------------------------------

    @property
    def _size(self) -> tuple[int, int]:
        return self._screen.width, self._screen.height

    def changed(self) -> None:
        """The framebuffer has another size: notify all clients, and answer those that requested it."""
        for client in self._clients:
            client.resized()
        self._tell_all()

    def _tell_all(self) -> None:
        askers, self._askers = self._askers, []
        others = server_messages.SIZE_BY_OTHER_CLIENT if askers else server_messages.SIZE_BY_SERVER
        for client in self._clients:
            self._tell(client, server_messages.SIZE_BY_THIS_CLIENT if client in askers else others)
            client.send_tiles()

    def _answer(self, clients: Sequence[Connection], result: int) -> None:
        for client in clients:
            if client.supports(encodings.PSEUDO_EXTENDED_DESKTOP_SIZE):
                client.add_rectangle(self._rectangle(server_messages.SIZE_BY_THIS_CLIENT, result))
                client.send_tiles()

    def _tell(self, client: Connection, reason: int) -> None:
        if not client.protocol.ready:
            client.protocol.width, client.protocol.height = client.known_size = self._size
        elif client.supports(encodings.PSEUDO_EXTENDED_DESKTOP_SIZE):
            client.known_size = self._size
            client.add_rectangle(self._rectangle(reason))
        else:
            self._tell_plainly(client)

    def _tell_plainly(self, client: Connection) -> None:
        """Send DesktopSize in an update of its own, since it must be the last rectangle (RFC 6143, section 7.8.2).

        A client that doesn't know even that would misplace pixels, so it is closed; it may reconnect with the new size.
        """
        if client.known_size == self._size or not client.waits:
            return
        client.known_size = self._size
        if client.supports(encodings.PSEUDO_DESKTOP_SIZE):
            client.requested = False
            client.send(server_messages.update_header(1) + server_messages.legacy_desktop_size(*self._size))
        else:
            client.drop("it doesn't support changes of the desktop's size")

    def requested(self, client: Connection, incremental: bool) -> None:
        """A client requested an update: send the size first if it has changed, or if the update isn't incremental."""
        if client.supports(encodings.PSEUDO_EXTENDED_DESKTOP_SIZE):
            if not incremental or client.known_size != self._size:
                self._tell(client, server_messages.SIZE_BY_SERVER)
        else:
            self._tell_plainly(client)

    def _rectangle(self, reason: int, result: int = server_messages.SIZE_DONE) -> bytes:
        width, height = self._size
        whole = events.Monitor(self._layout[0].id, 0, 0, width, height)
        screens = self._layout if self._layout_size == self._size else (whole,)
        return server_messages.desktop_size(width, height, reason=reason, result=result, screens=screens)
