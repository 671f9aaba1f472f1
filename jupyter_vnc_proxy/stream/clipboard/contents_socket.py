"""A unix socket through which the same user's Jupyter server gets and sends pictures and HTML."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Protocol

from ...rfb.clipboard_contents import MAX_HEAD_BYTES, READ, READ_FILES, Contents, checked, pack, parse_head, split
from ...system.timeouts import within
from ...system.unix_sockets import PrivateServer

log = logging.getLogger("jupyter_vnc_proxy.stream")

EXCHANGE_TIMEOUT_SECONDS = 20.0
"""How long one request may take, with the programs' answers."""

MAX_EXCHANGES = 4
"""Simultaneous requests; further ones are closed without an answer."""


class ContentsService(Protocol):
    """The part of a clipboard that the socket needs."""

    def offer(self, contents: Contents) -> None:
        """Offer contents to the display's programs."""

    async def fetch(self) -> Contents:
        """Return the newest contents."""

    async def fetch_files(self) -> Contents:
        """Return the URIs of the files that were copied, as a text; nothing if there are none."""


class ContentsSocket(PrivateServer):
    """Listens on the unix socket ``path`` (0600) from `start` to `close`; one request for each connection."""

    def __init__(self, path: Path, service: ContentsService) -> None:
        super().__init__(path, self._exchange_in_time, MAX_EXCHANGES, MAX_HEAD_BYTES)
        self._service = service

    async def _exchange_in_time(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await within(EXCHANGE_TIMEOUT_SECONDS, self._exchange(reader, writer))
        except (ValueError, OSError, EOFError, asyncio.TimeoutError) as error:
            log.warning("a request for the clipboard failed: %s", type(error).__name__)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readline()
        answer: Contents = {}
        if head == READ:
            answer = await self._service.fetch()
        elif head == READ_FILES:
            answer = await self._service.fetch_files()
        else:
            sizes = parse_head(head)
            contents = checked(split(await reader.readexactly(sum(sizes.values())), sizes))
            self._service.offer(contents)
        writer.write(pack(answer))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
