"""Tells clients whose pointer events are relative where the pointer is: programs move it, too."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..rfb import server_messages
from ..rfb.encodings import PSEUDO_RELATIVE_POINTER
from .connection import Connection
from .errors import DisplayGone

INTERVAL_SECONDS = 1 / 30
"""Between two looks where the pointer is, while a client wants to know."""


class PointerLocation:
    """Follows the pointer while one of ``connections``, a list that changes, has relative pointer events."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections
        self._timer: asyncio.TimerHandle | None = None
        self._last: tuple[int, int] | None = None

    def follow(self, client: Connection) -> None:
        """Confirm relative pointer events if the client has announced them, and follow the pointer from now on."""
        if client.supports(PSEUDO_RELATIVE_POINTER):
            self._confirm(client)
            if self._timer is None:
                self._tick()

    def close(self) -> None:
        """Stop following."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        followers = [each for each in self._connections if each.supports(PSEUDO_RELATIVE_POINTER)]
        if not followers:
            self._timer = None
            return
        self._timer = asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self._tick)
        before = self._last
        try:
            self._last = followers[0].pointer.location()
        except DisplayGone:
            return  # it may come back
        if self._last is not None and self._last != before:
            for client in followers:
                client.add_rectangle(server_messages.relative_pointer(*self._last))
                client.send_tiles()

    def _confirm(self, client: Connection) -> None:
        self._last = client.pointer.location() or (0, 0)
        client.add_rectangle(server_messages.relative_pointer(*self._last))
        client.send_tiles()
