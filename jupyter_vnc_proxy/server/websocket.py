"""The life of one viewer's WebSocket: who may open it, when it ends and why. Knows no byte loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
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
from .activity import ClientMessages
from .metrics import RECEIVED, SENT, Telemetry
from .relay import Upstream, connect, pump

PING_SECONDS = 20
"""Proxies drop connections that are idle for 60 s, some for 30 s."""

CLOSE_GONE = 4404
CLOSE_IDLE = 4408
CLOSE_STOPPED = 4410
CLOSE_TOO_MANY = 4429
CLOSE_ERROR = 1011
"""Close codes; 4000 to 4999 are an application's own (RFC 6455, section 7.4.2)."""


@dataclass(frozen=True)
class SocketLimits:
    """``idle_disconnect``: seconds after which an untouched socket is closed; ``max_clients``: viewers of one desktop.

    0 switches each off.
    """

    idle_disconnect: float = 0.0
    max_clients: int = 0


class DesktopSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Connects a viewer to a desktop: one hop, no compression, bounded memory."""

    auth_resource = "vnc"
    # tornado's own pings, in seconds; the mixin's, in milliseconds, are not started.
    ping_interval = PING_SECONDS
    ping_timeout = PING_SECONDS

    def initialize(self, manager: DesktopManager, telemetry: Telemetry, limits: SocketLimits) -> None:
        """Take what the route hands over."""
        self.manager = manager
        self.telemetry = telemetry
        self.limits = limits
        self._idle: asyncio.TimerHandle | None = None
        self._upstream: Upstream | None = None
        self._pump: asyncio.Task[None] | None = None
        self._messages = ClientMessages()
        self._gone: Any = None

    async def get(self, name: str) -> None:
        """Connect to the desktop's socket, and only then upgrade; refuse in JSON with 403, 404, 409 or 503."""
        user = self.current_user
        if not user or not await ensure_async(self.authorizer.is_authorized(self, user, "execute", self.auth_resource)):
            raise web.HTTPError(403)
        if not self.check_origin():
            raise web.HTTPError(403, "The page comes from another origin.")
        try:
            desktop = self.manager.get(name)
            state = desktop.state()
        except (UnknownDesktop, InvalidOption) as error:
            return await self._refuse(404, dict(error.body()))
        if not state.is_usable:
            return await self._refuse(409, dict(self.manager.model(name)))
        self.name = name
        try:
            self._upstream = await connect(desktop.rfb_socket, state.speaks)
        except (OSError, asyncio.TimeoutError) as error:
            message = f"The desktop's VNC server does not answer: {error}."
            return await self._refuse(503, {"message": message, "code": "dead-socket", "fix": None})
        try:
            await super().get(name)
        finally:
            if self.ws_connection is None:  # the upgrade was refused
                self._upstream.close()
        return None

    async def _refuse(self, status: int, body: dict[str, Any]) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        await self.finish(json.dumps(body))

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Take ``binary`` where it is offered."""
        return "binary" if "binary" in subprotocols else None

    def get_compression_options(self) -> None:
        """Compress nothing: RFB's encodings have done so."""

    def open(self, *args: str, **kwargs: str) -> None:
        """Begin to move bytes."""
        self.set_nodelay(True)
        if 0 < self.limits.max_clients <= self.manager.clients(self.name):
            self.close(CLOSE_TOO_MANY, f"No more than {self.limits.max_clients} viewers may look at a desktop.")
            return
        self._gone = self.manager.client_connected(self.name)
        self.telemetry.client_connected(self.name)
        self._restart_idle_timer()
        self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        assert self._upstream is not None
        with contextlib.suppress(WebSocketClosedError, StreamClosedError):
            await pump(self._upstream, self._write)
            self.close(*self._why_it_ended())

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
        self.close(CLOSE_IDLE, "Nobody has touched the desktop for a while.")

    def _why_it_ended(self) -> tuple[int, str]:
        try:
            state = self.manager.get(self.name).state()
        except UnknownDesktop:
            return CLOSE_GONE, "The desktop was removed."
        if state.phase == "stopped" or state.is_stopping:
            return CLOSE_STOPPED, "The desktop was stopped."
        return CLOSE_ERROR, "The VNC server ended."

    async def on_message(self, message: str | bytes) -> None:
        """Pass on what the viewer sends; the next message is read when this one was taken."""
        data = message.encode("latin-1", "replace") if isinstance(message, str) else message
        if self._pump is None:
            return  # refused, and not yet gone
        RECEIVED.inc(len(data))
        if self._messages.feed(data):
            self._restart_idle_timer()
            self.manager.note_activity(self.name)
            self.settings["vnc_last_activity"] = utcnow()
        assert self._upstream is not None
        try:
            await self._upstream.send(data)
        except OSError:
            self.close(*self._why_it_ended())

    def on_close(self) -> None:
        """Let go of the desktop."""
        if self._gone is not None:
            self._gone()
            self.telemetry.client_gone(self.name)
        if self._idle is not None:
            self._idle.cancel()
        if self._pump is not None:
            self._pump.cancel()
        if self._upstream is not None:
            self._upstream.close()
        super().on_close()
