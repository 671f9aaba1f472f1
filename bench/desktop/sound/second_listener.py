"""Another viewer who listens, without a browser: it acknowledges picture and sound as the page does."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import struct
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from ..rfb import messages
from ..rfb.recording import Piece
from ..rfb.viewer import Viewer
from ..servers.jupyter_server import TOKEN

DESKTOP = "api/desktops/default"
QUALITY = 8
REPORT_SECONDS = 0.2
HEADER = struct.Struct(">IQ")
"""In front of each packet: its number, and its capture time in microseconds."""

PACKET_MICROSECONDS = 10_000


async def listen(port: int, seconds: float) -> dict[str, Any]:
    """Listen for a while through the server at a port of the loopback, and return what was missing."""
    async with _connected(port, "rfb") as picture:
        looking = asyncio.ensure_future(_look(picture))
        try:
            async with _connected(port, "sound") as sound:
                times, size = await _hear(sound, time.monotonic() + seconds)
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
    return {"packets": len(times), "missing_ms": missing_ms(times), "kbit": round(size * 8e-3 / seconds, 1)}


@contextlib.asynccontextmanager
async def _connected(port: int, path: str) -> AsyncIterator[WebSocketClientConnection]:
    url = f"ws://127.0.0.1:{port}/{DESKTOP}/{path}"
    request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}, connect_timeout=30.0)
    socket = await websocket_connect(request, subprotocols=["binary"], max_message_size=64 << 20)
    if path == "rfb":  # the sound belongs to its connection
        await socket.write_message(messages.HELLO, binary=True)
    try:
        yield socket
    finally:
        socket.close()


async def _look(picture: WebSocketClientConnection) -> None:
    viewer = Viewer(QUALITY)
    while isinstance(data := await picture.read_message(), bytes):
        if answer := viewer.receive(Piece(time.time(), data)):
            await picture.write_message(answer, binary=True)


async def _hear(sound: WebSocketClientConnection, until: float) -> tuple[list[int], int]:
    """Return the capture times of the packets, and their bytes."""
    times: list[int] = []
    size, told = 0, 0.0
    while (now := time.monotonic()) < until:
        try:
            message = await asyncio.wait_for(sound.read_message(), until - now)
        except asyncio.TimeoutError:
            break
        if message is None:
            raise ConnectionError(f"The sound was closed: {sound.close_reason}")
        if isinstance(message, bytes):
            number, captured = HEADER.unpack_from(message)
            times.append(captured)
            size += len(message)
            if now - told >= REPORT_SECONDS:
                told = now
                await sound.write_message(json.dumps({"type": "received", "sequence": number, "buffer": 0}))
    return times, size


def missing_ms(times: Sequence[int]) -> int:
    """Return how much sound did not come, by the capture times of the packets that did."""
    gaps = [after - before - PACKET_MICROSECONDS for before, after in itertools.pairwise(times)]
    return round(sum(gap for gap in gaps if gap > PACKET_MICROSECONDS / 2) / 1000)
