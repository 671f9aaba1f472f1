"""Access: every route and method without a token, without authorization and without an XSRF token."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.rest import ACTIONS, NO_ADDRESS, PAGE_ROUTES, PROXY_ROUTES, ROUTES
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketHandler
from traitlets.config import Config

from jupyter_vnc_proxy.server.access import Sharing
from jupyter_vnc_proxy.server.metrics import DesktopMetrics
from jupyter_vnc_proxy.server.routes import handlers
from jupyter_vnc_proxy.server.websocket import SocketLimits

NOBODY = {"Authorization": "token nonsense"}


EVERYWHERE = [*ROUTES, *NO_ADDRESS, *PAGE_ROUTES, *PROXY_ROUTES]


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """The same, with jupyter-server-proxy, whose entry our extension is to answer."""
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_proxy"] = True
    return jp_server_config


def test_the_walk_covers_all_routes() -> None:
    table = handlers(None, DesktopMetrics(None), SocketLimits(), Sharing(), None, None, None)  # type: ignore[arg-type]
    for pattern, _, _ in table:
        assert any(re.fullmatch(pattern, path) for _, path in EVERYWHERE), pattern
    walked = {f"{verb} {path.removeprefix('/api/desktops')}" for verb, path in ROUTES}
    assert walked >= {
        *("GET ", "POST ", "GET /backends", "GET /default", "DELETE /default", "POST /default/start"),
        *("POST /default/stop", "POST /default/restart", "POST /default/resize", "POST /default/scale"),
        *("GET /default/log", "GET /default/rfb", "GET /default/screenshot"),
    }


async def status(fetch: Any, verb: str, path: str, **settings: Any) -> int:
    body = {"body": "{}"} if verb in ("POST", "PUT", "PATCH") else {}
    try:
        response = await fetch(path, method=verb, follow_redirects=False, **body, **settings)
    except HTTPClientError as error:
        return error.code
    return int(response.code)


async def test_every_route_needs_a_token(vnc: Any, jp_fetch: Any) -> None:
    for verb, path in EVERYWHERE:
        code = await status(jp_fetch, verb, path, headers=dict(NOBODY))
        page = path.startswith("/desktops") or path in ("/vnc", "/vnc/")
        assert code in (401, 403) or (code == 302 and verb == "GET" and page), (verb, path, code)


async def test_a_page_without_a_token_leads_to_the_login(vnc: Any, jp_fetch: Any) -> None:
    for path in ("/desktops/", "/vnc/"):
        response = await jp_fetch(path, headers=dict(NOBODY), follow_redirects=False, raise_error=False)
        assert (response.code, "/login?" in response.headers["Location"]) == (302, True)


class Nobody(Authorizer):
    """Allows everything except the resource ``vnc``."""

    asked: list[tuple[str, str]]

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        if resource == "vnc":
            self.asked.append((action, handler.request.path))
        return resource != "vnc"


async def test_every_route_needs_authorization_for_vnc(vnc: Any, jp_serverapp: Any, jp_fetch: Any) -> None:
    authorizer = Nobody(parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider)
    authorizer.asked = []
    jp_serverapp.web_app.settings["authorizer"] = authorizer
    for verb, path in EVERYWHERE:
        authorizer.asked.clear()
        assert await status(jp_fetch, verb, path) == 403, (verb, path)
        assert authorizer.asked, "it was asked for by our resource's name"
        # A socket, and a ticket for it, are given for either action, with other rights.
        alike = ("rfb", "ticket", "clipboard/nothing", "clipboard/nothing/files", "monitors/nothing", "sound")
        either = path in [f"/api/desktops/default/{each}" for each in alike]
        expected = ["execute", "read"] if either else [ACTIONS.get((verb, path), "read")]
        assert [action for action, _ in authorizer.asked] == expected, (verb, path)
    assert (await jp_fetch("api", "status")).code == 200


async def cookies(fetch: Any, auth_header: dict[str, str]) -> dict[str, str]:
    """Return the headers of a browser that has logged in, and sends only its cookies."""
    token = auth_header["Authorization"].removeprefix("token ")
    login = await fetch("tree", params={"token": token}, follow_redirects=False, raise_error=False)
    cookie = "; ".join(each.partition(";")[0] for each in login.headers.get_list("Set-Cookie"))
    assert "username-" in cookie
    return {"Cookie": cookie, "Authorization": ""}


async def test_a_browser_without_an_xsrf_token_cannot_change_anything(
    vnc: Any, jp_fetch: Any, jp_auth_header: Any
) -> None:
    browser = await cookies(jp_fetch, jp_auth_header)
    assert await status(jp_fetch, "GET", "/api/desktops", headers=dict(browser)) == 200, "the cookie is good"
    for verb, path in EVERYWHERE:
        if verb != "GET" and not path.startswith("/vnc"):  # nothing there changes anything
            assert await status(jp_fetch, verb, path, headers=dict(browser)) == 403, (verb, path)
    assert json.loads((await jp_fetch("api", "desktops")).body) == []


async def test_listing_desktops_sets_the_xsrf_cookie(vnc: Any, jp_fetch: Any, jp_auth_header: Any) -> None:
    browser = await cookies(jp_fetch, jp_auth_header)
    browser["Cookie"] = next(each for each in browser["Cookie"].split("; ") if each.startswith("username-"))
    listed = await jp_fetch("api", "desktops", headers=dict(browser))
    (cookie,) = (each.partition(";")[0] for each in listed.headers.get_list("Set-Cookie"))
    assert cookie.startswith("_xsrf=")
    browser["Cookie"] += f"; {cookie}"
    assert await status(jp_fetch, "POST", "/api/desktops/nobody/start", headers=dict(browser)) == 403
    browser["X-XSRFToken"] = cookie.removeprefix("_xsrf=")
    assert await status(jp_fetch, "POST", "/api/desktops/nobody/start", headers=dict(browser)) == 404
    listed = await jp_fetch("api", "desktops", headers=dict(browser))
    assert not listed.headers.get_list("Set-Cookie"), "it keeps the one it has"


async def test_a_page_of_another_origin_cannot_open_a_websocket(
    vnc: Any, jp_fetch: Any, jp_auth_header: Any, jp_http_port: int
) -> None:
    browser = await cookies(jp_fetch, jp_auth_header)
    for origin, message in (("http://evil.example", "origin"), (f"http://127.0.0.1:{jp_http_port}", "ticket")):
        headers = {**browser, "Origin": origin}
        answer = await jp_fetch("api", "desktops", "default", "rfb", headers=headers, raise_error=False)
        assert answer.code == 403
        assert message in answer.body.decode(), origin


async def test_a_websocket_without_a_token_is_refused_before_the_upgrade(vnc: Any, jp_ws_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as raised:
        await jp_ws_fetch("api", "desktops", "default", "rfb", headers=dict(NOBODY))
    assert raised.value.code in (401, 403)


def test_only_rfb_and_sound_are_websockets() -> None:
    table = handlers(None, DesktopMetrics(None), SocketLimits(), Sharing(), None, None, None)  # type: ignore[arg-type]
    sockets = [pattern for pattern, handler, _ in table if issubclass(handler, WebSocketHandler)]
    assert [pattern.rpartition("/")[2] for pattern in sockets] == ["rfb", "sound"]
