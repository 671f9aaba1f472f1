"""The server extension's routes, made from the table of the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornado import web

from ..desktops.manager import DesktopManager
from ..desktops.model import invited_model
from ..doctor.report import report
from ..errors import UnknownDesktop
from .access import Sharing
from .clipboard.handler import ClipboardHandler
from .endpoints import DESKTOPS_PATH
from .files.handler import file_handlers
from .identity import ticket_owner
from .metrics import DesktopMetrics
from .monitors.handler import MonitorHandler
from .monitors.registry import Monitors
from .sharing import sharing_handlers
from .sound.handler import sound_handlers
from .web.api_table import CLIPBOARD, ENDPOINTS, MONITOR, Endpoint, pattern
from .web.body import read_body
from .web.handler import DesktopsAPIHandler, GuardedHandler
from .web.operations import Call, Operation
from .web.page import page_handlers
from .websocket import DesktopSocket, SocketLimits

Route = tuple[str, type[web.RequestHandler], dict[str, Any]]
"""A pattern relative to the base URL, its handler, and the handler's arguments."""

REPORT_TIMEOUT = 60.0
"""Seconds that the report may take: it runs each program for its version, and tries a desktop."""


class EndpointHandler(DesktopsAPIHandler):
    """Answers one path: authorizes the user as the table says, parses the body, and calls the operation."""

    def initialize(  # type: ignore[override]
        self, manager: DesktopManager, endpoints: Mapping[str, Endpoint], sharing: Sharing
    ) -> None:
        """Store the manager, the path's endpoints by verb, and who is connected."""
        super().initialize(manager)
        self.endpoints = endpoints
        self.sharing = sharing

    @web.authenticated
    async def get(self, name: str = "") -> None:
        """Answer a GET."""
        await self._answer(name)

    @web.authenticated
    async def post(self, name: str = "") -> None:
        """Answer a POST."""
        await self._answer(name)

    @web.authenticated
    async def delete(self, name: str = "") -> None:
        """Answer a DELETE."""
        await self._answer(name)

    async def _answer(self, name: str) -> None:
        endpoint = self.endpoints.get(self.request.method or "")
        if endpoint is None:
            await self.require("read")
            raise web.HTTPError(405)
        if endpoint.operation == "getDesktop" and await self._is_only_invited(name):
            return await self.respond(self._invited_model(name))
        if endpoint.action is not None:
            await self.require(endpoint.action)
        if endpoint.operation == "listDesktops" and not self.token_authenticated:
            # Sets the XSRF cookie that each POST needs, if there is none: see `PageHandler`.
            _ = self.xsrf_token
        return await self.respond(self._call(endpoint, name), endpoint.status)

    async def _is_only_invited(self, name: str) -> bool:
        """Whether the user may see a desktop only since an invitation, by which they are connected, allows it."""
        invited = self.sharing.connections.is_invited(name, ticket_owner(self))
        return invited and not await self.is_allowed("read")

    async def _invited_model(self, name: str) -> Any:
        return invited_model(self.manager.model(name))

    async def _call(self, endpoint: Endpoint, name: str) -> Any:
        operation = endpoint.call or OPERATIONS[endpoint.operation]
        body = read_body(self.request.body, endpoint.fields) if endpoint.verb == "POST" else {}
        return await operation(Call(self.manager, name, body, lambda each: self.get_query_argument(each, "")))


async def get_report(call: Call) -> dict[str, str]:
    """Return the diagnostic report, to share with support; the query may name a desktop to include."""
    desktop = call.query("desktop")
    work = call.manager.blocking.run(lambda: report(call.manager.runtime_dir, desktop), REPORT_TIMEOUT)
    return {"report": await work}


OPERATIONS: dict[str, Operation] = {"getReport": get_report}
"""What only the server extension can do."""


class NotFoundHandler(DesktopsAPIHandler):
    """Responds to unknown paths below a desktop with 404 and JSON, once the user is authorized."""

    @web.authenticated
    async def get(self, *_: str) -> None:
        """Respond with 404."""
        await self.require("read")
        await self.respond_error(UnknownDesktop("This path does not exist.", code="unknown-address"))

    post = put = delete = get


class GuardedSocket(GuardedHandler, DesktopSocket):
    """The viewer's WebSocket, with our headers on its refusals."""


def handlers(
    manager: DesktopManager,
    metrics: DesktopMetrics,
    limits: SocketLimits,
    sharing: Sharing,
    monitors: Monitors,
) -> list[Route]:
    """Return the routes; each path starts with a slash and is relative to the base URL."""
    socket = {"manager": manager, "metrics": metrics, "limits": limits, "sharing": sharing}
    routes: list[Route] = []
    for path in dict.fromkeys(endpoint.path for endpoint in ENDPOINTS):
        endpoints = {each.verb: each for each in ENDPOINTS if each.path == path}
        if "openSocket" in {each.operation for each in endpoints.values()}:
            routes.append((pattern(path), GuardedSocket, socket))
        else:
            routes.append(
                (pattern(path), EndpointHandler, {"manager": manager, "endpoints": endpoints, "sharing": sharing})
            )
    routes += sharing_handlers(manager, sharing, limits.allowed)
    routes.append((pattern(CLIPBOARD), ClipboardHandler, {"manager": manager, "sharing": sharing}))
    routes.append((pattern(MONITOR), MonitorHandler, {"manager": manager, "sharing": sharing, "monitors": monitors}))
    routes += file_handlers(manager, sharing)
    routes += sound_handlers(manager, limits.allowed, sharing)
    routes.append((rf"{DESKTOPS_PATH}/[^/]+/.*", NotFoundHandler, {"manager": manager}))
    return routes + page_handlers(sharing.invitations.is_any_open)
