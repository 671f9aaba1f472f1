"""The REST API: maps requests to the desktop manager, and `VncError` to HTTP responses."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..backends import all_backends, missing_programs, pick
from ..backends.fields import field_models, merged
from ..backends.sessions import installed_sessions
from ..desktops.manager import DesktopManager
from ..doctor.report import report
from ..errors import InvalidOption, UnknownDesktop, VncError, disk_error
from ..options import BODY_FIELDS, DesktopOptions, Geometry, read_body_fields
from .endpoints import DESKTOPS_PATH, REPORT_PATH
from .metrics import DesktopMetrics
from .websocket import DesktopSocket, SocketLimits

NAME = r"([^/]+)"

REPORT_TIMEOUT = 60.0
"""Seconds that the report may take: it runs each program for its version, and tries a desktop."""


def read_body(raw: bytes, fields: Mapping[str, type]) -> dict[str, Any]:
    """Parse a JSON object that has only the given ``fields``, each of its type; an empty body is an empty object.

    Raise `InvalidOption` for anything else.
    """
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise InvalidOption("The body is not JSON.", code="bad-body") from error
    if not isinstance(body, dict):
        raise InvalidOption("The body must be a JSON object.", code="bad-body")
    for key, value in body.items():
        if key not in fields:
            raise InvalidOption(
                f"Unknown field {key!r}; the fields are: {', '.join(fields) or 'none'}.", code="unknown-field"
            )
        if type(value) is not fields[key]:
            raise InvalidOption(f"The field {key!r} must be of type {fields[key].__name__}.", code="bad-field")
    return body


class DesktopsAPIHandler(APIHandler):
    """Base class: holds the manager, and responds with errors as JSON."""

    auth_resource = "vnc"
    _track_activity = False  # polling is not activity; input arrives through the WebSocket

    def initialize(self, manager: DesktopManager) -> None:
        """Store the arguments of the route."""
        self.manager = manager

    async def respond(self, work: Awaitable[Any] | Callable[[], Any], status: int = 200) -> None:
        """Respond with the result of ``work`` as JSON, or with the error that it raises."""
        try:
            result = work() if callable(work) else await work
        except (VncError, OSError) as failure:
            error = failure if isinstance(failure, VncError) else disk_error(failure)
            self.set_status(error.status)
            await self.finish(json.dumps(error.body()))
            return
        self.set_status(status)
        await self.finish(None if result is None else json.dumps(result))


class DesktopsHandler(DesktopsAPIHandler):
    """The collection of desktops."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List the desktops."""
        if not self.token_authenticated:
            # Sets the XSRF cookie that each POST needs: a user may open our page before any page of Jupyter.
            _ = self.xsrf_token
        await self.respond(self.manager.models)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Create and start a desktop."""
        await self.respond(self._create(), 201)

    async def _create(self) -> Any:
        body = read_body(self.request.body, {"name": str, **BODY_FIELDS})
        name = body.pop("name", None) or self.manager.free_name()
        given = body.pop("options", {})
        if not all(isinstance(value, str) for value in given.values()):
            raise InvalidOption("The values of 'options' must be strings.", code="bad-field")
        changes = read_body_fields(body)
        if changes.get("session"):
            changes["session_command"] = ()  # the configured one is for those who choose none
        options = self.manager.defaults.replaced(**changes)
        if given:
            extra = await self.manager.blocking.run(lambda: merged(pick(options)[0], options.extra, given))
            options = options.replaced(extra=extra)
        return await self.manager.create(name, options)


class BackendsHandler(DesktopsAPIHandler):
    """The backends and sessions of this machine."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List the backends, each with its missing programs, and the installed sessions."""
        await self.respond(self.manager.blocking.run(self._backends))

    def _backends(self) -> dict[str, Any]:
        defaults = self.manager.defaults
        try:
            default = pick(defaults)[0].name
        except InvalidOption:
            default = ""
        backends = []
        for name, backend in all_backends().items():
            asked = DesktopOptions(backend=name, transport=backend.transports[0], extra=defaults.extra)
            missing = missing_programs(backend, asked)
            backends.append(
                {
                    "name": name,
                    "title": backend.title,
                    "usable": not missing,
                    "default": name == default,
                    "transports": list(backend.transports),
                    "fields": field_models(backend, defaults.extra),
                    "missing": [
                        {"program": each.names[0], "purpose": each.purpose, "fix": each.install_command()}
                        for each in missing
                    ],
                }
            )
        sessions = [{"name": each.name, "title": each.title} for each in installed_sessions()]
        return {"backends": backends, "sessions": sessions}


class DesktopHandler(DesktopsAPIHandler):
    """One desktop."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Return the desktop."""
        await self.respond(lambda: self.manager.model(name))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Stop the desktop and remove its directory."""
        await self.respond(self.manager.delete(name), 204)


class DesktopActionHandler(DesktopsAPIHandler):
    """Actions on one desktop: start, stop, restart, keep."""

    @web.authenticated
    @authorized
    async def post(self, name: str, action: str) -> None:
        """Run the action and return the desktop."""
        manager = self.manager
        actions = {
            "start": manager.start,
            "stop": manager.stop,
            "restart": manager.restart,
            "keep": manager.keep,
        }
        await self.respond(self._checked(actions[action], name))

    async def _checked(self, action: Callable[[str], Awaitable[Any]], name: str) -> Any:
        read_body(self.request.body, {})
        return await action(name)


class ResizeHandler(DesktopsAPIHandler):
    """Resizes a desktop whose VNC server does not support SetDesktopSize."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Resize the desktop to ``width`` by ``height`` pixels, and return it."""
        await self.respond(self._resize(name))

    async def _resize(self, name: str) -> Any:
        body = read_body(self.request.body, {"width": int, "height": int})
        if len(body) != 2:
            raise InvalidOption("The fields 'width' and 'height' are required.", code="bad-field")
        return await self.manager.resize(name, Geometry.checked(body["width"], body["height"]))


class LogHandler(DesktopsAPIHandler):
    """The logs of a desktop's processes."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Return the last ``lines`` lines of the log of the process ``part``."""
        part, lines = self.get_query_argument("part", ""), self.get_query_argument("lines", "")
        await self.respond(self._read_log(name, part, lines))

    async def _read_log(self, name: str, part: str, lines: str) -> Any:
        desktop = self.manager.get(name)
        return await self.manager.blocking.run(lambda: desktop.log_model(part, lines))


class ScreenshotHandler(DesktopsAPIHandler):
    """A screenshot of one desktop."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Return the screenshot as a PNG."""
        try:
            png = await self.manager.screenshot(name)
        except VncError as error:
            self.set_status(error.status)
            await self.finish(json.dumps(error.body()))
            return
        self.set_header("Cache-Control", "no-store")
        await self.finish(png, set_content_type="image/png")


class ReportHandler(DesktopsAPIHandler):
    """The diagnostic report, to share with support."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Return the report; the query may name a desktop to include."""
        await self.respond(self._report(self.get_query_argument("desktop", "")))

    async def _report(self, name: str) -> dict[str, str]:
        return {
            "report": await self.manager.blocking.run(lambda: report(self.manager.runtime_dir, name), REPORT_TIMEOUT)
        }


class NotFoundHandler(DesktopsAPIHandler):
    """Responds to unknown paths below a desktop with 404 and JSON, once the user is authorized."""

    @web.authenticated
    @authorized
    async def get(self, *_: str) -> None:
        """Respond with 404."""
        await self.respond(self._raise_not_found)

    def _raise_not_found(self) -> NoReturn:
        raise UnknownDesktop("This path does not exist.", code="unknown-address")


def handlers(
    manager: DesktopManager, metrics: DesktopMetrics, limits: SocketLimits
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes; each path starts with a slash and is relative to the base URL."""
    root = DESKTOPS_PATH
    with_manager = {"manager": manager}
    return [
        (root, DesktopsHandler, with_manager),
        (rf"{root}/backends", BackendsHandler, with_manager),
        (rf"{root}/{NAME}", DesktopHandler, with_manager),
        (rf"{root}/{NAME}/(start|stop|restart|keep)", DesktopActionHandler, with_manager),
        (rf"{root}/{NAME}/resize", ResizeHandler, with_manager),
        (rf"{root}/{NAME}/log", LogHandler, with_manager),
        (rf"{root}/{NAME}/screenshot", ScreenshotHandler, with_manager),
        (rf"{root}/{NAME}/rfb", DesktopSocket, {**with_manager, "metrics": metrics, "limits": limits}),
        (rf"{root}/{NAME}/.*", NotFoundHandler, with_manager),
        (REPORT_PATH, ReportHandler, with_manager),
    ]
