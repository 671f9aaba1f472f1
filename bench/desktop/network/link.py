"""A link in user space: a TCP proxy on the loopback that has a rate, a delay and a short queue each way.

    python -m bench.desktop.network.link PORT

Commands as lines of JSON: ``listen`` → ``port``; ``set`` with the ``name`` of a link. Answers hold the bytes so far.
All connections share the link's rate. What doesn't fit into the queue stays unread, so that the sender is held back as
by TCP on a real link; its segments are 1448 bytes, since the kernel lets a sender on the loopback keep megabytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass

SEGMENT = 1448
"""Bytes of a segment on an Ethernet."""

CHUNK = 1 << 16
"""Bytes read at once where there is no rate."""

QUEUE_SECONDS = 0.1
"""What the bottleneck's queue holds at the link's rate: a router's, neither tiny nor bloated."""

MOST_CROSSING = 1 << 18
"""Bytes of one connection on their way; more than any link's queue and length hold."""

RECEIVE_BUFFER = 16 * 1024
"""Of the sockets that are read, with a rate: bytes that wait there are behind the queue and make it longer."""


@dataclass(frozen=True)
class Link:
    """``mbit``: 10^6 bits a second each way, 0 for as many as go; ``round_trip``: ms, half of it each way."""

    name: str
    mbit: float = 0
    round_trip: float = 0

    @property
    def limited(self) -> bool:
        return self.mbit > 0


LINKS = {link.name: link for link in (Link("loopback"), Link("10mbit-40ms", 10, 40), Link("2mbit-100ms", 2, 100))}


class Direction:
    """One way of the link: when a piece that comes now has crossed it, and how many bytes did."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.bytes = 0
        self._free = 0.0

    def room_after(self, now: float) -> float:
        """Return in how many seconds the queue takes another piece."""
        return max(0.0, self._free - now - QUEUE_SECONDS) if self.link.limited else 0.0

    def cross(self, size: int, now: float) -> float:
        """Take a piece of ``size`` bytes, and return when it arrives."""
        self.bytes += size
        if not self.link.limited:
            return now + self.link.round_trip / 2000
        self._free = max(now, self._free) + size * 8 / (self.link.mbit * 1e6)
        return self._free + self.link.round_trip / 2000


class Crossing:
    """The pieces of one connection that are on their way, each with the time of its arrival."""

    def __init__(self) -> None:
        self.bytes = 0
        self.moved = asyncio.Event()
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._more = asyncio.Event()

    def put(self, due: float, piece: bytes) -> None:
        """Send a piece; an empty one is the end."""
        self.bytes += len(piece)
        self._pieces.append((due, piece))
        self._more.set()

    async def first(self) -> tuple[float, bytes]:
        """Wait for the piece that arrives next."""
        while not self._pieces:
            self._more.clear()
            await self._more.wait()
        return self._pieces[0]

    def pop(self) -> None:
        """The first one was taken."""
        self.bytes -= len(self._pieces.popleft()[1])
        self.moved.set()


class Proxy:
    """Listens on a port of the loopback's and connects to another one through the link."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.up, self.down = Direction(LINKS["loopback"]), Direction(LINKS["loopback"])
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()

    def set(self, link: Link) -> None:
        """Make it another link, for connections that are open too."""
        self.up.link = self.down.link = link

    async def listen(self) -> int:
        """Begin, and return the port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=CHUNK)
        port: int = listener.getsockname()[1]
        return port

    async def close(self) -> None:
        """Close every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        # asyncio does so only where a socket says that its protocol is TCP, which accepted ones don't.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.close()
            self._running.discard(task)
            return
        try:
            ways = (self._pump(reader, far_writer, self.up), self._pump(far_reader, writer, self.down))
            await asyncio.gather(*ways)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in (writer, far_writer):
                end.close()
            self._running.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.down.link.limited:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self._target))
        # The reader's own buffer is part of the queue as well.
        limit = SEGMENT if self.down.link.limited else CHUNK
        return await asyncio.open_connection(sock=connection, limit=limit)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        """Move one connection's bytes one way, in order, until the sender closes."""
        crossing = Crossing()
        delivery = asyncio.ensure_future(_deliver(crossing, writer))
        delivery.add_done_callback(lambda _: crossing.moved.set())
        try:
            while not delivery.done():
                wait = way.room_after(time.monotonic())
                if wait > 0:
                    await asyncio.sleep(wait)
                    continue
                piece = await reader.read(SEGMENT if way.link.limited else CHUNK)
                crossing.put(way.cross(len(piece), time.monotonic()), piece)
                if not piece:
                    await delivery
                while crossing.bytes > MOST_CROSSING and not delivery.done():
                    crossing.moved.clear()
                    await crossing.moved.wait()
        finally:
            delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await delivery


async def _deliver(crossing: Crossing, writer: asyncio.StreamWriter) -> None:
    """Hand the pieces to the receiver as they arrive, as far as it reads them."""
    while True:
        due, piece = await crossing.first()
        wait = due - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if not piece:
            with contextlib.suppress(OSError):
                writer.write_eof()
            return
        writer.write(piece)
        await writer.drain()
        crossing.pop()


async def main(target: int) -> None:
    """Do what standard input asks for, until it ends."""
    proxy = Proxy(target)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        answer: dict[str, int] = {"id": command["id"]}
        if command["do"] == "listen":
            answer["port"] = await proxy.listen()
        elif command["do"] == "set":
            proxy.set(LINKS[command["name"]])
        answer |= {"up": proxy.up.bytes, "down": proxy.down.bytes}
        print(json.dumps(answer), flush=True)
    await proxy.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
