"""A simulated network link: a TCP proxy on the loopback with a rate, a delay and a short queue in each direction.

    python -m bench.desktop.network.link PORT

Commands are lines of JSON: ``listen`` → ``port``; ``set`` with the ``name`` of a link; ``cut``, which closes all
connections. Answers have the bytes so far.
All connections share the link's rate. Bytes that exceed the queue stay unread, so that TCP slows the sender down as on
a real link. Segments are 1448 bytes, because a sender on the loopback otherwise gets megabytes of buffers.
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

SEGMENT_BYTES = 1448
"""TCP payload of an Ethernet frame."""

CHUNK_BYTES = 1 << 16
"""Read at once if the rate is unlimited."""

QUEUE_SECONDS = 0.1
"""Length of the bottleneck's queue at the link's rate: a router without bufferbloat."""

MAX_IN_FLIGHT_BYTES = 1 << 18
"""Of one connection; more than the queue and the delay of any link hold."""

RECEIVE_BUFFER_BYTES = 16 * 1024
"""SO_RCVBUF of the sockets that are read at a limited rate: bytes that wait there make the queue longer."""


@dataclass(frozen=True)
class Link:
    """``mbit``: 10^6 bits per second in each direction, 0 for unlimited; ``round_trip``: in ms."""

    name: str
    mbit: float = 0
    round_trip: float = 0

    @property
    def limited(self) -> bool:
        """Whether the link has a rate."""
        return self.mbit > 0


LINKS = {link.name: link for link in (Link("loopback"), Link("10mbit-40ms", 10, 40), Link("2mbit-100ms", 2, 100))}


class Direction:
    """One direction of the link: computes arrival times, and counts bytes."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.bytes = 0
        self._free = 0.0

    def room_after(self, now: float) -> float:
        """Return the seconds until the queue accepts another piece."""
        return max(0.0, self._free - now - QUEUE_SECONDS) if self.link.limited else 0.0

    def cross(self, size: int, now: float) -> float:
        """Send a piece of ``size`` bytes at ``now``, and return its arrival time."""
        self.bytes += size
        if not self.link.limited:
            return now + self.link.round_trip / 2000
        self._free = max(now, self._free) + size * 8 / (self.link.mbit * 1e6)
        return self._free + self.link.round_trip / 2000


class InFlight:
    """The pieces of one connection and direction that are under way, each with its arrival time."""

    def __init__(self) -> None:
        self.bytes = 0
        self.delivered = asyncio.Event()
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._more = asyncio.Event()

    def put(self, due: float, piece: bytes) -> None:
        """Add a piece; an empty one marks the end of the stream."""
        self.bytes += len(piece)
        self._pieces.append((due, piece))
        self._more.set()

    async def first(self) -> tuple[float, bytes]:
        """Wait for the next piece; return its arrival time and bytes."""
        while not self._pieces:
            self._more.clear()
            await self._more.wait()
        return self._pieces[0]

    def pop(self) -> None:
        """Remove the first piece, which was delivered."""
        self.bytes -= len(self._pieces.popleft()[1])
        self.delivered.set()


class Proxy:
    """Listens on a port of the loopback and forwards connections to another port through the link."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.up, self.down = Direction(LINKS["loopback"]), Direction(LINKS["loopback"])
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()

    def set(self, link: Link) -> None:
        """Change the link, for open connections too."""
        self.up.link = self.down.link = link

    async def listen(self) -> int:
        """Start listening, and return the port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=CHUNK_BYTES)
        port: int = listener.getsockname()[1]
        return port

    async def close(self) -> None:
        """Close every connection, and accept no more."""
        if self._server is not None:
            self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Close every connection."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        # asyncio sets it only for sockets whose protocol is IPPROTO_TCP; accepted sockets have protocol 0.
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
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self._target))
        # The reader's buffer is part of the queue, too.
        limit = SEGMENT_BYTES if self.down.link.limited else CHUNK_BYTES
        return await asyncio.open_connection(sock=connection, limit=limit)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        """Forward one direction of a connection, in order, until the sender closes it."""
        in_flight = InFlight()
        delivery = asyncio.ensure_future(_deliver(in_flight, writer))
        delivery.add_done_callback(lambda _: in_flight.delivered.set())
        try:
            while not delivery.done():
                wait = way.room_after(time.monotonic())
                if wait > 0:
                    await asyncio.sleep(wait)
                    continue
                piece = await reader.read(SEGMENT_BYTES if way.link.limited else CHUNK_BYTES)
                in_flight.put(way.cross(len(piece), time.monotonic()), piece)
                if not piece:
                    await delivery
                while in_flight.bytes > MAX_IN_FLIGHT_BYTES and not delivery.done():
                    in_flight.delivered.clear()
                    await in_flight.delivered.wait()
        finally:
            delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await delivery


async def _deliver(in_flight: InFlight, writer: asyncio.StreamWriter) -> None:
    """Write each piece at its arrival time, as fast as the receiver reads."""
    while True:
        due, piece = await in_flight.first()
        wait = due - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if not piece:
            with contextlib.suppress(OSError):
                writer.write_eof()
            return
        writer.write(piece)
        await writer.drain()
        in_flight.pop()


async def main(target: int) -> None:
    """Run the commands from standard input until it ends."""
    proxy = Proxy(target)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        answer: dict[str, int] = {"id": command["id"]}
        if command["do"] == "listen":
            answer["port"] = await proxy.listen()
        elif command["do"] == "set":
            proxy.set(LINKS[command["name"]])
        elif command["do"] == "cut":
            await proxy.cut()
        answer |= {"up": proxy.up.bytes, "down": proxy.down.bytes}
        print(json.dumps(answer), flush=True)
    await proxy.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
