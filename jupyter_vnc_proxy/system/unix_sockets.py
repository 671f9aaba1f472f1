"""Unix sockets: bound for one user alone, and as ``/proc/net/unix`` lists them (proc(5)), without connecting."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

ACCEPTS_CONNECTIONS = 0x10000
"""The flag ``__SO_ACCEPTCON``, from <linux/net.h>."""

CONNECTED = b"03"
"""The state ``SS_CONNECTED``, from <linux/net.h>."""


def private_socket(path: Path) -> socket.socket:
    """Return a unix socket that is bound at ``path`` and to which only this user may connect; it doesn't listen yet."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bind_privately(made, path)
    except BaseException:
        made.close()
        raise
    return made


def bind_privately(unix_socket: socket.socket, path: Path) -> None:
    """Bind a unix socket, before it listens, at ``path``, in the place of an old one; only this user may connect to it.

    The umask stays: threads share it, and a program that one of them starts would keep ours.
    """
    path.unlink(missing_ok=True)
    unix_socket.bind(os.fspath(path))
    path.chmod(0o600)  # nobody connects before it listens


class PrivateServer:
    """Serves the unix socket ``path`` (0600) from `start` to `close`, with a task for each connection.

    It closes a connection when ``serve(reader, writer)`` has ended. More than ``max_connections`` at the same time are
    closed without an answer. ``limit`` is the longest line in bytes.
    """

    def __init__(
        self,
        path: Path,
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
        max_connections: int,
        limit: int,
    ) -> None:
        self._path = path
        self._serve = serve
        self._max_connections = max_connections
        self._limit = limit
        self._server: asyncio.AbstractServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen, unless it does already; raise ``OSError`` if the socket can't be bound."""
        if self._server is None:
            listener = private_socket(self._path)
            self._server = await asyncio.start_unix_server(self._connected, sock=listener, limit=self._limit)

    async def close(self) -> None:
        """Listen no more, and end what is under way."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= self._max_connections:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._answer(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        finally:
            writer.close()


def is_listening(path: Path) -> bool:
    """Return whether a unix socket listens at ``path``."""
    return any(int(columns[3], 16) & ACCEPTS_CONNECTIONS for columns in _sockets(path))


def count_connections(path: Path) -> int:
    """Return how many connections the listener at ``path`` has accepted."""
    return sum(columns[5] == CONNECTED for columns in _sockets(path))


def _sockets(path: Path) -> Iterator[list[bytes]]:
    """Yield the columns of ``/proc/net/unix`` for each socket that is bound to ``path``."""
    wanted = os.fsencode(path)
    with open("/proc/net/unix", "rb") as table:
        for line in table:
            columns = line.rstrip(b"\n").split(None, 7)
            if len(columns) == 8 and columns[7] == wanted:
                yield columns
