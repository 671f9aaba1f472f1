"""The address through which a viewer becomes a monitor of a desktop."""

from __future__ import annotations

from typing import Any

from tornado import web

from ...desktops.manager import DesktopManager
from ...desktops.model import invited_model
from ...errors import InvalidOption
from ...rfb.rights import Right
from ..access import Sharing, forbidden
from ..web.body import read_body
from ..web.handler import DesktopsAPIHandler
from .layout import Claim
from .registry import Monitors

REQUIRED = {"number": int, "width": int, "height": int}


class MonitorHandler(DesktopsAPIHandler):
    """The monitor that one of the user's own connections to a desktop is."""

    def initialize(  # type: ignore[override]
        self, manager: DesktopManager, sharing: Sharing, monitors: Monitors
    ) -> None:
        """Store the arguments of the route."""
        super().initialize(manager)
        self.sharing = sharing
        self.monitors = monitors

    @web.authenticated
    async def put(self, name: str, identifier: str) -> None:
        """Become a monitor of this number and size in pixels, or change them; return the desktop."""
        await self.respond(self._claim(name, identifier))

    async def _claim(self, name: str, identifier: str) -> Any:
        connection, rights = await self.sharing.own_connection(self, name, identifier)
        if Right.RESIZE not in rights:
            raise forbidden("This connection may not change the desktop's size.", "resize-denied")
        body = read_body(self.request.body, {**REQUIRED, "replaces": str, "closed": list})
        if not body.keys() >= REQUIRED.keys():
            raise InvalidOption("The fields 'number', 'width' and 'height' are required.", code="bad-field")
        claim = Claim.checked(body["number"], body["width"], body["height"])
        closed = [each for each in body.get("closed", []) if type(each) is int]
        before = self.sharing.connections.find(name, body.get("replaces", ""))
        is_own = before is not None and before.owner == connection.owner
        await self.monitors.claim(connection, claim, body["replaces"] if is_own else None, closed)
        model = self.manager.model(name)
        return model if connection.invitation is None else invited_model(model)
