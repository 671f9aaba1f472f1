"""What all handlers of the server extension share: headers, authorization for ``vnc``, and errors as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from ...desktops.manager import DesktopManager
from ...errors import VncError, disk_error
from .headers import data_policy, frame_ancestors, is_hub, security_headers

XSRF_HEADER = "X-XSRFToken"
"""Carries the XSRF token in requests, and in the response to ``GET api/desktops`` the one that Jupyter expects."""


class GuardedHandler(JupyterHandler):
    """Adds our headers to every response, and asks the authorizer for the resource ``vnc``."""

    auth_resource = "vnc"

    @property
    def ancestors(self) -> str:
        """Which pages may frame this response."""
        hub = is_hub(os.environ) or not {"hub_auth", "hub_prefix"}.isdisjoint(self.settings)
        return frame_ancestors(self.settings.get("headers", {}).get("Content-Security-Policy", ""), hub)

    @property
    def content_security_policy(self) -> str:
        """The policy of JSON and pictures; the page has its own."""
        return data_policy(self.ancestors)

    def set_default_headers(self) -> None:
        """Set Jupyter's headers, and ours over them."""
        super().set_default_headers()
        for name, value in security_headers(self.content_security_policy, "no-store").items():
            self.set_header(name, value)

    async def is_allowed(self, action: str) -> bool:
        """Ask the authorizer whether the user may do ``action``: ``read``, ``write`` or ``execute``."""
        user = self.current_user
        return bool(user) and bool(
            await ensure_async(self.authorizer.is_authorized(self, user, action, self.auth_resource))
        )

    async def require(self, action: str) -> None:
        """Raise a 403 unless the user may do ``action``."""
        if not await self.is_allowed(action):
            raise web.HTTPError(403, f"User is not authorized to {action} on resource: {self.auth_resource}.")

    async def respond_error(self, error: VncError, status: int | None = None) -> None:
        """Respond with an error as JSON."""
        self.set_status(error.status if status is None else status)
        self.set_header("Content-Type", "application/json")
        await self.finish(json.dumps(error.body()))


class DesktopsAPIHandler(GuardedHandler, APIHandler):
    """Base class of the REST API: holds the manager, and responds with errors as JSON."""

    _track_activity = False  # polling is not activity; input arrives through the WebSocket

    def initialize(self, manager: DesktopManager) -> None:
        """Store the arguments of the route."""
        self.manager = manager

    async def respond(self, work: Awaitable[Any], status: int = 200) -> None:
        """Respond with the result of ``work`` (bytes are a PNG, else JSON), or with the error that it raises."""
        try:
            result = await work
        except VncError as error:
            return await self.respond_error(error)
        except OSError as error:
            return await self.respond_error(disk_error(error))
        self.set_status(status)
        if isinstance(result, bytes):
            await self.finish(result, set_content_type="image/png")
        else:
            await self.finish(None if result is None else json.dumps(result))
        return None
