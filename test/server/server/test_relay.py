"""Bytes from and to a desktop's socket: whole, in order, and never more of them in memory than needed."""

from __future__ import annotations

import asyncio
import zlib
from pathlib import Path

import pytest
from support.runners import Runners
from support.standins import BANNER, vnc_server
from support.waiting import until

from jupyter_vnc_proxy.server.relay import CHUNK, SocketUpstream, WebSocketUpstream, connect, pump


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


async def test_what_is_sent_comes_back(runtime: Path) -> None:
    async with vnc_server(runtime / "s", echo):
        upstream = await connect(runtime / "s", "rfb")
        assert isinstance(upstream, SocketUpstream)
        await upstream.send(b"hello")
        assert await upstream.receive() == b"hello"
        upstream.close()


async def test_where_nobody_listens_connecting_raises(runtime: Path) -> None:
    for speaks in ("rfb", "websocket"):
        with pytest.raises(OSError):
            await connect(runtime / "missing", speaks)


async def test_a_server_that_speaks_no_websocket_is_an_error(runtime: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with vnc_server(runtime / "s", refuse):
        with pytest.raises(OSError, match="refused"):
            await connect(runtime / "s", "websocket")


async def test_the_end_of_a_server_is_the_end_of_receiving(runtime: Path) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await writer.drain()

    async with vnc_server(runtime / "s", leave):
        upstream = await connect(runtime / "s", "rfb")
        assert await upstream.receive() == BANNER
        assert await upstream.receive() == b""
        with pytest.raises(OSError):  # the kernel takes some before it tells
            for _ in range(100):
                await upstream.send(bytes(CHUNK))
        upstream.close()


async def test_all_that_a_server_sends_arrives_once_and_in_order(runtime: Path) -> None:
    sent = bytes(range(256)) * 100_000

    async def push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    got = bytearray()

    async def write(data: bytes) -> None:
        assert len(data) <= CHUNK
        got.extend(data)

    async with vnc_server(runtime / "s", push):
        upstream = await connect(runtime / "s", "rfb")
        assert await pump(upstream, write) == len(sent)
        upstream.close()
    assert zlib.crc32(got) == zlib.crc32(sent)


async def test_nothing_is_read_before_the_viewer_has_taken_what_came_before(runtime: Path) -> None:
    pushed = 0

    async def push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal pushed
        while True:
            writer.write(bytes(1 << 16))
            await writer.drain()
            pushed += 1 << 16

    taken = asyncio.Event()
    pieces = 0

    async def stall(data: bytes) -> None:
        nonlocal pieces
        pieces += 1
        await taken.wait()

    async with vnc_server(runtime / "s", push):
        upstream = await connect(runtime / "s", "rfb")
        pumping = asyncio.ensure_future(pump(upstream, stall))
        before = -1
        for _ in range(100):  # it has stalled when it no longer moves
            await asyncio.sleep(0.05)
            if pushed == before:
                break
            before = pushed
        assert pushed == before
        assert pieces == 1
        assert pushed < 2 * CHUNK + (1 << 20)
        taken.set()
        await until(lambda: pushed > before + 10 * CHUNK)
        pumping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pumping
        upstream.close()


async def test_what_a_viewers_write_raises_ends_the_pump(runtime: Path) -> None:
    async def refuse(data: bytes) -> None:
        raise BrokenPipeError("the viewer has gone")

    async def push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.read()

    async with vnc_server(runtime / "s", push):
        upstream = await connect(runtime / "s", "rfb")
        with pytest.raises(BrokenPipeError):
            await pump(upstream, refuse)
        upstream.close()


@pytest.mark.parametrize(("backend", "transport"), [("tigervnc", "websockify"), ("x11vnc", "native")])
async def test_a_socket_that_speaks_websocket_speaks_rfb_through_it(
    runners: Runners, backend: str, transport: str
) -> None:
    run = runners.start(f"--transport={transport}", backend=backend)
    await until(lambda: run.state.get("phase") == "running")
    upstream = await connect(run.path / "rfb.sock", "websocket")
    assert isinstance(upstream, WebSocketUpstream)
    assert await upstream.receive() == BANNER
    await upstream.send(BANNER)
    assert await upstream.receive() == b"\1\1"
    upstream.close()
    assert await upstream.receive() == b""
