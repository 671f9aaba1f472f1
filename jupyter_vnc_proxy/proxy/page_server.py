"""The page server that jupyter-server-proxy starts if our server extension is disabled.

It listens on a unix socket and serves our page, a WebSocket (websockify) and part of the REST API: the operations of
the server extension's table that are marked for it. No authorizer guards it; the limits of the configuration apply.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from websockify.websocketproxy import LibProxyServer

from ..desktops.manager import DesktopManager
from ..server.endpoints import PING_SECONDS
from ..system.process_identity import watch_parent
from ..system.unix_sockets import bind_privately
from .page_handler import PAGE, PageHandler, PageLimits


class PageServer(LibProxyServer):  # type: ignore[misc]
    """websockify's threaded server, on a unix socket; each request names its desktop."""

    address_family = socket.AF_UNIX
    daemon_threads = True

    def __init__(self, path: Path, manager: DesktopManager, limits: PageLimits) -> None:
        self.manager = manager
        self.limits = limits
        self.counting = threading.Lock()
        self._path = path
        self.loop = asyncio.new_event_loop()
        super().__init__(PageHandler, web=os.fspath(PAGE), heartbeat=PING_SECONDS)
        os.chdir("/")  # leave the page's directory, which an upgrade replaces

    def server_bind(self) -> None:
        """Bind the unix socket; only this user may connect."""
        bind_privately(self.socket, self._path)
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection; return a made-up address, because the handler logs one."""
        connection, _ = self.socket.accept()
        return connection, ("unix", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log an error, unless the browser closed the connection during the response."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run one of the manager's coroutines on its event loop, from a request's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


def serve(manager: DesktopManager, path: Path, limits: PageLimits, stop_with_server: bool = True) -> None:
    """Serve on the unix socket ``path`` until a signal arrives or the parent process ends.

    A signal means that the Jupyter server shuts down: stop the desktops that no other server owns, if
    ``stop_with_server``. If the parent ends without a signal it has crashed; the desktops keep running, and the next
    server adopts them. A terminal that closes is such a crash: it signals Jupyter, and Jupyter would have to tell us.
    """
    parent = os.getppid()
    with contextlib.suppress(PermissionError):  # we lead a session already
        os.setsid()  # or the terminal's signals would reach us, too
    server = PageServer(path, manager, limits)
    loop = server.loop
    ending = asyncio.Event()
    signals: list[signal.Signals] = []

    def signalled(number: signal.Signals) -> None:
        signals.append(number)
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled, number)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)

    async def main() -> None:
        unwatch = watch_parent(parent, ending.set)
        serving = loop.run_in_executor(None, server.serve_forever)
        await ending.wait()
        unwatch()
        if signals and stop_with_server:
            await manager.stop_all()
        else:
            manager.let_live()  # at once: the next server may stop them before this process has ended
        server.shutdown()
        await serving

    try:
        loop.run_until_complete(main())
    finally:
        server.server_close()
        path.unlink(missing_ok=True)
        loop.close()
