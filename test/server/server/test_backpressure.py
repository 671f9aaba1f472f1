"""A viewer or desktop that does not read stalls the other side; the server's memory stays bounded."""

from __future__ import annotations

import asyncio
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from support.standins import StandIn, vnc_server
from support.viewers import RawViewer
from support.waiting import until

RFB = ("api", "desktops", "default", "rfb")
MEGABYTE = 1 << 20


@pytest.fixture
def stand_in(vnc: Any, stand_in: StandIn) -> StandIn:
    """The same, in the runtime directory of a running server."""
    return stand_in


class Flood:
    """A VNC server that sends ``total`` bytes as fast as possible, or reads nothing until ``may_read`` is set."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.sent = 0
        self.sum = 0
        self.received = 0
        self.received_sum = 0
        self.may_read = asyncio.Event()

    async def push(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        block = os.urandom(MEGABYTE // 4)
        while self.sent < self.total:
            writer.write(block)
            await writer.drain()
            self.sent += len(block)
            self.sum = zlib.crc32(block, self.sum)
        await reader.read()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.may_read.wait()
        while data := await reader.read(MEGABYTE):
            self.received += len(data)
            self.received_sum = zlib.crc32(data, self.received_sum)


def resident() -> int:
    """Return this process's resident memory in bytes (proc(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def stalled(count: Any) -> int:
    """Wait until a count stops changing, and return it."""
    last, same = -1, 0
    while same < 4:
        await asyncio.sleep(0.05)
        same = same + 1 if count() == last else 0
        last = count()
    return last


@pytest.fixture
def connect(http_server: Any, jp_http_port: int, jp_auth_header: Any, jp_base_url: str) -> Any:
    async def connect() -> RawViewer:
        path = jp_base_url + "/".join(RFB)
        return await RawViewer.connect(jp_http_port, path, jp_auth_header["Authorization"])

    return connect


async def test_a_viewer_that_does_not_read_stalls_the_desktop_and_not_the_server(
    stand_in: StandIn, connect: Any
) -> None:
    flood = Flood(200 * MEGABYTE)
    async with vnc_server(stand_in.desktop.rfb_socket, flood.push):
        before = resident()
        viewer = await connect()
        taken = await stalled(lambda: flood.sent)
        assert 0 < taken < 20 * MEGABYTE
        assert resident() - before < 20 * MEGABYTE
        total, checksum = await viewer.drain(flood.total)
        assert (total, checksum) == (flood.sent, flood.sum)
        assert resident() - before < 40 * MEGABYTE
        viewer.close()


async def test_a_desktop_that_does_not_read_stalls_the_viewer_and_not_the_server(
    stand_in: StandIn, connect: Any
) -> None:
    flood = Flood(0)
    async with vnc_server(stand_in.desktop.rfb_socket, flood.take):
        viewer = await connect()
        block = os.urandom(MEGABYTE // 4)
        start = b"RFB 003.008\n\1\1" + struct.pack(">B3xi", 6, 100 * MEGABYTE)  # one clipboard text
        await viewer.send(start)
        sent, checksum = len(start), zlib.crc32(start)

        async def send() -> None:
            nonlocal sent, checksum
            while sent < 100 * MEGABYTE + len(start):
                await viewer.send(block)
                sent += len(block)
                checksum = zlib.crc32(block, checksum)

        before = resident()
        sending = asyncio.ensure_future(send())
        assert await stalled(lambda: sent) < 20 * MEGABYTE
        assert resident() - before < 20 * MEGABYTE
        flood.may_read.set()
        await sending
        await until(lambda: flood.received == sent)
        assert flood.received_sum == checksum
        viewer.close()


async def test_an_aborted_connection_is_noticed(stand_in: StandIn, vnc: Any, connect: Any) -> None:
    flood = Flood(200 * MEGABYTE)
    async with vnc_server(stand_in.desktop.rfb_socket, flood.push):
        viewer = await connect()
        await stalled(lambda: flood.sent)
        viewer.abort()
        await until(lambda: vnc.manager.clients("default") == 0)


async def test_a_viewer_that_vanishes_stops_counting_while_its_desktop_does_not_read(
    stand_in: StandIn, vnc: Any, connect: Any
) -> None:
    flood = Flood(0)
    async with vnc_server(stand_in.desktop.rfb_socket, flood.take):
        viewer = await connect()
        text = MEGABYTE  # more than the desktop's socket takes, and less than all buffers on the way
        await viewer.send(b"RFB 003.008\n\1\1" + struct.pack(">B3xi", 6, text) + bytes(text))
        await asyncio.sleep(0.5)
        assert vnc.manager.clients("default") == 1
        viewer.abort()
        await until(lambda: vnc.manager.clients("default") == 0)
