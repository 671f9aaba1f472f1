"""The address that lists the windows which have appeared on a desktop."""

from __future__ import annotations

from typing import Any

from tornado import web

from ...desktops.manager import DesktopManager
from ..web.handler import DesktopsAPIHandler
from .watch import WindowWatch


class WindowsHandler(DesktopsAPIHandler):
    """The open windows of a desktop, for those who may see it."""

    def initialize(self, manager: DesktopManager, windows: WindowWatch) -> None:  # type: ignore[override]
        """Store the arguments of the route."""
        super().initialize(manager)
        self.windows = windows

    @web.authenticated
    async def get(self, name: str) -> None:
        """Return the windows, in the order in which they appeared."""
        await self.require("read")
        await self.respond(self._list(name))

    async def _list(self, name: str) -> Any:
        return self.windows.windows(name)
