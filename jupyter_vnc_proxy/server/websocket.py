"""A viewer's WebSocket: authentication, life cycle and close codes. `relay` copies the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server._tz import utcnow
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..desktops.manager import DesktopManager
from ..errors import InvalidOption, UnknownDesktop
from ..rfb.rights import Right
from .activity import ViewerActivity
from .endpoints import PING_SECONDS
from .metrics import RECEIVED, SENT, DesktopMetrics
from .relay import Upstream, connect_upstream, pump

CLOSE_REMOVED = 4404
CLOSE_IDLE = 4408
CLOSE_STOPPED = 4410
CLOSE_TOO_MANY = 4429
CLOSE_ERROR = 1011
"""Close codes; 4000 to 4999 are for private use (RFC 6455, section 7.4.2)."""


@dataclass(frozen=True)
class SocketLimits:
    """Limits of the viewers' connections.

    ``idle_disconnect`` is the time in seconds without input after which a connection is closed, ``max_clients`` the
    maximum number of viewers per desktop. 0 disables either limit. ``clipboard`` are the directions of the clipboard
    that the administrator allows to everybody.
    """

    idle_disconnect: float = 0.0
    max_clients: int = 0
    clipboard: Right = Right.CLIPBOARD_IN | Right.CLIPBOARD_OUT


class DesktopSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Connects a viewer to a desktop, without compression and with bounded memory."""

    auth_resource = "vnc"
    # For tornado's own pings, in seconds. The mixin's pings, in milliseconds, are never started.
    ping_interval = PING_SECONDS
    ping_timeout = PING_SECONDS

    def initialize(self, manager: DesktopManager, metrics: DesktopMetrics, limits: SocketLimits) -> None:
        """Store the arguments of the route."""
        self.manager = manager
        self.metrics = metrics
        self.limits = limits
        self._idle: asyncio.TimerHandle | None = None
        self._upstream: Upstream | None = None
        self._pump: asyncio.Task[None] | None = None
        self._messages = ViewerActivity()
        self._disconnected: Callable[[], None] | None = None

    async def get(self, name: str) -> None:
        """Connect to the desktop's socket, then upgrade; respond with 403, 404, 409 or 503 and JSON on failure."""
        user = self.current_user
        if not user or not await ensure_async(self.authorizer.is_authorized(self, user, "execute", self.auth_resource)):
            raise web.HTTPError(403)
        if not self.check_origin():
            raise web.HTTPError(403, "This page comes from another origin.")
        try:
            desktop = self.manager.get(name)
            state = desktop.state()
        except (UnknownDesktop, InvalidOption) as error:
            return await self._respond_error(404, dict(error.body()))
        if not state.is_usable:
            return await self._respond_error(409, dict(self.manager.model(name)))
        self.name = name
        try:
            self._upstream = await connect_upstream(desktop.rfb_socket, state.speaks)
        except (OSError, asyncio.TimeoutError) as error:
            message = f"The VNC server does not respond: {error}."
            return await self._respond_error(503, {"message": message, "code": "dead-socket", "fix": None})
        try:
            await super().get(name)
        finally:
            if self.ws_connection is None:  # the upgrade was refused
                self._upstream.close()
        return None

    async def _respond_error(self, status: int, body: dict[str, Any]) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        await self.finish(json.dumps(body))

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select ``binary`` if the client offers it."""
        return "binary" if "binary" in subprotocols else None

    def get_compression_options(self) -> None:
        """Disable compression: RFB's encodings compress already."""

    def open(self, *args: str, **kwargs: str) -> None:
        """Start relaying, unless the desktop has too many viewers."""
        self.set_nodelay(True)
        if 0 < self.limits.max_clients <= self.manager.clients(self.name):
            self.close(CLOSE_TOO_MANY, f"This desktop allows at most {self.limits.max_clients} viewers.")
            return
        self._disconnected = self.manager.client_connected(self.name)
        self.metrics.client_connected(self.name)
        self._restart_idle_timer()
        self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        assert self._upstream is not None
        with contextlib.suppress(WebSocketClosedError, StreamClosedError):
            await pump(self._upstream, self._write)
            self.close(*self._close_reason())

    async def _write(self, data: bytes) -> None:
        SENT.inc(len(data))
        await self.write_message(data, binary=True)

    def _restart_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self.limits.idle_disconnect:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.limits.idle_disconnect, self._close_idle)

    def _close_idle(self) -> None:
        self.close(CLOSE_IDLE, "The desktop has been idle for too long.")

    def _close_reason(self) -> tuple[int, str]:
        try:
            state = self.manager.get(self.name).state()
        except UnknownDesktop:
            return CLOSE_REMOVED, "The desktop was removed."
        if state.phase == "stopped" or state.is_stopping:
            return CLOSE_STOPPED, "The desktop was stopped."
        return CLOSE_ERROR, "The VNC server ended."

    async def on_message(self, message: str | bytes) -> None:
        """Forward the viewer's bytes; tornado reads the next message once this one is accepted."""
        data = message.encode("latin-1", "replace") if isinstance(message, str) else message
        if self._pump is None:
            return  # refused in open(), and not closed yet
        RECEIVED.inc(len(data))
        if self._messages.feed(data):
            self._restart_idle_timer()
            self.manager.note_activity(self.name)
            self.settings["vnc_last_activity"] = utcnow()
        assert self._upstream is not None
        try:
            await self._upstream.send(data)
        except OSError:
            self.close(*self._close_reason())

    def on_close(self) -> None:
        """Close the connection to the desktop, and cancel the tasks."""
        if self._disconnected is not None:
            self._disconnected()
            self.metrics.client_disconnected(self.name)
        if self._idle is not None:
            self._idle.cancel()
        if self._pump is not None:
            self._pump.cancel()
        if self._upstream is not None:
            self._upstream.close()
        super().on_close()
