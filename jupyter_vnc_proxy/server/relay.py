"""Bytes between a viewer and a desktop's socket, with back-pressure in both directions.

Nothing is read from one side before the other has taken what came before, so that memory stays where it is however
slow a viewer is.
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

CHUNK = 256 * 1024
"""Bytes that are read at once, and so the most that is in our hands in one direction."""

LONGEST_MESSAGE = 1 << 30
"""Bytes of one WebSocket message from a desktop; libvncserver sends a whole rectangle as one."""

CONNECT_TIMEOUT = 5.0
"""Seconds that a desktop's socket may take to answer."""


class Upstream(Protocol):
    """A connection to a desktop."""

    async def receive(self) -> bytes:
        """Return the next bytes; nothing at the end."""

    async def send(self, data: bytes) -> None:
        """Hand over bytes; return when they are taken. Raise ``OSError`` where the other side is gone."""

    def close(self) -> None:
        """End the connection; `receive` returns nothing then."""


class SocketUpstream:
    """Plain RFB on a unix socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def connect(cls, path: Path) -> SocketUpstream:
        """Connect; raise ``OSError`` where nobody listens."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await asyncio.wait_for(loop.sock_connect(connection, os.fspath(path)), CONNECT_TIMEOUT)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    async def receive(self) -> bytes:
        """Return the next bytes; nothing at the end."""
        try:
            return await self._loop.sock_recv(self._socket, CHUNK)
        except OSError:
            return b""

    async def send(self, data: bytes) -> None:
        """Hand over bytes; return when they are taken."""
        await self._loop.sock_sendall(self._socket, data)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


class _UnixResolver(Resolver):
    """Takes any host for one unix socket."""

    def initialize(self, path: Path) -> None:
        self._path = os.fspath(path)

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, str]]:
        return [(socket.AF_UNIX, self._path)]


class WebSocketUpstream:
    """RFB over WebSocket on a unix socket: websockify, or libvncserver's own."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, path: Path) -> WebSocketUpstream:
        """Connect and upgrade; raise ``OSError`` where nobody listens or it is refused."""
        connecting = websocket_connect(
            # libvncserver wants an Origin; it compares it with nothing.
            HTTPRequest("ws://localhost/", headers={"Origin": "http://localhost"}),
            subprotocols=["binary"],
            resolver=_UnixResolver(path=path),
            max_message_size=LONGEST_MESSAGE,
        )
        try:
            return cls(await asyncio.wait_for(asyncio.ensure_future(connecting), CONNECT_TIMEOUT))
        except HTTPError as error:
            raise OSError(f"the WebSocket was refused: {error}") from error

    async def receive(self) -> bytes:
        """Return the next bytes; nothing at the end."""
        message = await self._connection.read_message()
        if message is None:
            return b""
        return message if isinstance(message, bytes) else message.encode("latin-1")

    async def send(self, data: bytes) -> None:
        """Hand over bytes; return when they are taken."""
        try:
            await self._connection.write_message(data, binary=True)
        except WebSocketClosedError as error:
            raise ConnectionResetError("the desktop's WebSocket is closed") from error

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


async def connect(path: Path, speaks: Literal["rfb", "websocket"]) -> Upstream:
    """Connect to a desktop's socket; raise ``OSError`` (or ``TimeoutError``) where nobody answers."""
    if speaks == "websocket":
        return await WebSocketUpstream.connect(path)
    return await SocketUpstream.connect(path)


async def pump(upstream: Upstream, write: Callable[[bytes], Awaitable[None]]) -> int:
    """Move bytes from ``upstream`` to ``write`` until the upstream ends; return how many.

    ``write`` returns when the viewer's connection has taken the bytes; what it raises ends the pump.
    """
    total = 0
    while data := await upstream.receive():
        await write(data)
        total += len(data)
    return total
