"""Relays bytes between a viewer and a desktop's socket, with back-pressure in both directions.

The relay reads from one side only after the other side has accepted the previous bytes, so memory use is bounded
however slow a viewer is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol

from tornado.httpclient import HTTPError, HTTPRequest
from tornado.netutil import Resolver
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from ..system.timeouts import within

CHUNK_BYTES = 256 * 1024
"""Maximum size of one read, and so of the data buffered in one direction."""

MAX_MESSAGE_BYTES = 1 << 30
"""Maximum size of a WebSocket message from a desktop; libvncserver sends a whole rectangle as one message."""

CONNECT_TIMEOUT_SECONDS = 5.0
"""Time limit for connecting to a desktop's socket, with the WebSocket upgrade if there is one."""

SEND_TIMEOUT_SECONDS = 15.0
"""Time limit for a desktop to accept one message of a viewer."""

GONE_POLL_SECONDS = 0.25
"""Interval of the checks whether a viewer is still there while its desktop doesn't accept a message."""


class Upstream(Protocol):
    """A connection to a desktop."""

    async def receive(self) -> bytes:
        """Return the next bytes, or ``b""`` at the end of the stream."""

    async def send(self, data: bytes) -> None:
        """Send bytes; return once they are accepted. Raise ``OSError`` if the connection is closed."""

    def send_at_once(self, data: bytes) -> bytes:
        """Send what is accepted without waiting, while no `send` waits; return the rest. Raise ``OSError`` alike."""

    def close(self) -> None:
        """Close the connection; `receive` then returns ``b""``."""


class SocketUpstream:
    """Plain RFB on a unix socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._operations = 0
        self._closing = False

    @classmethod
    async def connect(cls, path: Path) -> SocketUpstream:
        """Connect; raise ``OSError`` if nothing listens."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await within(CONNECT_TIMEOUT_SECONDS, loop.sock_connect(connection, os.fspath(path)))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    async def receive(self) -> bytes:
        """Return the next bytes, or ``b""`` at the end of the stream."""
        try:
            with self._operation():
                return await self._loop.sock_recv(self._socket, CHUNK_BYTES)
        except OSError:
            return b""

    async def send(self, data: bytes) -> None:
        """Send bytes; return once they are accepted."""
        with self._operation():
            await self._loop.sock_sendall(self._socket, data)

    def send_at_once(self, data: bytes) -> bytes:
        """Send what fits into the socket's buffer; return the rest."""
        with self._operation(), contextlib.suppress(BlockingIOError):
            return data[self._socket.send(data) :]
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the operations that wait
        self._close_if_unused()

    @contextlib.contextmanager
    def _operation(self) -> Iterator[None]:
        """Count an operation that waits: the selector must forget the socket before its number is free again."""
        if self._closing:
            raise ConnectionResetError("the connection to the desktop is closed")
        self._operations += 1
        try:
            yield
        finally:
            self._operations -= 1
            if self._closing:
                self._close_if_unused()

    def _close_if_unused(self) -> None:
        if not self._operations and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
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
            return cls(await within(CONNECT_TIMEOUT_SECONDS, asyncio.ensure_future(connecting)))
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

    def send_at_once(self, data: bytes) -> bytes:
        """Return all: a WebSocket's messages are written by `send`."""
        return data

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


async def send_while(upstream: Upstream, data: bytes, is_there: Callable[[], bool]) -> None:
    """Send ``data``; give up if the viewer that sent it vanishes meanwhile, or after `SEND_TIMEOUT_SECONDS`.

    Raise ``ConnectionAbortedError`` or ``TimeoutError``, or the ``OSError`` of the connection. Part of the data may be
    sent then, so the connection must be closed.
    """
    if not (data := upstream.send_at_once(data)):  # nearly always; a task costs more than that
        return
    sending = asyncio.ensure_future(upstream.send(data))
    deadline = time.monotonic() + SEND_TIMEOUT_SECONDS
    try:
        while not (await asyncio.wait({sending}, timeout=GONE_POLL_SECONDS))[0]:
            if not is_there():
                raise ConnectionAbortedError("the viewer has gone")
            if time.monotonic() >= deadline:
                raise TimeoutError("the desktop doesn't accept the viewer's messages")
        sending.result()
    finally:
        if not sending.done():
            sending.cancel()
            await asyncio.wait({sending})


def has_hung_up(descriptor: int) -> bool:
    """Return whether the peer of a stream socket has closed its side, even if unread bytes come before that."""
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    return bool(poll.poll(0))
