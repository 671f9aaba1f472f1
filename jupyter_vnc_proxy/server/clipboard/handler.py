"""The address through which a viewer gets and sends pictures and HTML, with the rights of its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from tornado import web

from ...desktops.manager import DesktopManager
from ...errors import Busy, Conflict
from ...rfb.rights import Right
from ..access import Sharing, forbidden
from ..web.handler import DesktopsAPIHandler
from .body import from_json, to_json
from .desktop_socket import read_clipboard, write_clipboard

MAX_EXCHANGES = 4
"""Simultaneous requests of all viewers; further ones are refused. Each may hold some copies of the contents."""


T = TypeVar("T")


class ClipboardHandler(DesktopsAPIHandler):
    """A desktop's clipboard, for one of the user's own connections to that desktop."""

    _exchanges = 0

    def initialize(self, manager: DesktopManager, sharing: Sharing) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(manager)
        self.sharing = sharing

    @web.authenticated
    async def post(self, name: str, identifier: str) -> None:
        """Return the contents. It is no GET, so that a page without the XSRF token can't read them."""
        await self.respond(self._limited(self._read(name, identifier)))

    @web.authenticated
    async def put(self, name: str, identifier: str) -> None:
        """Replace the contents by those of the body."""
        await self.respond(self._limited(self._write(name, identifier)), 204)

    async def _limited(self, work: Coroutine[Any, Any, T]) -> T:
        if ClipboardHandler._exchanges >= MAX_EXCHANGES:
            work.close()
            raise Busy("Too many viewers use the clipboard at this moment.")
        ClipboardHandler._exchanges += 1
        try:
            return await work
        finally:
            ClipboardHandler._exchanges -= 1

    async def _read(self, name: str, identifier: str) -> dict[str, str]:
        await self._require(name, identifier, Right.CLIPBOARD_OUT)
        contents = await read_clipboard(self._socket(name))
        await self._require(name, identifier, Right.CLIPBOARD_OUT)  # it may have been withdrawn meanwhile
        return await asyncio.to_thread(to_json, contents)

    async def _write(self, name: str, identifier: str) -> None:
        await self._require(name, identifier, Right.CLIPBOARD_IN)
        contents = await asyncio.to_thread(from_json, self.request.body)
        await self._require(name, identifier, Right.CLIPBOARD_IN)
        self.manager.note_activity(name)
        await write_clipboard(self._socket(name), contents)

    def _socket(self, name: str) -> Path:
        desktop = self.manager.get(name)
        if not desktop.state().is_usable:
            raise Conflict("The desktop is not running.", code="not-running")
        return desktop.paths.clipboard_socket

    async def _require(self, name: str, identifier: str, right: Right) -> None:
        """Raise 403 unless this is the user's own connection, and has the right now."""
        _, rights = await self.sharing.own_connection(self, name, identifier)
        if right not in rights:
            raise forbidden("This connection does not share the clipboard in this direction.", "clipboard-denied")
