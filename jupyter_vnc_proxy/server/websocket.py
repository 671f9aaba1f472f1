"""A viewer's WebSocket: authentication, rights, life cycle and close codes. `relay` copies the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from jupyter_server._tz import utcnow
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..desktops.manager import DesktopManager
from ..errors import InvalidOption, UnknownDesktop
from ..rfb.errors import ProtocolError
from ..rfb.filters.client_filter import ClientFilter, UnknownMessageError
from ..rfb.filters.server_filter import ServerFilter
from ..rfb.rights import Right
from .access import Sharing
from .connections import (
    CLOSE_ERROR,
    CLOSE_FORBIDDEN,
    CLOSE_IDLE,
    CLOSE_LEFT,
    CLOSE_TOO_MANY,
    CLOSE_UNKNOWN_MESSAGE,
    Connection,
    why_ended,
)
from .endpoints import PING_SECONDS
from .identity import RECHECK_SECONDS, Presence, user_model
from .metrics import RECEIVED, SENT, DesktopMetrics
from .relay import Upstream, connect_upstream, has_hung_up, pump, send_while
from .tickets import offered_ticket

MAX_REASON_BYTES = 123
"""Maximum length of a close frame's reason (RFC 6455, section 5.5)."""


@dataclass(frozen=True)
class SocketLimits:
    """Limits of the viewers' connections.

    ``idle_disconnect``: seconds without input after which a connection is closed; ``max_clients``: viewers per desktop;
    0 disables either. ``clipboard`` and ``sound`` have the rights to each that any connection may have.
    """

    idle_disconnect: float = 0.0
    max_clients: int = 0
    clipboard: Right = Right.RFB
    sound: Right = Right.HEAR

    @property
    def allowed(self) -> Right:
        """The rights that any connection may have."""
        return Right.RFB & ~(Right.CLIPBOARD_IN | Right.CLIPBOARD_OUT) | self.clipboard | self.sound


class DesktopSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Connects a viewer to a desktop, without compression and with bounded memory; enforces its rights."""

    auth_resource = "vnc"
    # For tornado's own pings, in seconds. The mixin's pings, in milliseconds, are never started.
    ping_interval = PING_SECONDS
    ping_timeout = PING_SECONDS

    def initialize(
        self, manager: DesktopManager, metrics: DesktopMetrics, limits: SocketLimits, sharing: Sharing
    ) -> None:
        """Store the arguments of the route."""
        self.manager = manager
        self.metrics = metrics
        self.limits = limits
        self.sharing = sharing
        self._presence = Presence(self, {"manager": manager, "metrics": metrics, "limits": limits, "sharing": sharing})
        self._upstream: Upstream | None = None
        self._connection: Connection | None = None
        self._disconnected: Callable[[], None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._relaying = False

    # -- before the upgrade -------------------------------------------------------------------------------------------

    async def get(self, name: str) -> None:
        """Connect to the desktop's socket, then upgrade; respond with 403, 404, 409 or 503 and JSON on failure."""
        if not self.current_user:
            raise web.HTTPError(403)
        ticket = offered_ticket(self.request.headers.get_list("Sec-WebSocket-Protocol"))
        admission = await self.sharing.admit(self, name, ticket, self._presence)
        if isinstance(admission, dict):
            return await self._respond_error(403, admission)
        try:
            state = (desktop := self.manager.get(name)).state()
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
        self._connection = Connection(
            id=admission.connection,
            desktop=name,
            owner=admission.owner,
            user=user_model(self),
            rights=admission.rights & self.limits.allowed,
            socket=self,
            invitation=admission.invitation,
        )
        self._filter = ClientFilter(self._connection.rights)
        is_limited = Right.RFB not in self._connection.rights or admission.invitation is not None
        self._server_filter = ServerFilter(self._filter) if is_limited else None
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

    # -- the connection -----------------------------------------------------------------------------------------------

    def open(self, *args: str, **kwargs: str) -> None:
        """Start relaying, unless the desktop has too many viewers or the invitation has ended meanwhile."""
        assert self._connection is not None
        self.set_nodelay(True)
        if 0 < self.limits.max_clients <= self.manager.clients(self.name):
            self.disconnect(CLOSE_TOO_MANY, f"This desktop allows at most {self.limits.max_clients} viewers.")
            return
        if self._connection.invitation is not None:
            left = self.sharing.invited_rights(self._connection.invitation, self.manager, self.name)
            if Right.SEE not in left:
                self.disconnect(CLOSE_FORBIDDEN, "The invitation has ended.")
                return
            self._filter.rights = self._connection.rights = self._connection.rights & left
        self._relaying = True
        self._disconnected = self.manager.client_connected(self.name)
        self.sharing.connections.add(self._connection)
        self._restart_idle_timer()
        self._start(self._relay())
        self._start(self._recheck())
        self.metrics.client_connected(self.name)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self) -> None:
        assert self._upstream is not None
        try:
            await pump(self._upstream, self._write)
            self.disconnect(*self._close_reason())
        except (WebSocketClosedError, StreamClosedError):
            self._end_relay(by_viewer=True)
            self.disconnect(CLOSE_ERROR, "The viewer has gone.")
        except ProtocolError as error:
            self.log.warning("%s: the VNC server's messages cannot be filtered: %s", self.name, error)
            self.disconnect(CLOSE_ERROR, "The VNC server sent a message that cannot be filtered.")

    async def _write(self, data: bytes) -> None:
        if self._server_filter is not None:
            data = self._server_filter.feed(data)
        if data and self._relaying:
            SENT.inc(len(data))
            await self.write_message(data, binary=True)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            assert self._connection is not None
            if await self.sharing.is_withdrawn(self, self._connection, self._presence):
                if self._presence.is_unknown:  # the viewer connects again
                    return self.disconnect(CLOSE_ERROR, "The login cannot be checked.")
                return self.disconnect(CLOSE_FORBIDDEN, "The access to this server was withdrawn.")

    async def on_message(self, message: str | bytes) -> None:
        """Forward what the viewer may send; tornado reads the next message once this one is accepted."""
        data = message.encode("latin-1", "replace") if isinstance(message, str) else message
        RECEIVED.inc(len(data))
        async with self._sending:
            if not self._relaying:
                return
            try:
                filtered = self._filter.feed(data)
            except UnknownMessageError as error:
                self.disconnect(CLOSE_UNKNOWN_MESSAGE, f"The connection was closed: {error}.")
                return
            if filtered.human:
                self._restart_idle_timer()
                self.manager.note_activity(self.name)
                self.settings["vnc_last_activity"] = utcnow()
            await self._send(filtered.data)

    async def _send(self, data: bytes) -> None:
        """Send to the desktop; the caller holds the lock. The connection is closed if that fails."""
        if not data:
            return
        assert self._upstream is not None
        try:
            await send_while(self._upstream, data, self._is_there)
        except (TimeoutError, asyncio.TimeoutError):
            self.disconnect(CLOSE_ERROR, "The VNC server does not respond.")
        except OSError:
            self.disconnect(*self._close_reason())

    def _is_there(self) -> bool:
        stream = getattr(self.ws_connection, "stream", None)
        return self._relaying and stream is not None and not stream.closed() and not has_hung_up(stream.fileno())

    def _restart_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self.limits.idle_disconnect:
            reason = (CLOSE_IDLE, "The desktop has been idle for too long.")
            self._idle = asyncio.get_running_loop().call_later(self.limits.idle_disconnect, self.disconnect, *reason)

    def _close_reason(self) -> tuple[int, str]:
        return why_ended(self.manager, self.name, "The VNC server ended.")

    # -- from outside -------------------------------------------------------------------------------------------------

    def restrict(self, rights: Right) -> None:
        """Let through only what ``rights`` allow from now on, and release the keys and buttons held without them."""
        self._filter.rights = rights
        self._start(self._send_release())

    def fix_size(self, is_fixed: Callable[[], bool]) -> None:
        """Let through no request for another size of the desktop while ``is_fixed``."""
        self._filter.is_size_fixed = is_fixed

    async def _send_release(self) -> None:
        async with self._sending:
            if not self._relaying:
                return
            try:
                data = self._filter.release()
            except UnknownMessageError:
                self.disconnect(CLOSE_FORBIDDEN, "Control of this desktop was withdrawn; connect again.")
                return
            await self._send(data)

    def disconnect(self, code: int, reason: str) -> None:
        """Stop relaying at once, whatever the client does, and close the WebSocket."""
        self._end_relay()
        with contextlib.suppress(WebSocketClosedError, StreamClosedError):
            self.close(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))

    def on_close(self) -> None:
        """Close the connection to the desktop."""
        self._end_relay(by_viewer=True)
        super().on_close()

    def _end_relay(self, by_viewer: bool = False) -> None:
        """Close the connection to the desktop, forget the viewer and end the tasks; do nothing the second time."""
        self._relaying = False
        disconnected, self._disconnected = self._disconnected, None
        try:
            if self._upstream is not None:
                self._upstream.close()
        finally:
            if self._idle is not None:
                self._idle.cancel()
            if self._connection is not None:
                is_lost = by_viewer and self.close_code != CLOSE_LEFT
                self.sharing.connections.remove(self._connection, is_lost)
            for task in self._tasks - {asyncio.current_task()}:
                task.cancel()
            if disconnected is not None:
                disconnected()
                self.metrics.client_disconnected(self.name)
