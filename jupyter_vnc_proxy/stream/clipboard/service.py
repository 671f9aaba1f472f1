"""The display's clipboard and the viewers': who is told, who asked, and who is given what."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from ...rfb import encodings, extended_clipboard, server_messages
from ...rfb.events import (
    ClipboardCapabilities,
    ClipboardNotify,
    ClipboardPeek,
    ClipboardRequest,
    ClipboardText,
    ClipboardTooLong,
)
from ..connection import Connection
from ..display_source import Clips, Source
from ..x11.selection_request import LIMIT

log = logging.getLogger("jupyter_vnc_proxy.stream")

PAUSE = 0.05
"""Seconds from a change to its news: a program that marks text with the pointer takes PRIMARY at every step."""

LONG = 256 * 1024
"""Characters from which a text is compressed on another thread, so that nobody's picture waits for it."""

ClipboardEvent = (
    ClipboardText | ClipboardTooLong | ClipboardNotify | ClipboardRequest | ClipboardPeek | ClipboardCapabilities
)


class Sharing:
    """Shares CLIPBOARD, with ``primary`` PRIMARY too, with ``clients``, a list that the server keeps.

    Clients with Extended Clipboard are told that there is text, and get it when they ask: noVNC takes none otherwise.
    The others are sent it, as far as it is Latin-1. What one client copies is offered to the display's programs, and
    to other clients when they ask. Made when ``source`` has been started; a source may have no clipboard.
    """

    def __init__(self, source: Source, clients: Sequence[Connection], primary: bool = False) -> None:
        self._clients = clients
        self._clipboard: Clips = source.clips(self._changed, self._later, primary) or NoClips()
        self._fileno = -1
        self._latest = "CLIPBOARD"
        self._news: asyncio.TimerHandle | None = None
        self._busy: dict[Connection, asyncio.Task[None] | None] = {}
        self._owed: set[Connection] = set()
        self._given: int | None = None
        """The hash of the program's text that clients were given last; ``None`` where it has copied something since."""

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
        """Follow it no more, and offer nothing."""
        self._stop_following()
        if self._news is not None:
            self._news.cancel()
        for task in self._busy.values():
            if task is not None:
                task.cancel()
        self._busy.clear()
        self._clipboard.close()

    # -- what programs copy ------------------------------------------------------------------------------------------

    def _changed(self, selection: str) -> None:
        self._latest, self._given = selection, None
        if self._news is None:
            self._news = asyncio.get_running_loop().call_later(PAUSE, self._tell)

    def _tell(self) -> None:
        self._news = None
        for client in self._clients:
            if client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD):
                client.send(extended_clipboard.notify())
        if any(map(_is_plain, self._clients)):
            self._clipboard.request(self._send_plainly, self._latest)

    def _send_plainly(self, text: str | None) -> None:
        if text is not None:
            self._note(text)
            message = server_messages.server_cut_text(extended_clipboard.with_lf(text))
            for client in filter(_is_plain, self._clients):
                client.send(message)

    # -- what clients say --------------------------------------------------------------------------------------------

    def greet(self, client: Connection) -> None:
        """Say what we take, each time a client has announced the Extended Clipboard (rfbproto)."""
        if client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD):
            client.send(extended_clipboard.caps())

    def forget(self, client: Connection) -> None:
        """A client has gone."""
        self._owed.discard(client)
        if (task := self._busy.pop(client, None)) is not None:
            task.cancel()

    def handle(self, client: Connection, event: ClipboardEvent) -> None:
        """Take in what a client says of its clipboard or ours."""
        match event:
            case ClipboardText():
                self._offer(event.text)
            case ClipboardTooLong():
                log.warning("a viewer's clipboard of %d bytes was refused: %d is the most", event.size, LIMIT)
            case ClipboardNotify():
                client.send(extended_clipboard.request())
            case ClipboardRequest():
                self._provide(client)
            case ClipboardPeek():
                client.send(extended_clipboard.notify(self._clipboard.has_text(self._latest)))
            case ClipboardCapabilities():
                pass  # nothing goes out without having been asked for

    def _offer(self, text: str) -> None:
        # A browser gives back what it was given. Taken, it would put plain text in the place of all that its program
        # offers besides.
        if self._given == hash(text):
            return
        try:
            self._clipboard.offer(text)
        except ValueError as error:
            log.warning("a viewer's text was refused: %s", error)
            return
        self._latest = "CLIPBOARD"

    def _provide(self, client: Connection) -> None:
        """Fetch what a client has asked for; while that is under way, it counts as asked for once more."""
        if client in self._busy:
            self._owed.add(client)
            return
        self._busy[client] = None
        self._clipboard.request(partial(self._fetched, client), self._latest)

    def _fetched(self, client: Connection, text: str | None) -> None:
        if client not in self._busy:
            return  # it has gone
        if text is None:
            client.send(extended_clipboard.notify(False))
            self._finished(client)
            return
        self._note(text)
        if len(text) < LONG:
            client.send(extended_clipboard.provide(text))
            self._finished(client)
        else:
            self._busy[client] = asyncio.get_running_loop().create_task(self._send_long(client, text))

    def _note(self, text: str) -> None:
        if self._clipboard.available(self._latest):
            self._given = hash(extended_clipboard.with_lf(text))

    async def _send_long(self, client: Connection, text: str) -> None:
        try:
            message = await asyncio.to_thread(extended_clipboard.provide, text)
        except ValueError as error:
            log.warning("the desktop's text was not sent: %s is more than %d", error, extended_clipboard.MAX_TEXT_BYTES)
            message = extended_clipboard.notify(False)
        client.send(message)
        self._finished(client)

    def _finished(self, client: Connection) -> None:
        del self._busy[client]
        if client in self._owed:
            self._owed.discard(client)
            self._provide(client)


class NoClips:
    """The clipboard of a source that has none."""

    def available(self, selection: str = "CLIPBOARD") -> bool:
        """Tell that nobody offers anything."""
        return False

    def has_text(self, selection: str = "CLIPBOARD") -> bool:
        """Tell that there is nothing."""
        return False

    def offer(self, text: str) -> None:
        """Drop it."""

    def request(self, callback: Callable[[str | None], None], selection: str = "CLIPBOARD") -> None:
        """Find nothing."""
        callback(None)

    def fileno(self) -> int:
        """Return no descriptor: nothing will happen."""
        return -1

    def handle_events(self) -> bool:
        """Tell that nothing has happened."""
        return True

    def close(self) -> None:
        """Do nothing."""


def _is_plain(client: Connection) -> bool:
    return client.protocol.ready and not client.supports(encodings.PSEUDO_EXTENDED_CLIPBOARD)
