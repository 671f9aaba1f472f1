"""Users of a test's server as their browsers are: logged in by cookie, with tickets, speaking RFB."""

from __future__ import annotations

import asyncio
import json
import struct
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tornado.httpclient import HTTPResponse
from tornado.websocket import WebSocketClientConnection

from jupyter_vnc_proxy.server.tickets import TICKET_PROTOCOL
from support import xclip
from support.stream.clients import pointer
from support.waiting import LONG_SECONDS, until

VERSION = b"RFB 003.008\n"
RFB = ("api", "desktops", "default", "rfb")

PASTE_SECONDS = 10.0
"""The time that a program waits for what it pastes."""


def key(keysym: int, down: bool) -> bytes:
    return struct.pack(">BB2xI", 4, down, keysym)


def typed_keys(text: str) -> bytes:
    return b"".join(key(ord(each), down) for each in text for down in (True, False))


def click(x: int, y: int) -> bytes:
    return pointer(0, x, y) + pointer(1, x, y) + pointer(0, x, y)


def desktop_size(width: int, height: int) -> bytes:
    """SetDesktopSize with one screen."""
    return struct.pack(">BxHHBx", 251, width, height, 1) + struct.pack(">IHHHHI", 0, 0, 0, width, height, 0)


def update_request(width: int = 8, height: int = 8) -> bytes:
    return struct.pack(">BBHHHH", 3, 0, 0, 0, width, height)


class Desk:
    """The default desktop, seen from inside."""

    def __init__(self, vnc: Any, path: Path) -> None:
        self.manager = vnc.manager
        self.path = path

    @property
    def model(self) -> Any:
        return self.manager.model("default")

    def noted(self) -> list[str]:
        return (self.path / "log" / "session.log").read_text().split()

    def letters(self) -> str:
        return "".join(chr(int(word, 16)) for word in self.noted() if word.startswith("0x"))

    def xclip(self, *arguments: str, **settings: Any) -> subprocess.Popen[bytes]:
        environment = {
            "DISPLAY": self.model["display"],
            "XAUTHORITY": self.model["xauthority"],
            "PATH": "/usr/bin:/bin",
        }
        argv = ["xclip", "-selection", "clipboard", *arguments]
        return subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, **settings)

    async def pasted(self, target: str = "UTF8_STRING") -> bytes:
        """Have a program paste, and return what it gets: nothing if the owner goes without an answer."""
        program = self.xclip("-o", "-t", target, stdout=subprocess.PIPE)
        try:
            return (await asyncio.to_thread(program.communicate, timeout=PASTE_SECONDS))[0]
        except subprocess.TimeoutExpired:  # xclip would wait for ever
            program.kill()
            return program.communicate()[0]

    async def copy(self, data: bytes, *arguments: str) -> None:
        """Have a program copy, and wait until it owns the clipboard."""
        model = self.model
        await asyncio.to_thread(xclip.copy, model["display"], Path(model["xauthority"]), data, *arguments)


class Viewer:
    """An RFB client on a WebSocket, which keeps all that the server sends after ServerInit."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.received = bytearray()
        self.size = (0, 0)
        self._unread = b""
        self._reading: asyncio.Task[None] | None = None

    async def greet(self) -> Viewer:
        """Go through the handshake with security type None."""
        assert await self._read(12) == VERSION
        await self.send(VERSION)
        count = (await self._read(1))[0]
        assert 1 in await self._read(count)
        await self.send(b"\1")
        assert await self._read(4) == bytes(4)
        await self.send(b"\1")
        head = await self._read(24)
        self.size = struct.unpack(">HH", head[:4])
        await self._read(int.from_bytes(head[20:], "big"))
        self._reading = asyncio.ensure_future(self._collect())
        return self

    async def _read(self, size: int) -> bytes:
        while len(self._unread) < size:
            message = await self.socket.read_message()
            assert isinstance(message, bytes), (self.socket.close_code, self.socket.close_reason)
            self._unread += message
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    async def _collect(self) -> None:
        self.received += self._unread
        while (message := await self.socket.read_message()) is not None:
            assert isinstance(message, bytes)
            self.received += message

    async def send(self, data: bytes) -> None:
        await self.socket.write_message(data, binary=True)

    async def settle(self) -> None:
        """Wait until the server has answered an update request, and so has read all that came before."""
        before = len(self.received)
        await self.send(update_request())
        await until(lambda: len(self.received) >= before + 16, what="the server answers")

    async def resized(self, width: int, height: int) -> None:
        """Wait until the server has told its new size, in a rectangle of ExtendedDesktopSize."""
        rectangle = struct.pack(">HHHHi", 0, 0, width, height, -308)
        before, deadline = len(self.received), time.monotonic() + LONG_SECONDS
        while self.received.find(rectangle, before) < 0:
            assert time.monotonic() < deadline, f"the server has {width}x{height}"
            await self.send(update_request())  # the one before may have brought an earlier size
            await asyncio.sleep(0.05)

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait for the end; return the close code and the reason."""
        if self._reading is not None:
            await asyncio.wait_for(self._reading, LONG_SECONDS)
        else:
            while await asyncio.wait_for(self.socket.read_message(), LONG_SECONDS) is not None:
                pass
        self.close()
        return self.socket.close_code, self.socket.close_reason

    def close(self) -> None:
        """End the connection as a page does that is left or reloaded."""
        self.socket.close(1001)

    def leave(self) -> None:
        """End the connection as a panel does that is closed."""
        self.socket.close(1000)


class Browser:
    """A user who is logged in by cookie."""

    def __init__(self, fetch: Any, ws_fetch: Any, headers: dict[str, str], xsrf: str) -> None:
        self._fetch = fetch
        self._ws_fetch = ws_fetch
        self.headers = headers
        self._xsrf = xsrf

    @classmethod
    async def log_in(cls, fetch: Any, ws_fetch: Any, auth_header: dict[str, str]) -> Browser:
        """Log in with the server's token, which makes a new user."""
        token = auth_header["Authorization"].removeprefix("token ")
        login = await fetch("tree", params={"token": token}, follow_redirects=False, raise_error=False)
        cookies = dict(each.partition(";")[0].split("=", 1) for each in login.headers.get_list("Set-Cookie"))
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        host = urlsplit(login.request.url).netloc  # of which the cookie's name is made
        return cls(fetch, ws_fetch, {"Cookie": cookie, "Authorization": "", "Host": host}, cookies["_xsrf"])

    async def request(self, verb: str, *parts: str, body: Any = None) -> HTTPResponse:
        """Send a request to the default desktop's REST API."""
        headers = dict(self.headers)
        settings: dict[str, Any] = {}
        if verb != "GET":
            headers["X-XSRFToken"] = self._xsrf
        if verb in ("POST", "PUT"):
            settings["body"] = json.dumps({} if body is None else body)
        path = ("api", "desktops", "default", *parts)
        last, _, query = path[-1].partition("?")
        response: HTTPResponse = await self._fetch(
            *path[:-1], last, params=dict(parse_qsl(query)), method=verb, headers=headers, raise_error=False, **settings
        )
        return response

    async def api(self, verb: str, *parts: str, body: Any = None, status: int = 200) -> Any:
        """Do the same, expect a status, and return the JSON."""
        response = await self.request(verb, *parts, body=body)
        assert response.code == status, response.body
        return json.loads(response.body) if response.body else None

    async def ticket(self, invitation: str | None = None) -> str:
        body = {} if invitation is None else {"invitation": invitation}
        ticket: str = (await self.api("POST", "ticket", body=body))["ticket"]
        return ticket

    async def open(self, ticket: str | None) -> Viewer:
        """Open a WebSocket with a ticket or without."""
        protocols = ["binary"] if ticket is None else ["binary", TICKET_PROTOCOL + ticket]
        return Viewer(await self._ws_fetch(*RFB, headers=dict(self.headers), subprotocols=protocols))

    async def connect(self, invitation: str | None = None) -> Viewer:
        """Get a ticket, open a WebSocket, and go through RFB's handshake."""
        return await (await self.open(await self.ticket(invitation))).greet()


LogIn = Callable[[], Awaitable[Browser]]
"""Logs another user in."""
