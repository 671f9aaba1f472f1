"""The first door: our page, a WebSocket (websockify) and a little JSON on one unix socket, for jupyter-server-proxy.

Works without our server extension, shows the same desktops, and starts the default one. The JSON is a subset of the
server extension's, at the same addresses below this server's root.
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
from ..server.activity import ClientMessages

PAGE = Path(__file__).parents[1] / "page"

ROOT = re.compile(r"/api/desktops(?:/(?P<name>[^/]+)(?:/(?P<action>start|resize|log|rfb))?)?")

OUR_HEADER = "X-Requested-With"
OUR_HEADER_VALUE = "jupyter-vnc-proxy"
"""A page from elsewhere can't set this header without asking us first, and we never agree (CORS)."""

HEARTBEAT = 20
"""Seconds between WebSocket pings."""

MAX_BODY = 64 * 1024
"""Bytes of a request's body."""


class PageServer(LibProxyServer):  # type: ignore[misc]
    """websockify's threading server on a unix socket; each request may choose its desktop."""

    address_family = socket.AF_UNIX
    daemon_threads = True

    def __init__(self, path: Path, manager: DesktopManager) -> None:
        self.manager = manager
        self._path = path
        self.loop = asyncio.new_event_loop()
        super().__init__(PageHandler, web=os.fspath(PAGE), heartbeat=HEARTBEAT)
        os.chdir("/")  # not in the page's directory, which an upgrade replaces

    def server_bind(self) -> None:
        """Listen on the unix socket, for ourselves alone."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self.socket.bind(os.fspath(self._path))
        finally:
            os.umask(mask)
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection; a unix socket has no address, and the handler logs one."""
        connection, _ = self.socket.accept()
        return connection, ("unix", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away in the middle of an answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def call(self, work: Any) -> Any:
        """Run a coroutine of the manager's on its event loop, from a request's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class PageHandler(ProxyRequestHandler):  # type: ignore[misc]
    """One request: a file of the page, JSON, or a WebSocket to a desktop."""

    server: PageServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Serve the page's files, wherever we are."""
        self.directory = os.fspath(PAGE)
        super().setup()

    def address_string(self) -> str:
        """Return whom we answer, for the log."""
        return "unix"

    def do_GET(self) -> None:
        """Answer with JSON, or serve a file of the page; what asks for an upgrade never comes here."""
        match = ROOT.fullmatch(urlsplit(self.path).path)
        if match is None:
            wanted = parse_qs(urlsplit(self.path).query).get("desktop", [DEFAULT_NAME])
            self.path: str = urlsplit(self.path).path
            if self.path == "/" and wanted == [DEFAULT_NAME]:
                self._start_default()
            super().do_GET()
            return None
        if match["action"] == "rfb":
            return self._json(HTTPStatus.BAD_REQUEST, VncError("Open a WebSocket here.", code="no-upgrade").body())
        if match["action"] in ("start", "resize"):
            return self._json(HTTPStatus.METHOD_NOT_ALLOWED, VncError("Use POST.", code="use-post").body())
        return self._answer(self._look(match["name"], match["action"]))

    def _start_default(self) -> None:
        """Whoever asks for the page wants the desktop, and it starts while the page is loaded."""
        with contextlib.suppress(VncError, OSError):  # the page asks again, and is told why
            self.server.call(self.server.manager.start(DEFAULT_NAME))

    def do_POST(self) -> None:
        """Start or resize a desktop."""
        match = ROOT.fullmatch(urlsplit(self.path).path)
        body = self._body()
        if self.headers.get(OUR_HEADER) != OUR_HEADER_VALUE:
            self._json(
                HTTPStatus.FORBIDDEN, VncError(f"The header {OUR_HEADER} is missing.", code="header-missing").body()
            )
        elif match is None or match["action"] not in ("start", "resize"):
            self._refuse(UnknownDesktop("There is nothing to do at this address.", code="unknown-address"))
        else:
            self._answer(self._act(match["name"], match["action"], body))

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True  # what is left unread would be taken for the next request
            return b""
        return bytes(self.rfile.read(int(length)))

    async def _look(self, name: str | None, action: str | None) -> Any:
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
            raise InvalidOption("The body must hold 'width' and 'height' in pixels.", code="bad-body") from error
        return await self.server.manager.resize(name, geometry)

    def _answer(self, work: Any) -> None:
        try:
            self._json(HTTPStatus.OK, self.server.call(work))
        except VncError as error:
            self._refuse(error)
        except OSError as error:
            self._refuse(disk_error(error))

    def _refuse(self, error: VncError) -> None:
        self._json(error.status, error.body())

    def _json(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def handle_upgrade(self) -> None:
        """Connect to the desktop first, so that a refusal is an HTTP answer, and then let websockify upgrade."""
        match = ROOT.fullmatch(urlsplit(self.path).path)
        if match is None or match["action"] != "rfb":
            return self._refuse(UnknownDesktop("There is no WebSocket at this address.", code="unknown-address"))
        name = match["name"]
        try:
            desktop = self.server.manager.get(name)
            state = desktop.state()
            if not state.is_usable:
                raise Conflict(f"The desktop {name!r} is {state.phase}.", code="not-running")
            self._desktop = name
            self._messages = ClientMessages()
            self._target = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._target.connect(os.fspath(desktop.path / state.raw_socket))
        except VncError as error:
            return self._refuse(error)
        except OSError as error:
            message = f"The desktop's VNC server does not answer: {error}."
            return self._json(HTTPStatus.SERVICE_UNAVAILABLE, VncError(message, code="dead-socket").body())
        try:
            super().handle_upgrade()
        finally:
            self._target.close()
        return None

    def new_websocket_client(self) -> None:
        """Move bytes until one side ends: websockify's loop."""
        gone = self.server.manager.client_connected(self._desktop)
        try:
            self.do_proxy(self._target)
        finally:
            gone()

    def recv_frames(self) -> tuple[list[bytes], Any]:
        """Take what the viewer sends, and note what a person does in it."""
        frames, closed = super().recv_frames()
        if self._messages.feed(b"".join(frames)):
            self.server.manager.note_activity(self._desktop)
        return frames, closed

    def end_headers(self) -> None:
        """Say how long a file may be kept: it changes with each version, so it is asked for again."""
        if ROOT.fullmatch(urlsplit(self.path).path) is None:
            self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log requests for debugging only: they come twice a second while a page waits."""
        logging.getLogger(__name__).debug(format, *args)


def serve(manager: DesktopManager, path: Path, stop_with_server: bool = True) -> None:
    """Serve on the unix socket ``path`` until a signal comes or our parent ends; its page starts the desktop.

    A signal is the Jupyter server's clean stop: the desktops are stopped that no other server looks after. Where it
    ended without one they live on, to be adopted.
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
