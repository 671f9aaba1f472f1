"""One user of a crowd: starts a desktop, waits for its first picture, and goes on looking at it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any, Protocol

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.rfb.errors import ProtocolError

from ..rfb import messages
from ..rfb.assembler import Message
from ..rfb.decode import Screen
from ..rfb.recording import Piece
from ..rfb.viewer import Viewer
from ..servers.jupyter_server import TOKEN, JupyterServer
from ..servers.our_server import OurServer

POLL_SECONDS = 0.05
"""How often the file with a desktop's state is read, which costs its server nothing."""

START_SECONDS = 180.0
"""Time limit for a picture, with all users on one machine."""

QUALITY = 8


class Page(Protocol):
    """What the page of a configuration says to its server over the WebSocket."""

    path: str
    """The WebSocket's, relative to the base URL."""

    @property
    def has_picture(self) -> bool:
        """Whether the whole screen has been sent."""

    def greeting(self) -> list[bytes | str]:
        """Return what to send first."""

    def receive(self, data: bytes | str) -> list[bytes | str]:
        """Take a message, and return the answers."""


class RfbPage:
    """noVNC."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.has_picture = False
        self._screen: Screen | None = None
        self._viewer = Viewer(QUALITY, self._updated)

    def greeting(self) -> list[bytes | str]:
        """Return RFB's handshake."""
        return [messages.HELLO]

    def receive(self, data: bytes | str) -> list[bytes | str]:
        """Answer RFB."""
        assert isinstance(data, bytes)
        answer = self._viewer.receive(Piece(time.time(), data))
        return [answer] if answer else []

    def _updated(self, message: Message) -> None:
        """Decode updates until the screen is complete."""
        if not self.has_picture:
            self._screen = self._screen or Screen(*self._viewer.size)
            self._screen.update(message.data)
            self.has_picture = self._screen.is_whole
            if self.has_picture:
                self._screen = None


class SelkiesPage:
    """The peer's own page: it names its size, and gets H.264."""

    path = "selkies/api/websockets"
    STRIPES = (0x03, 0x04)
    """First byte of a picture: JPEG, or video."""

    def __init__(self) -> None:
        self.has_picture = False

    def greeting(self) -> list[bytes | str]:
        """Return the settings that the page sends."""
        size = {"initialClientWidth": 1280, "initialClientHeight": 720}
        return ["SETTINGS," + json.dumps({"displayId": "primary", "encoder": "x264enc", **size})]

    def receive(self, data: bytes | str) -> list[bytes | str]:
        """Acknowledge a picture."""
        if isinstance(data, bytes) and data[0] in self.STRIPES:
            self.has_picture = True
            return [f"CLIENT_FRAME_ACK {int.from_bytes(data[2:4], 'big')}"]
        return []


def page_of(server: JupyterServer) -> Page:
    """Return what the page of a server says."""
    if isinstance(server, OurServer):
        return RfbPage("api/desktops/default/rfb")
    return SelkiesPage() if server.name == "selkies" else RfbPage("desktop-websockify/")


class Person:
    """A user. Times are seconds since ``began``; ``faults`` has what went wrong, as sentences."""

    def __init__(self, number: int, server: JupyterServer) -> None:
        self.name = f"user {number}"
        self.faults: list[str] = []
        self.running_seconds: float | None = None
        self.picture_seconds: float | None = None
        self._server = server
        self._page = page_of(server)
        self._socket: WebSocketClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._began = 0.0

    # -- the desktop --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the desktop, and wait until it runs. Peers start it when somebody looks."""
        self._began = time.monotonic()
        if not isinstance(self._server, OurServer):
            return
        try:
            await self._request("POST", "api/desktops/default/start")
            await asyncio.wait_for(self._runs(), START_SECONDS)
        except (HTTPClientError, OSError, asyncio.TimeoutError) as error:
            self.faults.append(f"{self.name}: the desktop does not start: {error!r}")

    async def _request(self, method: str, path: str) -> Any:
        url = f"http://127.0.0.1:{self._server.port}/{path}"
        headers = {"Authorization": f"token {TOKEN}"}
        body = "" if method == "POST" else None
        request = HTTPRequest(url, method, headers, body, request_timeout=START_SECONDS)
        return await AsyncHTTPClient().fetch(request)

    async def _runs(self) -> None:
        assert isinstance(self._server, OurServer)
        desktop = Desktop(self._server.runtime_directory / "default")
        while True:
            state = desktop.stored_state()
            if state.phase != "starting":
                break
            await asyncio.sleep(POLL_SECONDS)
        if state.phase == "running":
            self.running_seconds = time.monotonic() - self._began
        else:
            self.faults.append(f"{self.name}: the desktop is {state.phase}: {state.error}")

    # -- its picture --------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Connect, and wait for the first picture; then go on looking until `leave`."""
        if self.faults:
            return
        try:
            await asyncio.wait_for(self._connect(), START_SECONDS)
        except (HTTPClientError, OSError, ProtocolError, asyncio.TimeoutError) as error:
            self.faults.append(f"{self.name}: no picture: {error!r}")

    async def _connect(self) -> None:
        url = f"ws://127.0.0.1:{self._server.port}/{self._page.path}"
        request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}, connect_timeout=START_SECONDS)
        self._socket = await websocket_connect(request, subprotocols=["binary"], max_message_size=64 << 20)
        for message in self._page.greeting():
            await self._send(message)
        while not self._page.has_picture:
            await self._answer()
        self.picture_seconds = time.monotonic() - self._began
        self._reader = asyncio.ensure_future(self._go_on())

    async def _send(self, message: bytes | str) -> None:
        assert self._socket is not None
        await self._socket.write_message(message, binary=isinstance(message, bytes))

    async def _answer(self) -> None:
        assert self._socket is not None
        message = await self._socket.read_message()
        if message is None:
            raise ConnectionError(f"closed: {self._socket.close_code} {self._socket.close_reason}")
        if self.running_seconds is None:
            self.running_seconds = time.monotonic() - self._began  # a peer's server has said something
        for answer in self._page.receive(message):
            await self._send(answer)

    async def _go_on(self) -> None:
        try:
            while True:
                await self._answer()
        except (OSError, ProtocolError) as error:
            self.faults.append(f"{self.name}: the viewer was disconnected: {error!r}")

    async def leave(self) -> None:
        """Disconnect."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket is not None:
            self._socket.close()
