"""What we do in the Jupyter server for each message that jupyter-server-proxy relays, without our server extension.

jupyter-server-proxy asks for each message whether it is activity. We answer no, and count a person's input instead,
whose time the page server writes to a file. We also pass a viewer's pongs on, as pings, by which the page server sees
what the viewer has received: jupyter-server-proxy itself answers each ping at once and keeps the pong to itself.

If Jupyter is shut down over HTTP, jupyter-server-proxy leaves the page server behind, which then has to take that for a
crash; so we end it when the interpreter exits.
"""

from __future__ import annotations

import atexit
import contextlib
import re
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from tornado.websocket import WebSocketClosedError

from ..desktops.desktop import Desktop
from ..desktops.runtime import desktop_path, runtime_directory
from ..errors import VncError
from ..server.endpoints import DESKTOPS_PATH
from ..system.process_identity import ProcessIdentity

SOCKET = re.compile(rf".*{DESKTOPS_PATH}/([^/]+)/rfb")

CHECK_SECONDS = 1.0
"""Minimum interval between two looks at a desktop's file."""

SOURCE = "jupyter_vnc_proxy"
"""Our key among Jupyter's times of the last activity."""


def count_input_only(runtime_dir: str) -> Callable[[Any], bool]:
    """Return the function that jupyter-server-proxy calls with its handler for each message (`update_last_activity`).

    ``runtime_dir`` is the desktops' directory as configured.
    """
    checked: dict[str, float] = {}
    page_servers: dict[int, ProcessIdentity] = {}

    atexit.register(_end, page_servers)

    def relayed(handler: Any) -> bool:
        pid = getattr(getattr(handler, "state", {}).get("proc"), "pid", None)
        if isinstance(pid, int) and pid not in page_servers:
            with contextlib.suppress(ProcessLookupError):
                page_servers[pid] = ProcessIdentity.child(pid)
        match = SOCKET.fullmatch(handler.request.path)
        if match is None:
            return False
        if "on_pong" not in vars(handler):
            handler.on_pong = lambda data: _pass_on(handler, data)
        name, now = unquote(match[1]), time.monotonic()
        if now - checked.get(name, -CHECK_SECONDS) >= CHECK_SECONDS:
            with contextlib.suppress(VncError, OSError):
                activity = Desktop(desktop_path(runtime_directory(runtime_dir), name)).last_activity()
                checked[name] = now  # only names that a desktop may have
                times = handler.settings.setdefault("last_activity_times", {})
                if activity is not None:
                    times[SOURCE] = max(activity, times.get(SOURCE, activity))
        return False

    return relayed


def _end(page_servers: Mapping[int, ProcessIdentity]) -> None:
    """Ask the page servers that still run to end."""
    for page_server in page_servers.values():
        page_server.signal(signal.SIGTERM)


def _pass_on(handler: Any, data: bytes) -> None:
    protocol = getattr(getattr(handler, "ws", None), "protocol", None)
    if protocol is not None:
        with contextlib.suppress(WebSocketClosedError):
            protocol.write_ping(data)
