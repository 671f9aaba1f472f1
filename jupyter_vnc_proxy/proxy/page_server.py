"""The page server that jupyter-server-proxy starts: our page, a WebSocket (websockify) and part of the REST API.

It listens on a unix socket, works without our server extension, shows the same desktops and starts the default one.
Its REST API is a subset of the server extension's, with the same paths and responses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import socket
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockify.websocketproxy import LibProxyServer, ProxyRequestHandler

from ..desktops.manager import DEFAULT_NAME, DesktopManager
from ..errors import Conflict, InvalidOption, UnknownDesktop, VncError, disk_error
from ..options import Geometry
from ..server.activity import ViewerActivity
from ..server.endpoints import DESKTOPS_PATH, PING_SECONDS

PAGE = Path(__file__).parents[1] / "page"

ROUTE = re.compile(rf"{DESKTOPS_PATH}(?:/(?P<name>[^/]+)(?:/(?P<action>start|resize|log|rfb))?)?")

REQUIRED_HEADER = "X-Requested-With"
REQUIRED_HEADER_VALUE = "jupyter-vnc-proxy"
"""Protects POST against cross-site requests: a browser sends this header to another origin only if CORS allows it."""

MAX_BODY_BYTES = 64 * 1024
"""Maximum size of a request's body."""


class PageServer(LibProxyServer):  # type: ignore[misc]
    """websockify's threaded server, on a unix socket; each request names its desktop."""

    address_family = socket.AF_UNIX
    daemon_threads = True

    def __init__(self, path: Path, manager: DesktopManager) -> None:
        self.manager = manager
        self._path = path
        self.loop = asyncio.new_event_loop()
        super().__init__(PageHandler, web=os.fspath(PAGE), heartbeat=PING_SECONDS)
        os.chdir("/")  # leave the page's directory, which an upgrade replaces

    def server_bind(self) -> None:
        """Bind the unix socket; only this user may connect."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self.socket.bind(os.fspath(self._path))
        finally:
            os.umask(mask)
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection; return a made-up address, because the handler logs one."""
        connection, _ = self.socket.accept()
        return connection, ("unix", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log an error, unless the browser closed the connection during the response."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def call(self, work: Any) -> Any:
        """Run one of the manager's coroutines on its event loop, from a request's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class PageHandler(ProxyRequestHandler):  # type: ignore[misc]
    """Handles a request for a file of the page, for the REST API, or for a desktop's WebSocket."""

    server: PageServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Serve files from the page's directory, whatever the working directory is."""
        self.directory = os.fspath(PAGE)
        super().setup()

    def address_string(self) -> str:
        """Return the client's name for the log."""
        return "unix"

    def do_GET(self) -> None:
        """Respond with JSON or with a file of the page; `handle_upgrade` handles WebSockets."""
        match = ROUTE.fullmatch(urlsplit(self.path).path)
        if match is None:
            wanted = parse_qs(urlsplit(self.path).query).get("desktop", [DEFAULT_NAME])
            self.path: str = urlsplit(self.path).path
            if self.path == "/" and wanted == [DEFAULT_NAME]:
                self._start_default()
            super().do_GET()
            return None
        if match["action"] == "rfb":
            return self._send_json(
                HTTPStatus.BAD_REQUEST, VncError("This path requires a WebSocket.", code="no-upgrade").body()
            )
        if match["action"] in ("start", "resize"):
            return self._send_json(HTTPStatus.METHOD_NOT_ALLOWED, VncError("Use POST.", code="use-post").body())
        return self._respond(self._read(match["name"], match["action"]))

    def _start_default(self) -> None:
        """Start the default desktop while the browser loads the page."""
        with contextlib.suppress(VncError, OSError):  # the page starts it again, and shows the error
            self.server.call(self.server.manager.start(DEFAULT_NAME))

    def do_POST(self) -> None:
        """Start or resize a desktop."""
        match = ROUTE.fullmatch(urlsplit(self.path).path)
        body = self._body()
        if self.headers.get(REQUIRED_HEADER) != REQUIRED_HEADER_VALUE:
            self._send_json(
                HTTPStatus.FORBIDDEN,
                VncError(f"The header {REQUIRED_HEADER} is missing.", code="header-missing").body(),
            )
        elif match is None or match["action"] not in ("start", "resize"):
            self._respond_error(UnknownDesktop("This path does not exist.", code="unknown-address"))
        else:
            self._respond(self._act(match["name"], match["action"], body))

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True  # or the unread body would be parsed as the next request
            return b""
        return bytes(self.rfile.read(int(length)))

    async def _read(self, name: str | None, action: str | None) -> Any:
        manager = self.server.manager
        if name is None:
            return manager.models()
        if action == "log":
            query = parse_qs(urlsplit(self.path).query)
            return manager.get(name).log_model(query.get("part", [""])[0], query.get("lines", [""])[0])
        return manager.model(name)

    async def _act(self, name: str, action: str, body: bytes) -> Any:
        if action == "start":
            return await self.server.manager.start(name)
        try:
            wanted = json.loads(body)
            geometry = Geometry.checked(int(wanted["width"]), int(wanted["height"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidOption("The fields 'width' and 'height' are required, in pixels.", code="bad-body") from error
        return await self.server.manager.resize(name, geometry)

    def _respond(self, work: Any) -> None:
        try:
            self._send_json(HTTPStatus.OK, self.server.call(work))
        except VncError as error:
            self._respond_error(error)
        except OSError as error:
            self._respond_error(disk_error(error))

    def _respond_error(self, error: VncError) -> None:
        self._send_json(error.status, error.body())

    def _send_json(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def handle_upgrade(self) -> None:
        """Connect to the desktop, so that a failure is an HTTP response; then upgrade."""
        match = ROUTE.fullmatch(urlsplit(self.path).path)
        if match is None or match["action"] != "rfb":
            return self._respond_error(UnknownDesktop("This path is not a WebSocket.", code="unknown-address"))
        name = match["name"]
        try:
            desktop = self.server.manager.get(name)
            state = desktop.state()
            if not state.is_usable:
                raise Conflict(f"The desktop {name!r} is {state.phase}.", code="not-running")
            self._desktop = name
            self._messages = ViewerActivity()
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
        """Relay bytes until one side closes the connection."""
        disconnected = self.server.manager.client_connected(self._desktop)
        try:
            self.do_proxy(self._target)
        finally:
            disconnected()

    def recv_frames(self) -> tuple[list[bytes], Any]:
        """Receive frames from the viewer; keyboard, pointer and clipboard messages count as activity."""
        frames, closed = super().recv_frames()
        if self._messages.feed(b"".join(frames)):
            self.server.manager.note_activity(self._desktop)
        return frames, closed

    def end_headers(self) -> None:
        """Add Cache-Control, so that browsers revalidate the page's files, which change with each version."""
        if ROUTE.fullmatch(urlsplit(self.path).path) is None:
            self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log requests at debug level: a page that waits sends two per second."""
        logging.getLogger(__name__).debug(format, *args)


def serve(manager: DesktopManager, path: Path, stop_with_server: bool = True) -> None:
    """Serve on the unix socket ``path`` until a signal arrives or the parent process ends.

    A signal means that the Jupyter server shuts down: stop the desktops that no other server owns, if
    ``stop_with_server``. If the parent ends without a signal it has crashed; the desktops keep running, and the next
    server adopts them.
    """
    server = PageServer(path, manager)
    loop = server.loop
    ending = asyncio.Event()
    signals: list[signal.Signals] = []

    def signalled(number: signal.Signals) -> None:
        signals.append(number)
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, signalled, number)
    parent = os.pidfd_open(os.getppid())
    loop.add_reader(parent, ending.set)

    async def main() -> None:
        serving = loop.run_in_executor(None, server.serve_forever)
        await ending.wait()
        loop.remove_reader(parent)
        if signals and stop_with_server:
            await manager.stop_all()
        server.shutdown()
        await serving

    try:
        loop.run_until_complete(main())
    finally:
        os.close(parent)
        server.server_close()
        path.unlink(missing_ok=True)
        loop.close()
