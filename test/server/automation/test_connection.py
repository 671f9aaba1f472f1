"""The connection that programs send input over."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_vnc_proxy.automation.connection import RFBConnection

GREETING = b"RFB 003.008\n", b"\x01\x01", b"\0\0\0\0"
"""Protocol version, one security type (None), its result (RFC 6143, 7.1)."""

SERVER_INIT = b"\0\x02\0\x01" + bytes(16) + b"\0\0\0\x01x"
"""A screen of 2x1 pixels, named x (7.3.2); nobody reads its pixel format."""

UPDATE_REQUEST, REQUEST_BYTES = 3, 10
UPDATE = b"\0\0\0\0"
"""A framebuffer update without a rectangle (7.6.1)."""


async def test_what_was_cancelled_does_not_answer_for_what_comes_after(tmp_path: Path) -> None:
    requests, answers = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING[0])
        await reader.readexactly(len(GREETING[0]))
        writer.write(GREETING[1])
        await reader.readexactly(1)
        writer.write(GREETING[2])
        await reader.readexactly(1)
        writer.write(SERVER_INIT)
        await reader.readexactly(20 + 4 + 3 * 4)  # SetPixelFormat, SetEncodings with three
        while (await reader.readexactly(REQUEST_BYTES))[0] == UPDATE_REQUEST:
            requests.release()
            await answers.acquire()
            writer.write(UPDATE)

    async def serve_until_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except EOFError:
            writer.close()

    server = await asyncio.start_unix_server(serve_until_end, tmp_path / "rfb.sock")
    async with server:
        connection = await RFBConnection.open(tmp_path / "rfb.sock")
        first = asyncio.create_task(connection.sync())
        await requests.acquire()
        first.cancel()
        await asyncio.wait({first})
        second = asyncio.create_task(connection.sync())
        answers.release()
        await requests.acquire()
        assert not (await asyncio.wait({second}, timeout=0.2))[0], "the answer was to the first"
        answers.release()
        await second
        await connection.close()
