"""A WebSocket client that reads only when a test does, with a small buffer (RFC 6455, section 5)."""

from __future__ import annotations

import asyncio
import struct
import zlib

BUFFER = 1 << 16


class RawViewer:
    """One WebSocket over TCP or a unix socket, after its upgrade."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""

    @classmethod
    async def connect(cls, port: int, path: str, authorization: str) -> RawViewer:
        """Connect to a Jupyter server on this machine and upgrade."""
        viewer = cls(*await asyncio.open_connection("127.0.0.1", port, limit=BUFFER))
        await viewer.upgrade(path, Authorization=authorization)
        return viewer

    @classmethod
    async def connect_unix(cls, socket: str, path: str) -> RawViewer:
        """The same on a unix socket."""
        viewer = cls(*await asyncio.open_unix_connection(socket, limit=BUFFER))
        await viewer.upgrade(path)
        return viewer

    async def upgrade(self, path: str, **headers: str) -> None:
        fields = {
            "Host": "localhost",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "binary",
            **headers,
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{key}: {value}" for key, value in fields.items()), "", ""]
        self.writer.write("\r\n".join(lines).encode())
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        assert self.head.startswith(b"HTTP/1.1 101 "), self.head

    async def message(self) -> tuple[int, bytes]:
        """Return the next frame: its opcode and what it holds."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", await self.reader.readexactly(8))
        return first & 0xF, await self.reader.readexactly(length)

    async def drain(self, total: int) -> tuple[int, int]:
        """Read binary frames until ``total`` bytes came; return how many came and their CRC-32."""
        got = checksum = 0
        while got < total:
            opcode, data = await self.message()
            if opcode in (0, 2):
                got += len(data)
                checksum = zlib.crc32(data, checksum)
        return got, checksum

    async def send(self, data: bytes) -> None:
        """Send one binary frame, masked with zeros, and wait until it is on its way."""
        head = struct.pack(">BBQ", 0x82, 0x80 | 127, len(data))
        self.writer.write(head + bytes(4) + data)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def abort(self) -> None:
        """Abort the connection."""
        self.writer.transport.abort()
