"""An RFB client that sends input without blocking, over a desktop's own socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from ..errors import Conflict, TimedOut
from ..options import Geometry
from ..rfb.client_side import requests
from ..rfb.client_side.reader import Steps, Update, greeting, message
from ..rfb.encodings import (
    ENCODING_RAW,
    PSEUDO_DESKTOP_SIZE,
    PSEUDO_EXTENDED_DESKTOP_SIZE,
)
from ..system.timeouts import within

ANSWER_SECONDS = 10.0
"""The time that the server may take for each answer."""

T = TypeVar("T")


class RFBConnection:
    """One shared connection, which asks for no other size of the desktop, and takes part in no clipboard.

    Every method raises `Conflict` if the connection has ended, and `TimedOut` if the server does not answer.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: Geometry) -> None:
        self._reader = reader
        self._writer = writer
        self._size = size
        self._answer: asyncio.Future[None] | None = None
        """Done by the next update: we request one at a time."""
        self._lock = asyncio.Lock()
        self._task = asyncio.create_task(self._receive())

    @classmethod
    async def open(cls, path: Path) -> RFBConnection:
        """Connect to a unix socket."""
        try:
            reader, writer = await _in_time(asyncio.open_unix_connection(path))
            try:
                server = await _in_time(_drive(greeting(writer.write), reader.readexactly))
            except BaseException:
                writer.close()
                raise
        except (OSError, EOFError) as error:
            raise _gone(error) from error
        writer.write(requests.NATIVE_PIXELS)
        writer.write(requests.encodings(ENCODING_RAW, PSEUDO_DESKTOP_SIZE, PSEUDO_EXTENDED_DESKTOP_SIZE))
        return cls(reader, writer, Geometry(server.width, server.height))

    @property
    def is_open(self) -> bool:
        """Whether the server has not ended the connection, nor we."""
        return not self._task.done()

    async def size(self) -> Geometry:
        """Return the size of the screen now."""
        await self.sync()
        return self._size

    async def sync(self) -> None:
        """Wait until the server has read all that was sent: it answers a request for one pixel in its turn."""
        async with self._lock:
            if self._answer is not None and not self._answer.done():
                # Of a call that was cancelled; the server may answer two requests with one.
                await self._answered(self._answer)
            self._answer = asyncio.get_running_loop().create_future()
            await self._send(requests.update(False, 0, 0, 1, 1))
            await self._answered(self._answer)

    async def _answered(self, answer: asyncio.Future[None]) -> None:
        await asyncio.wait({answer, self._task}, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise self._end() if self._task.done() else _slow()

    async def key(self, keysym: int, down: bool) -> None:
        """Press or release a key."""
        await self._send(requests.key(keysym, down))

    async def pointer(self, x: int, y: int, buttons: int) -> None:
        """Move the pointer, with these buttons held."""
        await self._send(requests.pointer(x, y, buttons))

    async def close(self) -> None:
        """Close the connection."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError, EOFError):
            await self._task
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _send(self, data: bytes) -> None:
        if self._task.done():
            raise self._end()
        self._writer.write(data)
        try:
            await _in_time(self._writer.drain())
        except OSError as error:
            raise _gone(error) from error

    def _end(self) -> Conflict:
        return _gone(None if self._task.cancelled() else self._task.exception())

    async def _receive(self) -> None:
        while True:
            self._handle(await _drive(message(), self._reader.readexactly))

    def _handle(self, received: Update | None) -> None:
        if received is not None:
            self._size = Geometry(*(received.size or self._size))
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(None)


async def _in_time(work: Awaitable[T]) -> T:
    """Wait for the server; raise `TimedOut` if it takes too long."""
    try:
        return await within(ANSWER_SECONDS, work)
    except asyncio.TimeoutError as error:
        raise _slow() from error


async def _drive(steps: Steps[T], read: Callable[[int], Awaitable[bytes]]) -> T:
    """Run a generator of `rfb.client_side.reader`; return its result."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(await read(wanted))
    except StopIteration as end:
        result: T = end.value
        return result


def _gone(error: BaseException | None) -> Conflict:
    reason = f": {error}" if error else ""
    return Conflict(f"The connection to the desktop has ended{reason}.", code="display-gone")


def _slow() -> TimedOut:
    return TimedOut(f"The VNC server of the desktop has not answered within {ANSWER_SECONDS:g} s.")
