"""The users of the bench: each starts a server and a desktop, and looks at it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import quote

import requests
from support.hub import Hub, User
from support.sharing import Viewer, update_request
from support.stream.clients import pointer, set_encodings
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

ENCODINGS = (7, 1, -239, -223, -224, -26, -254)
"""Tight, CopyRect, cursor, desktop size, last rectangle, quality 6 and compression 2, as noVNC asks for."""

START_SECONDS = 180.0
"""Time limit for a desktop to run, with all users at once on one machine."""

POLL_SECONDS = 0.2
UPDATE_SECONDS = 0.05
"""Interval at which a viewer asks for changes."""

REQUEST_TIMEOUT_SECONDS = 120.0


class Person:
    """A user with a server, a desktop and a viewer. ``faults`` has what went wrong, as sentences."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.faults: list[str] = []
        self.server_seconds: float | None = None
        self.desktop_seconds: float | None = None
        self.moving = False
        self._user: User | None = None
        self._viewer: Viewer | None = None

    async def start_server(self) -> None:
        """Start the server, and measure the time until it responds."""
        began = time.monotonic()
        self._user = await asyncio.to_thread(self.hub.start_server, self.name)
        self.server_seconds = time.monotonic() - began

    def _request(self, method: str, path: str) -> Any:
        assert self._user is not None
        headers = {"Authorization": f"token {self._user.token}"}
        url = f"{self._user.url}api/desktops/{quote(path)}"
        return requests.request(method, url, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS).json()

    async def start_desktop(self) -> None:
        """Start the default desktop, and measure the time until it runs."""
        began = time.monotonic()
        model = await asyncio.to_thread(self._request, "POST", "default/start")
        while (phase := model.get("phase")) == "starting" and time.monotonic() - began < START_SECONDS:
            await asyncio.sleep(POLL_SECONDS)
            model = await asyncio.to_thread(self._request, "GET", "default")
        if phase == "running":
            self.desktop_seconds = time.monotonic() - began
        else:
            self.faults.append(f"{self.name}: the desktop is {phase}: {model.get('error')}")

    async def look(self) -> None:
        """Show the desktop until cancelled; while ``moving``, move the pointer with each request."""
        assert self._user is not None
        address = self._user.url.replace("http", "ws", 1) + "api/desktops/default/rfb"
        request = HTTPRequest(address, headers={"Authorization": f"token {self._user.token}"})
        try:
            self._viewer = await Viewer(await websocket_connect(request, subprotocols=["binary"])).greet()
            await self._viewer.send(set_encodings(*ENCODINGS) + update_request(*self._viewer.size))
            step = 0
            while True:
                await asyncio.sleep(UPDATE_SECONDS)
                step += 1
                moves = pointer(0, 100 + step * 7 % 800, 100 + step * 3 % 500) if self.moving else b""
                await self._viewer.send(moves + b"\3\1" + update_request(*self._viewer.size)[2:])
        except (OSError, AssertionError, WebSocketClosedError) as error:
            self.faults.append(f"{self.name}: the viewer was disconnected: {error!r}")

    @property
    def received(self) -> int:
        """Bytes of pictures that the viewer has received."""
        return 0 if self._viewer is None else len(self._viewer.received)

    def leave(self) -> None:
        """Disconnect the viewer."""
        if self._viewer is not None:
            with contextlib.suppress(WebSocketClosedError):
                self._viewer.close()
