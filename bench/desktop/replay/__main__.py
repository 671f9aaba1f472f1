"""Serves a recording to a viewer, in the recorded time, on a unix socket; ``REPORT`` tells when each update was sent.

    python -m bench.desktop.replay SOCKET RECORDING REPORT

The recorded fences are left out. Two of its own follow each update, as those of the stream server do: at most
`MAX_UNPAINTED` updates wait for the browser, so a slow browser gets all of them, but later. Each viewer sees the
recording from its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from jupyter_vnc_proxy.rfb import server_messages
from jupyter_vnc_proxy.rfb.events import Fence, UpdateRequested
from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind
from jupyter_vnc_proxy.rfb.server_protocol import ServerProtocol

from ..rfb import recording
from ..rfb.assembler import Assembler, Message, size_of
from ..rfb.decode import NO_RECTANGLES

MAX_UNPAINTED = 3
"""Updates that may wait for the browser."""

CHUNK = 1 << 16
"""Bytes read at once."""

LEFT_OUT = (ServerMessageKind.HANDSHAKE, ServerMessageKind.FENCE)

ARRIVED, PAINTED = 1, 2
"""First byte of a fence's payload; the number of the update follows."""


def messages_of(pieces: Iterable[recording.Piece]) -> list[Message]:
    """Return a recording's messages; the first one is the handshake."""
    assembler = Assembler()
    return [message for piece in pieces for message in assembler.feed(piece)]


def is_picture(message: Message) -> bool:
    """Return whether a message is an update with rectangles."""
    return message.kind is ServerMessageKind.UPDATE and message.data[2:4] != NO_RECTANGLES


class Replay:
    """One viewer. ``sent`` and ``painted``: the Unix times of each update."""

    def __init__(self, messages: list[Message]) -> None:
        self.sent: list[float] = []
        self.painted: list[float] = []
        self._messages = [message for message in messages if message.kind not in LEFT_OUT]
        self._protocol = ServerProtocol("Desktop", *size_of(messages[0].data))
        self._requested = asyncio.Event()
        self._was_painted = asyncio.Event()

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the viewer until it leaves or the recording ends."""
        reading = asyncio.ensure_future(self._read(reader, writer))
        playing = asyncio.ensure_future(self._play(writer))
        try:
            await asyncio.wait((reading, playing), return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                playing.result()
                await reading  # the last picture stays
        finally:
            for task in (reading, playing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._protocol.take())
        while data := await reader.read(CHUNK):
            for event in self._protocol.receive(data):
                if isinstance(event, UpdateRequested):
                    self._requested.set()
                elif isinstance(event, Fence) and event.payload[:1] == bytes([PAINTED]):
                    self.painted.append(time.time())
                    self._was_painted.set()
            writer.write(self._protocol.take())

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        await self._requested.wait()
        began, first = time.time(), self._messages[0].time
        for message in self._messages:
            while len(self.sent) - len(self.painted) >= MAX_UNPAINTED:
                self._was_painted.clear()
                await self._was_painted.wait()
            await asyncio.sleep(max(0.0, began + message.time - first - time.time()))
            if is_picture(message):
                number = len(self.sent).to_bytes(4, "big")
                self.sent.append(time.time())
                after = [_fence(ARRIVED, number), server_messages.update_header(0), _fence(PAINTED, number)]
                writer.write(message.data + b"".join(after))
            else:
                writer.write(message.data)
            await writer.drain()


def _fence(kind: int, number: bytes) -> bytes:
    flags = server_messages.FENCE_REQUEST | server_messages.FENCE_BLOCK_BEFORE
    return server_messages.fence(flags, bytes([kind]) + number)


async def serve(path: Path, messages: list[Message], report: Path) -> None:
    """Listen on a unix socket until cancelled; write the report after each viewer, and every second."""

    def save(replay: Replay) -> None:
        new = report.with_suffix(".new")
        new.write_text(json.dumps({"sent": replay.sent, "painted": replay.painted}))
        os.replace(new, report)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replay = Replay(messages)
        running = asyncio.ensure_future(replay.run(reader, writer))
        while not running.done():
            await asyncio.wait((running,), timeout=1.0)
            if replay.sent:
                save(replay)
        writer.close()

    async with await asyncio.start_unix_server(connected, path) as server:
        await server.serve_forever()


def main() -> None:
    """Serve until a signal."""
    path, file, report = map(Path, sys.argv[1:])
    os.umask(0o077)
    asyncio.run(serve(path, messages_of(recording.read(file)), report))


if __name__ == "__main__":
    main()
