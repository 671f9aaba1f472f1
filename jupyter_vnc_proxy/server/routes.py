"""JSON ↔ manager. The only place that turns our errors into HTTP. Knows no process."""

from __future__ import annotations

import asyncio
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
from .metrics import Telemetry
from .websocket import DesktopSocket, SocketLimits

NAME = r"([^/]+)"


def read_body(raw: bytes, fields: Mapping[str, type]) -> dict[str, Any]:
    """Read a JSON object that has no other fields than ``fields``, each of its type; an empty body is an empty object.

    Raise `InvalidOption` with one sentence for anything else.
    """
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise InvalidOption("The body is not JSON.", code="bad-body") from error
    if not isinstance(body, dict):
        raise InvalidOption("The body must be a JSON object.", code="bad-body")
    for key, value in body.items():
        if key not in fields:
            raise InvalidOption(f"There is no field {key!r}; there are: {', '.join(fields)}.", code="unknown-field")
        if type(value) is not fields[key]:
            raise InvalidOption(f"The field {key!r} must be of type {fields[key].__name__}.", code="bad-field")
    return body


class DesktopsAPIHandler(APIHandler):
    """What the handlers share: the manager, and errors as JSON."""

    auth_resource = "vnc"
    _track_activity = False  # polling is no activity; what a person does comes through the socket

    def initialize(self, manager: DesktopManager) -> None:
        """Take the manager from the route."""
        self.manager = manager

    async def answer(self, work: Awaitable[Any] | Callable[[], Any], status: int = 200) -> None:
        """Finish with what ``work`` gives, as JSON, or with the error that it raises."""
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
    """All desktops."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Return the list of models."""
        if not self.token_authenticated:
            # Jupyter's own pages set the cookie that each POST needs; the plain page may be the first that is opened.
            _ = self.xsrf_token
        await self.answer(self.manager.models)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make and start a desktop."""
        await self.answer(self._create(), 201)

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
            extra = merged(pick(options)[0], options.extra, given)
            options = options.replaced(extra=extra)
        return await self.manager.create(name, options)


class BackendsHandler(DesktopsAPIHandler):
    """What can run here."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Return the backends, each with what it lacks, and the sessions that are installed."""
        await self.answer(self._backends)

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
        """Return its model."""
        await self.answer(lambda: self.manager.model(name))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Stop it and remove its directory."""
        await self.answer(self.manager.delete(name), 204)


class ActionHandler(DesktopsAPIHandler):
    """What can be done to one desktop: start, stop, restart, keep."""

    @web.authenticated
    @authorized
    async def post(self, name: str, action: str) -> None:
        """Do it, and return the model."""
        manager = self.manager
        actions = {
            "start": manager.start,
            "stop": manager.stop,
            "restart": manager.restart,
            "keep": manager.keep,
        }
        await self.answer(self._checked(actions[action], name))

    async def _checked(self, action: Callable[[str], Awaitable[Any]], name: str) -> Any:
        read_body(self.request.body, {})
        return await action(name)


class ResizeHandler(DesktopsAPIHandler):
    """A desktop's size, where its VNC server can't change it."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Change it to ``width`` and ``height`` pixels."""
        await self.answer(self._resize(name))

    async def _resize(self, name: str) -> Any:
        body = read_body(self.request.body, {"width": int, "height": int})
        if len(body) != 2:
            raise InvalidOption("The fields 'width' and 'height' are both needed.", code="bad-field")
        return await self.manager.resize(name, Geometry.checked(body["width"], body["height"]))


class LogHandler(DesktopsAPIHandler):
    """The logs of one desktop's parts."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Return the last ``lines`` lines of ``part``'s log."""
        part, lines = self.get_query_argument("part", ""), self.get_query_argument("lines", "")
        await self.answer(lambda: self.manager.get(name).log_model(part, lines))


class ScreenshotHandler(DesktopsAPIHandler):
    """What is on one desktop."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Return it as a PNG."""
        try:
            png = await self.manager.screenshot(name)
        except VncError as error:
            self.set_status(error.status)
            await self.finish(json.dumps(error.body()))
            return
        self.set_header("Cache-Control", "no-store")
        await self.finish(png, set_content_type="image/png")


class ReportHandler(DesktopsAPIHandler):
    """What one hands to somebody who helps."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Return the report, with the desktop that the query names."""
        await self.answer(self._report(self.get_query_argument("desktop", "")))

    async def _report(self, name: str) -> dict[str, str]:
        return {"report": await asyncio.to_thread(report, self.manager.runtime_dir, name)}


class NotFoundHandler(DesktopsAPIHandler):
    """Whatever else stands under our address: a JSON 404 for those who may know."""

    @web.authenticated
    @authorized
    async def get(self, *_: str) -> None:
        """Refuse."""
        await self.answer(self._refuse)

    def _refuse(self) -> NoReturn:
        raise UnknownDesktop("There is nothing at this address.", code="unknown-address")


def handlers(
    manager: DesktopManager, telemetry: Telemetry, limits: SocketLimits
) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes; each begins with a slash and lacks the base URL."""
    root = r"/api/desktops"
    with_manager = {"manager": manager}
    return [
        (root, DesktopsHandler, with_manager),
        (rf"{root}/backends", BackendsHandler, with_manager),
        (rf"{root}/{NAME}", DesktopHandler, with_manager),
        (rf"{root}/{NAME}/(start|stop|restart|keep)", ActionHandler, with_manager),
        (rf"{root}/{NAME}/resize", ResizeHandler, with_manager),
        (rf"{root}/{NAME}/log", LogHandler, with_manager),
        (rf"{root}/{NAME}/screenshot", ScreenshotHandler, with_manager),
        (rf"{root}/{NAME}/rfb", DesktopSocket, {**with_manager, "telemetry": telemetry, "limits": limits}),
        (rf"{root}/{NAME}/.*", NotFoundHandler, with_manager),
        (r"/api/vnc/report", ReportHandler, with_manager),
    ]
