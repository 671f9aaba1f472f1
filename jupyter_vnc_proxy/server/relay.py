"""Relays bytes between a viewer and a desktop's socket, with back-pressure in both directions.

The relay reads from one side only after the other side has accepted the previous bytes, so memory use is bounded
however slow a viewer is.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, Protocol

from tornado.httpclient import HTTPError, HTTPRequest
from tornado.netutil import Resolver
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

CHUNK_BYTES = 256 * 1024
"""Maximum size of one read, and so of the data buffered in one direction."""

MAX_MESSAGE_BYTES = 1 << 30
"""Maximum size of a WebSocket message from a desktop; libvncserver sends a whole rectangle as one message."""

CONNECT_TIMEOUT_SECONDS = 5.0
"""Time limit for connecting to a desktop's socket, with the WebSocket upgrade if there is one."""


class Upstream(Protocol):
    """A connection to a desktop."""

    async def receive(self) -> bytes:
        """Return the next bytes, or ``b""`` at the end of the stream."""

    async def send(self, data: bytes) -> None:
        """Send bytes; return once they are accepted. Raise ``OSError`` if the connection is closed."""

    def close(self) -> None:
        """Close the connection; `receive` then returns ``b""``."""


class SocketUpstream:
    """Plain RFB on a unix socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def connect(cls, path: Path) -> SocketUpstream:
        """Connect; raise ``OSError`` if nothing listens."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await asyncio.wait_for(loop.sock_connect(connection, os.fspath(path)), CONNECT_TIMEOUT_SECONDS)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    async def receive(self) -> bytes:
        """Return the next bytes, or ``b""`` at the end of the stream."""
        try:
            return await self._loop.sock_recv(self._socket, CHUNK_BYTES)
        except OSError:
            return b""

    async def send(self, data: bytes) -> None:
        """Send bytes; return once they are accepted."""
        await self._loop.sock_sendall(self._socket, data)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class _UnixResolver(Resolver):
    """Resolves every host name to one unix socket."""

    def initialize(self, path: Path) -> None:
        self._path = os.fspath(path)

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, str]]:
        return [(socket.AF_UNIX, self._path)]


class WebSocketUpstream:
    """RFB over WebSocket on a unix socket, as websockify and libvncserver serve it."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, path: Path) -> WebSocketUpstream:
        """Connect and upgrade; raise ``OSError`` if nothing listens or the server refuses the upgrade."""
        connecting = websocket_connect(
            # libvncserver requires an Origin header, but ignores its value.
            HTTPRequest("ws://localhost/", headers={"Origin": "http://localhost"}),
            subprotocols=["binary"],
            resolver=_UnixResolver(path=path),
            max_message_size=MAX_MESSAGE_BYTES,
        )
        try:
            return cls(await asyncio.wait_for(asyncio.ensure_future(connecting), CONNECT_TIMEOUT_SECONDS))
        except HTTPError as error:
            raise OSError(f"the WebSocket upgrade was refused: {error}") from error

    async def receive(self) -> bytes:
        """Return the next bytes, or ``b""`` at the end of the stream."""
        message = await self._connection.read_message()
        if message is None:
            return b""
        return message if isinstance(message, bytes) else message.encode("latin-1")

    async def send(self, data: bytes) -> None:
        """Send bytes; return once they are accepted."""
        try:
            await self._connection.write_message(data, binary=True)
        except WebSocketClosedError as error:
            raise ConnectionResetError("the desktop's WebSocket is closed") from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


async def connect_upstream(path: Path, speaks: Literal["rfb", "websocket"]) -> Upstream:
    """Connect to a desktop's socket, which speaks ``speaks``; raise ``OSError`` or ``TimeoutError`` on failure."""
    if speaks == "websocket":
        return await WebSocketUpstream.connect(path)
    return await SocketUpstream.connect(path)


async def pump(upstream: Upstream, write: Callable[[bytes], Awaitable[None]]) -> int:
    """Copy bytes from ``upstream`` to ``write`` until the upstream ends; return the number of bytes.

    ``write`` must return only once the viewer's connection has accepted the bytes. Its exceptions propagate.
    """
    total = 0
    while data := await upstream.receive():
        await write(data)
        total += len(data)
    return total
