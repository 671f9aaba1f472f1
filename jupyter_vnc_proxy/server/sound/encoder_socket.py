"""The Jupyter server's side of the socket on which a desktop's encoder sends what is played."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from ...sound import messages
from ...system.timeouts import within

CONNECT_TIMEOUT_SECONDS = 5.0


class EncoderSocket:
    """One listener's connection; the encoder starts with the first one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, path: Path) -> EncoderSocket:
        """Connect; raise ``OSError`` or ``TimeoutError`` on failure."""
        opening = asyncio.open_unix_connection(os.fspath(path), limit=messages.MAX_MESSAGE_BYTES)
        return cls(*await within(CONNECT_TIMEOUT_SECONDS, opening))

    async def received(self) -> AsyncIterator[messages.Message]:
        """Yield the messages, until the encoder ends; raise ``ValueError`` for what is none."""
        while (message := await messages.read(self._reader)) is not None:
            yield message

    def ask_for_bitrate(self, bits: int) -> None:
        """Ask for a bitrate. All listeners have the least that one of them asks for."""
        self._writer.write(messages.bitrate(bits))

    def switch_microphone(self, on: bool) -> None:
        """Switch this listener's microphone on or off."""
        self._writer.write(messages.encode(messages.MICROPHONE, bytes([on])))

    async def speak(self, opus: bytes) -> None:
        """Send a packet of the microphone; return once it is accepted."""
        self._writer.write(messages.encode(messages.SPEECH, opus))
        await self._writer.drain()

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()
