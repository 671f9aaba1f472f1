"""A JupyterHub on one domain: what a page of one user, or the user himself, can do to another's desktops."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from support.hub import Hub, User
from support.processes import processes_of
from support.waiting import wait_until
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

BANNER = b"RFB 003.008\n"


@pytest.fixture(scope="module")
def alice(hub: Hub) -> User:
    user = hub.start_server("alice")
    assert requests.post(user.url + "api/desktops/default/start", headers=authorized(user), timeout=60).ok
    wait_until(lambda: desktop(user)["phase"] == "running", what="the desktop runs")
    return user


def authorized(user: User) -> dict[str, str]:
    return {"Authorization": f"token {user.token}"}


def desktop(user: User) -> dict[str, Any]:
    model: dict[str, Any] = requests.get(user.url + "api/desktops/default", headers=authorized(user), timeout=30).json()
    return model


async def open_socket(
    user: User, session: requests.Session | None, ticket: str | None = None, origin: str | None = None
) -> WebSocketClientConnection:
    """Open the socket of Alice's desktop as a browser with this session does; raise `HTTPClientError` if refused."""
    address = user.url + "api/desktops/default/rfb"
    parts = urlsplit(address)
    headers = {"Origin": origin or f"{parts.scheme}://{parts.netloc}"}
    if session is not None:
        prepared = session.prepare_request(requests.Request("GET", address))
        headers["Cookie"] = str(prepared.headers.get("Cookie", ""))
    subprotocols = ["binary", *([f"vnc-ticket.{ticket}"] if ticket else [])]
    request = HTTPRequest(address.replace("http", "ws", 1), headers=headers)
    return await websocket_connect(request, subprotocols=subprotocols)


def xsrf(session: requests.Session, user: User) -> dict[str, str]:
    """Return the header that the user's own page sends; a page of another user cannot read this cookie."""
    path = urlsplit(user.url).path
    return {"X-XSRFToken": session.cookies.get("_xsrf", path=path) or ""}


def test_no_answer_of_ours_can_be_framed_or_sniffed(alice: User) -> None:
    session = alice.browser()
    for path in ("desktops/", "desktops/page.js", "vnc/", "vnc/api/desktops", "api/desktops", "api/desktops/default"):
        response = session.get(alice.url + path, timeout=30, allow_redirects=False)
        assert "frame-ancestors 'none'" in response.headers.get("Content-Security-Policy", ""), path
        assert response.headers.get("X-Content-Type-Options") == "nosniff", path


def test_cookies_alone_start_stop_and_change_nothing(alice: User) -> None:
    session = alice.browser()
    same_domain = {"Origin": alice.hub.url.rstrip("/"), "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    changes = ("start", "stop", "resize", "scale", "ticket", "invitations")
    for path in (f"default/{each}" for each in changes):
        for entry in ("api/desktops/", "vnc/api/desktops/"):
            response = session.post(alice.url + entry + path, json={}, headers=same_domain, timeout=30)
            assert response.status_code >= 400, entry + path
    assert desktop(alice)["phase"] == "running"


async def test_a_socket_by_cookie_alone_is_refused_and_a_ticket_opens_it_once(alice: User) -> None:
    session = await asyncio.to_thread(alice.browser)
    with pytest.raises(HTTPClientError) as raised:
        await open_socket(alice, session)
    assert raised.value.code == 403
    response = await asyncio.to_thread(
        lambda: session.post(alice.url + "api/desktops/default/ticket", headers=xsrf(session, alice), timeout=30)
    )
    assert response.ok, response.text
    socket = await open_socket(alice, session, response.json()["ticket"])
    assert await socket.read_message() == BANNER
    socket.close()
    with pytest.raises(HTTPClientError):
        await open_socket(alice, session, response.json()["ticket"])


async def test_the_proxys_old_socket_is_closed_to_everybody(alice: User) -> None:
    session = await asyncio.to_thread(alice.browser)
    address = alice.url.replace("http", "ws", 1) + "vnc/api/desktops/default/rfb"
    prepared = session.prepare_request(requests.Request("GET", alice.url))
    with pytest.raises(HTTPClientError):
        await websocket_connect(HTTPRequest(address, headers={"Cookie": str(prepared.headers.get("Cookie", ""))}))


def test_another_user_without_a_share_reaches_nothing(hub: Hub, alice: User) -> None:
    bob = hub.start_server("bob")
    session = bob.browser()
    for path in ("desktops/", "vnc/", "api/desktops", "api/desktops/default/log"):
        response = session.get(alice.url + path, timeout=30)
        assert response.status_code == 403 or "/hub/" in response.url, path


def shared_with(hub: Hub, alice: User, name: str) -> User:
    """Share Alice's server with another user, who opens it."""
    other = hub.start_server(name)
    body = {"user": name, "scopes": [f"access:servers!server={alice.name}/"]}
    response = hub.api("POST", f"shares/{alice.name}/", body)
    assert response.ok, response.text
    return User(hub, alice.name, other.token, "")


async def test_a_guest_with_a_look_only_link_can_only_look_and_goes_with_the_share(hub: Hub, alice: User) -> None:
    guest = await asyncio.to_thread(shared_with, hub, alice, "carol")
    made = await asyncio.to_thread(
        lambda: requests.post(
            alice.url + "api/desktops/default/invitations",
            json={"rights": "see", "seconds": 600},
            headers=authorized(alice),
            timeout=30,
        )
    )
    assert made.status_code == 201, made.text
    given = await asyncio.to_thread(
        lambda: requests.post(
            alice.url + "api/desktops/default/ticket",
            json={"invitation": made.json()["secret"]},
            headers=authorized(guest),
            timeout=30,
        )
    )
    assert given.json()["rights"] == ["see", "hear"]
    request = HTTPRequest(alice.url.replace("http", "ws", 1) + "api/desktops/default/rfb", headers=authorized(guest))
    socket = await websocket_connect(request, subprotocols=["binary", f"vnc-ticket.{given.json()['ticket']}"])
    assert await socket.read_message() == BANNER
    viewers = await asyncio.to_thread(lambda: desktop(alice)["viewers"])
    assert [(viewer["user"]["username"], viewer["rights"]) for viewer in viewers] == [("carol", ["see", "hear"])]
    await asyncio.to_thread(hub.api, "DELETE", f"shares/{alice.name}/")
    assert await asyncio.wait_for(socket.read_message(), 60) is None, "closed when the share was taken back"
    assert socket.close_code == 4403
    socket.close()


def test_a_stopped_server_leaves_nothing(hub: Hub) -> None:
    user = hub.start_server("dave")
    assert requests.post(user.url + "api/desktops/default/start", headers=authorized(user), timeout=60).ok
    assert hub.api("DELETE", "users/dave/server").status_code in (202, 204)
    wait_until(lambda: not processes_of(hub.runtime_directory("dave")), what="the desktop ended with its server")
    gone = requests.get(user.url + "api/desktops/default", headers=authorized(user), timeout=30)
    assert gone.status_code == 424, "for which the panel says that the server is not running"


def test_of_several_xsrf_cookies_only_the_servers_own_is_accepted(alice: User) -> None:
    session = alice.browser()
    own = xsrf(session, alice)
    session.cookies.set("_xsrf", "junk", domain="127.0.0.1", path="/")  # the last one in document.cookie
    address = alice.url + "api/desktops/default/ticket"
    refused = session.post(address, headers={"X-XSRFToken": "junk"}, timeout=30)
    assert refused.status_code == 403
    assert "xsrf" in refused.text.lower(), "by which the page knows that it should try the next"
    assert session.post(address, headers=own, timeout=30).ok


@pytest.mark.parametrize("mode", ["cors", "same-origin", "no-cors", "navigate", None])
def test_no_page_of_the_domain_can_read_the_value_that_posts_need(alice: User, mode: str | None) -> None:
    session = alice.browser()
    fetch = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": mode} if mode else {}
    expected = xsrf(session, alice)["X-XSRFToken"]
    assert expected
    for path in ("api/desktops", "api/desktops/default", "desktops/", "desktops/page.js", "vnc/"):
        response = session.get(alice.url + path, headers=fetch, timeout=30, allow_redirects=False)
        readable = {name: value for name, value in response.headers.items() if name.lower() != "set-cookie"}
        assert expected not in response.text and expected not in "".join(readable.values()), (path, mode)
