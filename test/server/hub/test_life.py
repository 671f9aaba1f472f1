"""The life of desktops on a JupyterHub: culled when nobody uses them, through a restart of the hub, named servers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from support.hub import Hub, User
from support.processes import processes_of
from support.sharing import Viewer, update_request
from support.waiting import until, wait_until
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

pytestmark = pytest.mark.timeout(600)  # some start the hub, or servers

IDLE_SECONDS = 4
"""Seconds without activity after which the hub stops a server."""

REQUEST_SECONDS = 0.2
"""Interval at which a viewer asks for the picture, as one does that shows a clock."""


def desktops(user: User, method: str = "GET", path: str = "") -> Any:
    """Send a request to the desktops' REST API, and return its JSON."""
    headers = {"Authorization": f"token {user.token}"}
    response = requests.request(method, f"{user.url}api/desktops{path}", headers=headers, timeout=60)
    assert response.ok, response.text
    return response.json()


def start_desktop(user: User) -> dict[str, Any]:
    desktops(user, "POST", "/default/start")
    wait_until(lambda: desktops(user, path="/default")["phase"] == "running", what="the desktop runs")
    model: dict[str, Any] = desktops(user, path="/default")
    return model


async def look(user: User, session: requests.Session) -> Viewer:
    """Connect to the default desktop as a browser with this session."""
    origin = user.hub.url.rstrip("/")
    headers = {"X-XSRFToken": session.cookies.get("_xsrf", path=urlsplit(user.url).path) or "", "Origin": origin}
    address = user.url + "api/desktops/default/"
    given = await asyncio.to_thread(session.post, address + "ticket", headers=headers, timeout=60)
    assert given.ok, given.text
    prepared = session.prepare_request(requests.Request("GET", address + "rfb"))
    headers = {"Cookie": str(prepared.headers.get("Cookie", "")), "Origin": origin}
    request = HTTPRequest(address.replace("http", "ws", 1) + "rfb", headers=headers)
    socket = await websocket_connect(request, subprotocols=["binary", f"vnc-ticket.{given.json()['ticket']}"])
    return await Viewer(socket).greet()


async def ask_for_pictures(viewer: Viewer) -> None:
    with contextlib.suppress(WebSocketClosedError):
        while viewer.socket.close_code is None:
            await viewer.send(update_request())
            await asyncio.sleep(REQUEST_SECONDS)


async def read_on(viewer: Viewer) -> None:
    """Read what comes: tornado reads no further, nor sees the end, while a message waits."""
    while await viewer.socket.read_message() is not None:
        pass


async def test_a_hub_culls_a_server_whose_desktop_nobody_uses(hub: Hub) -> None:
    await asyncio.to_thread(hub.configure, "eve", idle_disconnect=1)
    user = await asyncio.to_thread(hub.start_server, "eve")
    await asyncio.to_thread(start_desktop, user)
    viewer = await look(user, await asyncio.to_thread(user.browser))
    tasks = [asyncio.ensure_future(ask_for_pictures(viewer)), asyncio.ensure_future(read_on(viewer))]
    culler = await asyncio.to_thread(hub.cull, IDLE_SECONDS)
    runtime = hub.runtime_directory("eve")
    try:
        await until(lambda: not processes_of(runtime), 90, "the server and its desktop were stopped")
        await asyncio.wait_for(tasks[1], 60)
        assert viewer.socket.close_code == 4408
    finally:
        culler.terminate()
        await asyncio.to_thread(culler.wait, 10)
        for task in tasks:
            task.cancel()
        viewer.close()


@pytest.fixture(scope="module")
def servers(hub: Hub) -> dict[str, User]:
    """Named servers of one user; the last is configured to have desktops of its own."""
    name = "grace@b.c [d]~e"
    made = {server: hub.start_server(name, server) for server in ("one", "two b")}
    hub.configure(name, separate_named_servers=True)
    return made | {"own": hub.start_server(name, "own")}


def test_named_servers_share_the_users_desktops(servers: dict[str, User]) -> None:
    start_desktop(servers["one"])
    assert [each["name"] for each in desktops(servers["two b"])] == ["default"]


def test_a_named_server_can_have_desktops_of_its_own(servers: dict[str, User]) -> None:
    shared = start_desktop(servers["one"])
    assert desktops(servers["own"]) == []
    assert start_desktop(servers["own"])["display"] != shared["display"]
    assert len(desktops(servers["one"])) == 1


async def test_a_desktop_outlives_a_restart_of_the_hub(hub: Hub, servers: dict[str, User]) -> None:
    user = servers["two b"]
    before = await asyncio.to_thread(start_desktop, user)
    session = await asyncio.to_thread(user.browser)
    viewer = await look(user, session)
    await asyncio.to_thread(hub.stop)
    try:
        assert (await viewer.closed())[0] is None, "the proxy has ended without a word"
    finally:
        await asyncio.to_thread(hub.start)
    after = await asyncio.to_thread(desktops, user, "GET", "/default")
    assert {key: after[key] for key in ("phase", "display", "created")} == {
        key: before[key] for key in ("phase", "display", "created")
    }
    again = await look(user, session)
    await again.settle()
    again.close()
