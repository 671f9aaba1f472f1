"""Answers the requests to the page server: files of the page, part of the REST API, and a desktop's WebSocket."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from websockify.websocketproxy import ProxyRequestHandler

from ..desktops.manager import DesktopManager
from ..desktops.state import in_words
from ..errors import Conflict, InvalidOption, UnknownDesktop, VncError, disk_error
from ..rfb.rights import Right
from ..server.endpoints import DESKTOPS_PATH
from ..server.web.api_table import ENDPOINTS, Endpoint, find
from ..server.web.body import MAX_BODY_BYTES, read_body
from ..server.web.headers import OWN_FRAMES, data_policy, page_policy, security_headers
from ..server.web.operations import Call
from .viewer_messages import ViewerMessages
from .viewer_relay import ViewerRelay, ViewerSocket

PAGE = Path(__file__).parents[1] / "page"

SERVED = tuple(endpoint for endpoint in ENDPOINTS if endpoint.on_page_server)
"""The operations that this server has."""

REQUIRED_HEADER = "X-Requested-With"
REQUIRED_HEADER_VALUE = "jupyter-vnc-proxy"
"""Protects POST against cross-site requests: a browser sends this header to another origin only if CORS allows it."""

ACKNOWLEDGE_HEADER = "X-Desktop-Acknowledge"
ACKNOWLEDGE_BY_PING = "ping"
"""jupyter-server-proxy adds this header if a viewer's acknowledgements arrive as pings; see `ViewerRelay`."""

CLOSE_REMOVED, CLOSE_STOPPED, CLOSE_TOO_MANY, CLOSE_ERROR = 4404, 4410, 4429, 1011
"""Close codes, as the server extension's."""


@dataclass(frozen=True)
class PageLimits:
    """Limits and rights as in `SocketLimits`; ``frame_ancestors`` are the pages that may frame ours."""

    idle_disconnect: float = 0.0
    max_clients: int = 0
    allowed: Right = Right.ALL
    frame_ancestors: str = OWN_FRAMES


class Server(Protocol):
    """What a handler needs of its server."""

    manager: DesktopManager
    limits: PageLimits
    counting: threading.Lock
    """Guards the count of viewers, which each request's own thread changes."""

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run one of the manager's coroutines on its event loop, from a request's thread."""


class PageHandler(ProxyRequestHandler):  # type: ignore[misc]
    """Handles a request for a file of the page, for the REST API, or for a desktop's WebSocket."""

    server: Server
    protocol_version = "HTTP/1.1"
    SocketClass = ViewerSocket

    def setup(self) -> None:
        """Serve files from the page's directory, whatever the working directory is."""
        self.directory = os.fspath(PAGE)
        super().setup()

    def address_string(self) -> str:
        """Return the client's name for the log."""
        return "unix"

    def do_GET(self) -> None:
        """Respond with JSON or with a file of the page; `handle_upgrade` handles WebSockets."""
        if self._is_api():
            return self._answer("GET")
        self.path: str = urlsplit(self.path).path
        super().do_GET()
        return None

    def do_POST(self) -> None:
        """Run an operation."""
        self._change("POST")

    def do_PUT(self) -> None:
        """Run an operation."""
        self._change("PUT")

    def do_DELETE(self) -> None:
        """Run an operation."""
        self._change("DELETE")

    def _change(self, verb: str) -> None:
        body = self._body()
        if self.headers.get(REQUIRED_HEADER) != REQUIRED_HEADER_VALUE:
            self._send_json(
                HTTPStatus.FORBIDDEN,
                VncError(f"The header {REQUIRED_HEADER} is missing.", code="header-missing").body(),
            )
        else:
            self._answer(verb, body)

    def _is_api(self) -> bool:
        path = urlsplit(getattr(self, "path", "")).path
        return path == DESKTOPS_PATH or path.startswith(DESKTOPS_PATH + "/")

    def _answer(self, verb: str, body: bytes = b"") -> None:
        endpoints, name = find(SERVED, urlsplit(self.path).path)
        endpoint = endpoints.get(verb)
        if not endpoints:
            self._respond_error(UnknownDesktop("This path does not exist.", code="unknown-address"))
        elif endpoint is None:
            other = next(iter(endpoints))
            error = VncError(f"Use {other}.", code=f"use-{other.lower()}")
            self._send_json(HTTPStatus.METHOD_NOT_ALLOWED, error.body())
        elif endpoint.call is None:
            error = VncError("This path requires a WebSocket.", code="no-upgrade")
            self._send_json(HTTPStatus.BAD_REQUEST, error.body())
        else:
            self._respond(endpoint, self._call(endpoint, unquote(name), body))

    async def _call(self, endpoint: Endpoint, name: str, body: bytes) -> Any:
        query = parse_qs(urlsplit(self.path).query)
        fields = read_body(body, endpoint.fields)
        assert endpoint.call is not None
        return await endpoint.call(Call(self.server.manager, name, fields, lambda each: query.get(each, [""])[0]))

    def _body(self) -> bytes:
        """Return the body; one that is too long, or of unknown length, is cut so that `read_body` refuses it."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()) or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # or the unread body would be parsed as the next request
            return b"?"
        if int(length[:20]) > MAX_BODY_BYTES:
            self.close_connection = True
        return bytes(self.rfile.read(min(int(length[:20]), MAX_BODY_BYTES + 1)))

    def _respond(self, endpoint: Endpoint, work: Any) -> None:
        try:
            result = self.server.call(work)
        except VncError as error:
            self._respond_error(error)
        except OSError as error:
            self._respond_error(disk_error(error))
        else:
            self._send_json(endpoint.status, result)

    def _respond_error(self, error: VncError) -> None:
        self._send_json(error.status, error.body())

    def _send_json(self, status: int, value: Any) -> None:
        self._is_json = True
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond with an error as JSON, also to what is not HTTP."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send_json(
            code, VncError(f"{message or status.phrase}.", code=status.name.lower().replace("_", "-")).body()
        )

    def end_headers(self) -> None:
        """Add the security headers; browsers keep the page's files, but ask each time."""
        ancestors = self.server.limits.frame_ancestors
        if self.__dict__.pop("_is_json", False):
            added = security_headers(data_policy(ancestors), "no-store")
        else:
            host = self.headers.get("Host", "") if hasattr(self, "headers") else ""
            added = security_headers(page_policy(ancestors, host), "no-cache")
        for name, value in added.items():
            self.send_header(name, value)
        super().end_headers()

    def handle_upgrade(self) -> None:
        """Connect to the desktop, so that a failure is an HTTP response; then upgrade."""
        endpoints, name = find(SERVED, urlsplit(self.path).path)
        if endpoints.get("GET", SERVED[0]).operation != "openSocket":
            return self._respond_error(UnknownDesktop("This path is not a WebSocket.", code="unknown-address"))
        self._desktop = unquote(name)
        try:
            desktop = self.server.manager.get(self._desktop)
            state = desktop.state()
            if state.phase != "running":
                raise Conflict(f"The desktop {self._desktop!r} is {in_words(state.phase)}.", code="not-running")
            self._messages = ViewerMessages(self.server.limits.allowed)
            self._target = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._target.connect(os.fspath(desktop.path / state.raw_socket))
        except VncError as error:
            return self._respond_error(error)
        except OSError as error:
            message = f"The VNC server does not respond: {error}."
            return self._send_json(HTTPStatus.SERVICE_UNAVAILABLE, VncError(message, code="dead-socket").body())
        try:
            super().handle_upgrade()
        finally:
            self._target.close()
        return None

    def new_websocket_client(self) -> None:
        """Relay bytes until one side closes the connection, unless the desktop has too many viewers."""
        limits, manager = self.server.limits, self.server.manager
        with self.server.counting:
            if 0 < limits.max_clients <= manager.clients(self._desktop):
                self.send_close(CLOSE_TOO_MANY, f"This desktop allows at most {limits.max_clients} viewers.")
                return
            disconnected = manager.client_connected(self._desktop)
        proxied = self.headers.get(ACKNOWLEDGE_HEADER) == ACKNOWLEDGE_BY_PING
        try:
            relay = ViewerRelay(self.request, self._target, self._messages, limits.idle_disconnect, proxied)
            relay.on_input = lambda: manager.note_activity(self._desktop)
            closed = relay.run() or self._close_reason()
        finally:
            with self.server.counting:
                disconnected()
        with contextlib.suppress(Exception):  # it may not read any more
            self.send_close(*closed)

    def _close_reason(self) -> tuple[int, str]:
        try:
            state = self.server.manager.get(self._desktop).state()
        except (UnknownDesktop, InvalidOption):
            return CLOSE_REMOVED, "The desktop was removed."
        if state.phase == "stopped" or state.step == "stopping":
            return CLOSE_STOPPED, "The desktop was stopped."
        return CLOSE_ERROR, "The VNC server ended."

    def log_message(self, format: str, *args: Any) -> None:
        """Log requests at debug level: a page that waits sends two per second."""
        logging.getLogger(__name__).debug(format, *args)
