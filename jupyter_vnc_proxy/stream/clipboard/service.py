"""Shares text between the display's clipboard and those of the clients; other forms through a socket of their own."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from ...rfb import encodings, extended_clipboard, server_messages
from ...rfb.clipboard_contents import TEXT, Contents, fitting, formats
from ...rfb.events import (
    ClipboardCapabilities,
    ClipboardNotify,
    ClipboardPeek,
    ClipboardRequest,
    ClipboardText,
    ClipboardTooLong,
)
from ...rfb.extended_clipboard import FORMAT_TEXT, MAX_TEXT_BYTES
from ...rfb.server_protocol import ServerProtocol
from .changes import Changes
from .display_clipboard import ClipboardFactory, DisplayClipboard, NoClipboard
from .forms import for_programs, from_programs

log = logging.getLogger("jupyter_vnc_proxy.stream")

PROVIDE_TIMEOUT_SECONDS = 5.0
"""From a client's notify until its text must have come. Programs that paste wait for it, and get nothing then."""

THREAD_CHARACTERS = 256 * 1024
"""A text of this length is compressed on another thread, so that updates don't wait for it."""

ClipboardEvent = (
    ClipboardText | ClipboardTooLong | ClipboardNotify | ClipboardRequest | ClipboardPeek | ClipboardCapabilities
)


class ClipboardClient(Protocol):
    """What the clipboard needs of a client; used as a key, so its identity counts."""

    @property
    def protocol(self) -> ServerProtocol:
        """Its side of the RFB connection, which tells whether the handshake is done."""

    def supports(self, encoding: int) -> bool:
        """Return whether the client announced an encoding or pseudo-encoding."""

    def send(self, data: bytes) -> None:
        """Send a message that is no framebuffer update."""


class ClipboardService:
    """Shares CLIPBOARD, with ``primary`` PRIMARY too, with ``clients``, a list that the server keeps.

    Clients with Extended Clipboard are notified of text, and get it when they request it, as noVNC requires. The others
    are sent it, as far as it is Latin-1. A text that one client copies is offered to the display's programs, and to
    other clients on request. From a client's notify until its text has come, programs that paste wait: they never get
    an older text. Notifies tell of pictures and HTML, too, which `fetch` and `offer` get and set. Make it after the
    display's `start`; a display may have no clipboard.
    """

    def __init__(
        self, make_clipboard: ClipboardFactory, clients: Sequence[ClipboardClient], primary: bool = False
    ) -> None:
        self._clients = clients
        self._changes = Changes(self._tell)
        self._clipboard: DisplayClipboard = make_clipboard(self._changed, self._later, primary) or NoClipboard()
        self._changes.clipboard = self._clipboard
        self._fileno = -1
        self._busy: dict[ClipboardClient, asyncio.Task[None] | None] = {}
        self._owed: set[ClipboardClient] = set()
        self._asked: Counter[ClipboardClient] = Counter()
        """How many texts were requested of clients and have not come."""
        self._promisor: ClipboardClient | None = None
        """The client that announced a text last, until the text has come."""
        self._deadline: asyncio.TimerHandle | None = None
        self._given: int | None = None
        """The hash of the display's text that clients were given last; ``None`` after it has changed."""

    def _later(self, seconds: float, work: Callable[[], None]) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)

    def start(self) -> None:
        """Follow the display in the running event loop."""
        self._fileno = self._clipboard.fileno()  # not to be had of a connection that broke
        if self._fileno >= 0:
            asyncio.get_running_loop().add_reader(self._fileno, self._handle_events)
            self._handle_events()

    def _handle_events(self) -> None:
        if not self._clipboard.handle_events():
            self._stop_following()

    def _stop_following(self) -> None:
        if self._fileno >= 0:
            asyncio.get_running_loop().remove_reader(self._fileno)
            self._fileno = -1

    def close(self) -> None:
        """Stop following the display, and withdraw the offer."""
        self._stop_following()
        self._changes.cancel()
        for task in self._busy.values():
            if task is not None:
                task.cancel()
        self._busy.clear()
        self._forget_promise()
        self._clipboard.close()

    # -- the display's text ------------------------------------------------------------------------------------------

    def _changed(self, selection: str) -> None:
        self._given = None
        self._changes.changed(selection)

    def _tell(self, forms: frozenset[str]) -> None:
        for client in self._clients:
            if client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD):
                client.send(extended_clipboard.notify(formats(forms)))
        if TEXT in forms and any(map(_is_plain, self._clients)):
            self._clipboard.request(self._send_plainly, self._changes.latest)

    def _send_plainly(self, data: bytes | None) -> None:
        if data is not None:
            text = data.decode()
            self._note(text)
            message = server_messages.server_cut_text(extended_clipboard.with_lf(text))
            for client in filter(_is_plain, self._clients):
                client.send(message)

    # -- messages of clients -------------------------------------------------------------------------------------------

    def greet(self, client: ClipboardClient) -> None:
        """Send our capabilities, each time a client has announced the Extended Clipboard (rfbproto)."""
        if client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD):
            client.send(extended_clipboard.caps())

    def forget(self, client: ClipboardClient) -> None:
        """Forget a client that has disconnected."""
        self._owed.discard(client)
        del self._asked[client]
        self._break_promise(client)
        if (task := self._busy.pop(client, None)) is not None:
            task.cancel()

    def handle(self, client: ClipboardClient, event: ClipboardEvent) -> None:
        """Handle one clipboard message of a client."""
        match event:
            case ClipboardText():
                self._take(client, event.text)
            case ClipboardTooLong():
                self._asked[client] -= self._asked[client] > 0
                self._break_promise(client)
                log.warning(
                    "refused a viewer's clipboard of %d bytes: the limit is %d",
                    event.size,
                    extended_clipboard.MAX_TEXT_BYTES,
                )
            case ClipboardNotify():
                self._await_text(client)
            case ClipboardRequest():
                self._provide(client)
            case ClipboardPeek():
                has_text = self._clipboard.has_text(self._changes.latest)
                client.send(extended_clipboard.notify(FORMAT_TEXT if has_text else 0))
            case ClipboardCapabilities():
                pass  # nothing goes out without having been asked for

    def _await_text(self, client: ClipboardClient) -> None:
        self._forget_promise()
        self._promisor = client
        self._deadline = asyncio.get_running_loop().call_later(PROVIDE_TIMEOUT_SECONDS, self._clipboard.withdraw)
        self._asked[client] += 1
        self._clipboard.promise()
        client.send(extended_clipboard.request())

    def _forget_promise(self) -> None:
        self._promisor = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _break_promise(self, client: ClipboardClient) -> None:
        if self._promisor is client:
            self._forget_promise()
            self._clipboard.withdraw()

    def _take(self, client: ClipboardClient, text: str) -> None:
        """Take a text that a client sent; one that was requested only if no newer one has been announced since."""
        if not self._asked[client]:
            self._offer_text(text)
            return
        self._asked[client] -= 1
        if self._promisor is not client:
            return
        self._forget_promise()
        try:
            if self._clipboard.fulfil(text):
                self._changes.latest = "CLIPBOARD"
            elif not self._clipboard.has_text():  # it comes late, and no program has copied since
                self._offer_text(text)
        except ValueError as error:
            log.warning("refused a viewer's text: %s", error)
            self._clipboard.withdraw()

    def _offer_text(self, text: str) -> None:
        # A browser gives back what it was given. Taken, it would put plain text in the place of all that its program
        # offers besides.
        if self._given == hash(text):
            self._forget_promise()
            return
        data = text.encode(errors="replace")
        if len(data) > MAX_TEXT_BYTES:
            log.warning("refused a viewer's text of %d bytes: the limit is %d", len(data), MAX_TEXT_BYTES)
            self._forget_promise()
            return
        self.offer({TEXT: data})

    # -- all forms, for those who get and send them by another way ---------------------------------------------------

    def offer(self, contents: Contents) -> None:
        """Offer a client's contents to the display's programs; a text that was announced before is not awaited."""
        self._forget_promise()
        self._clipboard.offer(for_programs(contents))
        self._changes.latest = "CLIPBOARD"

    async def fetch(self) -> Contents:
        """Return the newest contents in all forms that come and fit; none if they change meanwhile."""
        contents = await self._changes.fetch()
        if TEXT in contents:
            self._note(contents[TEXT].decode())
        return fitting(from_programs(contents))

    async def fetch_files(self) -> Contents:
        """Return the URIs of the files that a file manager has copied, as a text; nothing if there are none."""
        return await self._changes.fetch_files()

    def _provide(self, client: ClipboardClient) -> None:
        """Fetch the text that a client requested; a request during that is answered afterwards."""
        if client in self._busy:
            self._owed.add(client)
            return
        self._busy[client] = None
        self._clipboard.request(partial(self._fetched, client), self._changes.latest)

    def _fetched(self, client: ClipboardClient, data: bytes | None) -> None:
        if client not in self._busy:
            return  # it has gone
        if data is None:
            client.send(extended_clipboard.notify(0))
            self._finished(client)
            return
        text = data.decode()
        self._note(text)
        if len(text) < THREAD_CHARACTERS:
            client.send(extended_clipboard.provide(text))
            self._finished(client)
        else:
            self._busy[client] = asyncio.get_running_loop().create_task(self._send_long(client, text))

    def _note(self, text: str) -> None:
        if self._clipboard.available(self._changes.latest):
            self._given = hash(extended_clipboard.with_lf(text))

    async def _send_long(self, client: ClipboardClient, text: str) -> None:
        try:
            message = await asyncio.to_thread(extended_clipboard.provide, text)
        except ValueError as error:
            log.warning("did not send the desktop's text: %s is more than %d", error, MAX_TEXT_BYTES)
            message = extended_clipboard.notify(0)
        client.send(message)
        self._finished(client)

    def _finished(self, client: ClipboardClient) -> None:
        del self._busy[client]
        if client in self._owed:
            self._owed.discard(client)
            self._provide(client)


def _is_plain(client: ClipboardClient) -> bool:
    return client.protocol.ready and not client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD)
