"""The relay between a viewer and a desktop's socket: all bytes, in order, with bounded memory."""

from __future__ import annotations

import asyncio
import socket
import zlib
from pathlib import Path

import pytest
from support.runners import Runners
from support.standins import BANNER, vnc_server
from support.waiting import until

from jupyter_vnc_proxy.server import relay
from jupyter_vnc_proxy.server.relay import (
    CHUNK_BYTES,
    SocketUpstream,
    WebSocketUpstream,
    connect_upstream,
    has_hung_up,
    pump,
    send_while,
)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


async def test_it_sends_and_receives(runtime: Path) -> None:
    async with vnc_server(runtime / "s", echo):
        upstream = await connect_upstream(runtime / "s", "rfb")
        assert isinstance(upstream, SocketUpstream)
        await upstream.send(b"hello")
        assert await upstream.receive() == b"hello"
        upstream.close()


async def test_connecting_raises_if_nothing_listens(runtime: Path) -> None:
    for speaks in ("rfb", "websocket"):
        with pytest.raises(OSError):
            await connect_upstream(runtime / "missing", speaks)


async def test_connecting_raises_if_the_upgrade_is_refused(runtime: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with vnc_server(runtime / "s", refuse):
        with pytest.raises(OSError, match="refused"):
            await connect_upstream(runtime / "s", "websocket")


async def test_receive_returns_nothing_after_the_server_has_ended(runtime: Path) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await writer.drain()

    async with vnc_server(runtime / "s", leave):
        upstream = await connect_upstream(runtime / "s", "rfb")
        assert await upstream.receive() == BANNER
        assert await upstream.receive() == b""
        with pytest.raises(OSError):  # the kernel takes some before it tells
            for _ in range(100):
                await upstream.send(bytes(CHUNK_BYTES))
        upstream.close()


async def test_all_bytes_arrive_once_and_in_order(runtime: Path) -> None:
    sent = bytes(range(256)) * 100_000

    async def push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    got = bytearray()

    async def write(data: bytes) -> None:
        assert len(data) <= CHUNK_BYTES
        got.extend(data)

    async with vnc_server(runtime / "s", push):
        upstream = await connect_upstream(runtime / "s", "rfb")
        assert await pump(upstream, write) == len(sent)
        upstream.close()
    assert zlib.crc32(got) == zlib.crc32(sent)


async def test_a_slow_viewer_stalls_reading_from_the_desktop(runtime: Path) -> None:
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
        upstream = await connect_upstream(runtime / "s", "rfb")
        pumping = asyncio.ensure_future(pump(upstream, stall))
        before = -1
        for _ in range(100):  # it has stalled when it no longer moves
            await asyncio.sleep(0.05)
            if pushed == before:
                break
            before = pushed
        assert pushed == before
        assert pieces == 1
        assert pushed < 2 * CHUNK_BYTES + (1 << 20)
        taken.set()
        await until(lambda: pushed > before + 10 * CHUNK_BYTES)
        pumping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pumping
        upstream.close()


async def test_an_exception_of_write_ends_the_pump(runtime: Path) -> None:
    async def refuse(data: bytes) -> None:
        raise BrokenPipeError("the viewer has gone")

    async def push(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.read()

    async with vnc_server(runtime / "s", push):
        upstream = await connect_upstream(runtime / "s", "rfb")
        with pytest.raises(BrokenPipeError):
            await pump(upstream, refuse)
        upstream.close()


@pytest.mark.parametrize(("backend", "transport"), [("tigervnc", "websockify"), ("x11vnc", "native")])
async def test_it_relays_rfb_over_a_desktops_websocket(runners: Runners, backend: str, transport: str) -> None:
    run = runners.start(f"--transport={transport}", backend=backend)
    await until(lambda: run.state.get("phase") == "running")
    upstream = await connect_upstream(run.path / "rfb.sock", "websocket")
    assert isinstance(upstream, WebSocketUpstream)
    assert await upstream.receive() == BANNER
    await upstream.send(BANNER)
    assert await upstream.receive() == b"\1\1"
    upstream.close()
    assert await upstream.receive() == b""


async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1000)


async def test_closing_ends_what_waits_and_leaves_the_selector_clean(runtime: Path) -> None:
    async with vnc_server(runtime / "s", ignore):
        upstream = await connect_upstream(runtime / "s", "rfb")
        assert isinstance(upstream, SocketUpstream)
        receiving = asyncio.ensure_future(upstream.receive())
        sending = asyncio.ensure_future(upstream.send(bytes(10_000_000)))
        await asyncio.sleep(0.1)
        assert not sending.done()
        number = upstream._socket.fileno()
        upstream.close()
        upstream.close()
        assert await asyncio.wait_for(receiving, 60) == b""
        with pytest.raises(OSError):
            await asyncio.wait_for(sending, 60)
        assert upstream._socket.fileno() == -1
        assert await upstream.receive() == b""
        with pytest.raises(OSError):
            await upstream.send(b"late")
        next_one = await connect_upstream(runtime / "s", "rfb")
        assert isinstance(next_one, SocketUpstream)
        assert next_one._socket.fileno() == number, "the number is used again"
        waiting = asyncio.ensure_future(next_one.send(bytes(10_000_000)))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        next_one.close()


async def test_sending_ends_if_the_viewer_vanishes_or_the_time_is_over(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with vnc_server(runtime / "s", ignore):
        upstream = await connect_upstream(runtime / "s", "rfb")
        await send_while(upstream, b"accepted", lambda: False)
        with pytest.raises(ConnectionAbortedError):
            await asyncio.wait_for(send_while(upstream, bytes(10_000_000), lambda: False), 60)
        monkeypatch.setattr(relay, "SEND_TIMEOUT_SECONDS", 0.3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(send_while(upstream, bytes(10_000_000), lambda: True), 60)
        upstream.close()


async def test_what_a_desktop_does_not_accept_at_once_follows_in_order(runtime: Path) -> None:
    sent = bytes(range(256)) * 20_000
    received = bytearray()
    may_read = asyncio.Event()

    async def read_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await may_read.wait()
        while data := await reader.read(CHUNK_BYTES):
            received.extend(data)

    async with vnc_server(runtime / "s", read_late):
        upstream = await connect_upstream(runtime / "s", "rfb")
        sending = asyncio.ensure_future(send_while(upstream, sent, lambda: True))
        await asyncio.sleep(0)
        assert not sending.done()
        may_read.set()
        await asyncio.wait_for(sending, 60)
        await send_while(upstream, b"the end", lambda: True)
        await until(lambda: received.endswith(b"the end"))
        assert received == sent + b"the end"
        upstream.close()


async def test_nothing_is_sent_after_the_end(runtime: Path) -> None:
    async with vnc_server(runtime / "s", ignore) as connections:
        upstream = await connect_upstream(runtime / "s", "rfb")
        await until(lambda: connections)
        upstream.close()
        with pytest.raises(OSError):
            await send_while(upstream, b"late", lambda: True)


def test_a_peer_that_hung_up_is_noticed_behind_unread_bytes() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"unread")
    assert not has_hung_up(ours.fileno())
    theirs.close()
    assert has_hung_up(ours.fileno())
    ours.close()
