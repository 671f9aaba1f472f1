"""Tells viewers at once which programs control a desktop: in text messages on the WebSockets that carry RFB."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ...desktops.programs.control import ProgramModel
from ..connections import Connection, Connections
from ..desktop_watcher import DesktopChange

NEWS_PROTOCOL = "vnc-news"
"""The subprotocol by which a viewer says that it reads text messages; other RFB clients expect none."""


class News:
    """Sends each viewer the newest programs; one that does not read gets only the last of them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._programs: dict[str, Sequence[ProgramModel]] = {}
        self._sending: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        opened_before = connections.opened

        def opened(connection: Connection) -> None:
            opened_before(connection)
            if self._programs.get(connection.desktop):
                self._tell(connection)

        connections.opened = opened

    def desktop_changed(self, change: DesktopChange) -> None:
        """Handle a change that `DesktopWatcher` reports."""
        programs = change.after["programs"] if change.after is not None else []
        if programs != self._programs.get(change.name, []):
            self._programs[change.name] = programs
            for each in self._connections.of(change.name):
                self._tell(each)

    def _tell(self, connection: Connection) -> None:
        if reads_news(connection) and connection not in self._sending:
            self._sending.add(connection)
            task = asyncio.get_running_loop().create_task(self._send(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, connection: Connection) -> None:
        """Send what is new until the viewer has the newest."""
        assert isinstance(connection.socket, WebSocketHandler)
        told: Sequence[ProgramModel] | None = None
        try:
            with contextlib.suppress(WebSocketClosedError, StreamClosedError):
                while told is not (programs := self._programs.get(connection.desktop, [])):
                    told = programs
                    await connection.socket.write_message(json.dumps({"programs": programs}))
        finally:
            self._sending.discard(connection)


def reads_news(connection: Connection) -> bool:
    """Return whether a connection's viewer reads text messages."""
    if not isinstance(connection.socket, WebSocketHandler):
        return False
    offered = connection.socket.request.headers.get_list("Sec-WebSocket-Protocol")
    return NEWS_PROTOCOL in (word.strip() for line in offered for word in line.split(","))
