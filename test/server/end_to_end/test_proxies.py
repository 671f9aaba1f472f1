"""A server with an awkward base URL behind nginx, as browsers reach it: by cookies, tickets and Origin headers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from support.reverse_proxy import IMPATIENCE_SECONDS, ReverseProxy
from support.servers import TOKEN, Server
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

BASE = "/user/a@b.c/my~lab%20%5B1%5D/"
"""As JupyterHub and browsers write the names ``a@b.c`` and ``my~lab [1]``."""

BANNER = b"RFB 003.008\n"


@pytest.fixture(scope="module")
def proxy() -> Iterator[ReverseProxy]:
    """nginx, in front of a server whose default desktop runs."""
    with tempfile.TemporaryDirectory(prefix="jvp-", dir="/tmp") as name:
        directory = Path(name)
        traits = {"runtime_dir": name, "stop_with_server": True}
        server = Server(directory, 0, "jupyter_server", traits, base_url=BASE)
        server.wait_until_up()
        server.start_desktop()
        made = ReverseProxy(directory, server.port)
        yield made
        made.close()
        server.end("SIGTERM")


class Browser:
    """A browser that is logged in through one of the proxy's addresses."""

    def __init__(self, proxy: ReverseProxy, kind: str) -> None:
        self.url = proxy.urls[kind].rstrip("/") + BASE
        self.session = requests.Session()
        self.origin = proxy.urls[kind].rstrip("/")
        for path in (f"desktops/?token={TOKEN}", "api/desktops"):  # as the page does
            assert self.session.get(self.url + path, timeout=30).ok

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        token = self.session.cookies.get("_xsrf", path=BASE) or ""
        headers = {"X-XSRFToken": token, "Origin": self.origin, **headers}
        return self.session.post(self.url + path, json=body or {}, headers=headers, timeout=30)

    def ticket(self, failed: str | None = None) -> dict[str, Any]:
        """Get a ticket with the server's token, which lets the request pass from any origin."""
        body = {"failed": failed} if failed else {}
        answer: dict[str, Any] = self.post("api/desktops/default/ticket", body, Authorization=f"token {TOKEN}").json()
        return answer

    async def open(self, ticket: str) -> WebSocketClientConnection:
        """Open the desktop's socket by cookie."""
        address = self.url + "api/desktops/default/rfb"
        cookies = self.session.prepare_request(requests.Request("GET", address)).headers.get("Cookie", "")
        headers = {"Cookie": str(cookies), "Origin": self.origin}
        request = HTTPRequest(address.replace("http", "ws", 1), headers=headers)
        return await websocket_connect(request, subprotocols=["binary", f"vnc-ticket.{ticket}"])


async def cookie_ticket(browser: Browser) -> str:
    answer = await asyncio.to_thread(browser.post, "api/desktops/default/ticket")
    assert answer.ok, answer.text
    return str(answer.json()["ticket"])


async def test_a_desktop_is_reached_below_any_base_url(proxy: ReverseProxy) -> None:
    browser = await asyncio.to_thread(Browser, proxy, "transparent")
    socket = await browser.open(await cookie_ticket(browser))
    assert await socket.read_message() == BANNER
    socket.close()
    moved = await asyncio.to_thread(browser.session.get, browser.url + "vnc/", allow_redirects=False)
    assert urlsplit(moved.headers["Location"]).path == BASE + "desktops/"


async def test_junk_cookies_of_longer_paths_change_nothing(proxy: ReverseProxy) -> None:
    browser = await asyncio.to_thread(Browser, proxy, "transparent")
    for path in ("vnc/", "api/", "desktops/"):
        browser.session.cookies.set("_xsrf", "junk", domain="127.0.0.1", path=BASE + path)
    socket = await browser.open(await cookie_ticket(browser))
    assert await socket.read_message() == BANNER
    socket.close()


async def test_a_proxy_that_changes_the_host_is_told_from_a_desktop_that_is_gone(proxy: ReverseProxy) -> None:
    browser = await asyncio.to_thread(Browser, proxy, "other_host")
    refused = await asyncio.to_thread(browser.post, "api/desktops/default/ticket")
    assert refused.status_code in (403, 404)
    assert "unknown-desktop" not in refused.text
    given = await asyncio.to_thread(browser.ticket)
    with pytest.raises(HTTPClientError) as raised:
        await browser.open(given["ticket"])
    assert raised.value.code == 403
    reason = await asyncio.to_thread(browser.ticket, given["connection"])
    assert reason["code"] == "origin-not-allowed"


async def test_a_proxy_that_passes_no_websockets_is_reported(proxy: ReverseProxy) -> None:
    browser = await asyncio.to_thread(Browser, proxy, "no_upgrade")
    given = await asyncio.to_thread(browser.ticket)
    assert given["arrived"] is True
    lost = await asyncio.to_thread(browser.ticket, given["connection"])
    assert lost["arrived"] is False, "the socket of the first ticket was never opened"
    with pytest.raises(HTTPClientError) as raised:
        await browser.open(lost["ticket"])
    assert raised.value.code == 403
    reason = await asyncio.to_thread(browser.ticket, lost["connection"])
    assert reason["code"] == "no-websocket"


async def test_a_connection_that_a_proxy_cuts_can_be_opened_again(proxy: ReverseProxy) -> None:
    browser = await asyncio.to_thread(Browser, proxy, "impatient")
    for _ in range(2):
        socket = await browser.open(await cookie_ticket(browser))
        assert await socket.read_message() == BANNER
        assert await asyncio.wait_for(socket.read_message(), 10 * IMPATIENCE_SECONDS) is None, "cut"
        assert socket.close_code is None or socket.close_code < 4000
        socket.close()
