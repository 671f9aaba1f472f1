"""The page that the server extension serves, the address of jupyter-server-proxy's entry, and their headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.rest import NO_ADDRESS, PAGE_ROUTES, PROXY_ROUTES, ROUTES
from support.standins import StandIn
from tornado.httpclient import HTTPResponse
from traitlets.config import Config

from jupyter_vnc_proxy.server.web.headers import frame_ancestors, is_hub, page_policy
from jupyter_vnc_proxy.server.web.page import PAGE, page_handlers

needs_page = pytest.mark.skipif(not (PAGE / "index.html").exists(), reason="the page is not built")


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """The same, with jupyter-server-proxy, whose entry our extension is to answer."""
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_proxy"] = True
    return jp_server_config


async def fetch(jp_fetch: Any, path: str, verb: str = "GET", **settings: Any) -> HTTPResponse:
    """Send a request; return whatever is the response, without following it."""
    body = {"body": "{}"} if verb in ("POST", "PUT", "PATCH") else {}
    response: HTTPResponse = await jp_fetch(
        path, method=verb, follow_redirects=False, raise_error=False, **body, **settings
    )
    return response


@needs_page
async def test_the_page_and_its_files_are_served_and_revalidated(vnc: Any, jp_fetch: Any) -> None:
    for path, kind in (("", "text/html"), ("index.html", "text/html"), ("page.css", "text/css"), ("page.js", None)):
        response = await fetch(jp_fetch, f"/desktops/{path}")
        assert response.code == 200
        assert response.body == (PAGE / (path or "index.html")).read_bytes()
        assert kind is None or response.headers["Content-Type"].startswith(kind)
        assert response.headers["Cache-Control"] == "no-cache"
        again = await fetch(jp_fetch, f"/desktops/{path}", headers={"If-None-Match": response.headers["Etag"]})
        assert (again.code, again.body) == (304, b"")
        assert "frame-ancestors" in again.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/desktops", "/vnc", "/vnc/", "/vnc/index.html"])
async def test_other_addresses_of_the_page_lead_to_it(vnc: Any, jp_fetch: Any, jp_base_url: str, path: str) -> None:
    response = await fetch(jp_fetch, path)
    assert (response.code, response.headers["Location"]) == (302, f"{jp_base_url}desktops/")
    response = await fetch(jp_fetch, path, params={"desktop": "my-1", "x": "//evil.example"})
    assert response.headers["Location"] == f"{jp_base_url}desktops/?desktop=my-1"


@pytest.mark.parametrize(
    "path", ["../cli.py", "..%2fcli.py", "%2e%2e%2fcli.py", "/etc/passwd", "nonsense", "x/../../y"]
)
async def test_no_path_leaves_the_directory_of_the_page(vnc: Any, jp_fetch: Any, path: str) -> None:
    assert (await fetch(jp_fetch, f"/desktops/{path}")).code in (403, 404)


async def test_the_rest_of_the_proxys_address_is_refused_and_starts_nothing(
    vnc: Any, jp_fetch: Any, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spawned(*_: Any, **__: Any) -> None:
        raise AssertionError("a page server was started")

    monkeypatch.setattr("jupyter_server_proxy.handlers.SupervisedProcess", spawned)
    for verb, path in PROXY_ROUTES:
        upgrades = {"Upgrade": "websocket", "Connection": "Upgrade"} if path.endswith("/rfb") else {}
        response = await fetch(jp_fetch, path, verb, headers=upgrades)
        if verb != "GET" or path not in ("/vnc", "/vnc/", "/vnc/index.html"):
            assert response.code == 410, (verb, path)
            assert b'"code": "moved"' in response.body
    assert (await fetch(jp_fetch, "/vnc/", headers={"Upgrade": "websocket"})).code == 410
    assert vnc.manager.models() == []


@pytest.mark.parametrize("vnc_traits", [{"proxy_entry": False}])
@pytest.mark.filterwarnings("ignore:entry_point vnc:UserWarning")
async def test_the_proxys_address_can_be_switched_off(vnc: Any, jp_fetch: Any) -> None:
    for verb, path in PROXY_ROUTES:
        assert (await fetch(jp_fetch, path, verb)).code == 404, (verb, path)


async def test_no_get_changes_anything(vnc: Any, jp_fetch: Any) -> None:
    for verb, path in [*ROUTES, *NO_ADDRESS, *PAGE_ROUTES, *PROXY_ROUTES]:
        if verb == "GET":
            await fetch(jp_fetch, path, params={"desktop": "default"})
    assert vnc.manager.models() == []


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


async def answers(jp_fetch: Any) -> list[HTTPResponse]:
    """Return the response of every address, to users and to strangers."""
    strangers = {"Authorization": "token nonsense"}
    return [
        await fetch(jp_fetch, path, verb, headers=dict(headers))
        for verb, path in [
            *ROUTES,
            *NO_ADDRESS,
            *PAGE_ROUTES,
            *PROXY_ROUTES,
            ("PUT", "/api/desktops"),
            ("PUT", "/desktops/"),
        ]
        for headers in ({}, strangers)
    ]


async def test_every_response_has_the_headers(vnc: Any, stand_in: StandIn, jp_fetch: Any) -> None:
    for response in await answers(jp_fetch):
        found = {name: response.headers.get(name) for name in HEADERS}
        assert found == HEADERS, response.effective_url
        assert response.headers["Cache-Control"] in ("no-store", "no-cache")
        policy = response.headers["Content-Security-Policy"]
        assert re.search(r"frame-ancestors 'self'(;|$)", policy), response.effective_url
        assert re.match(r"default-src '(none|self)'", policy)
        # The page compiles WebAssembly, which decodes sound; that lets no script in.
        assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")


async def test_nothing_can_be_framed_under_a_hub(vnc: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/a/")
    for response in await answers(jp_fetch):
        assert re.search(r"frame-ancestors 'none'(;|$)", response.headers["Content-Security-Policy"])


@pytest.fixture
def policy(jp_serverapp: Any) -> Iterator[None]:
    """An administrator lets a portal frame Jupyter."""
    settings = jp_serverapp.web_app.settings
    headers = settings.get("headers", {})
    settings["headers"] = {**headers, "Content-Security-Policy": "frame-ancestors 'self' https://portal.example"}
    yield
    settings["headers"] = headers


async def test_the_administrators_frame_ancestors_apply(vnc: Any, policy: None, jp_fetch: Any) -> None:
    for response in await answers(jp_fetch):
        policies = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self' https://portal.example" in policies
        assert policies.startswith("default-src")


def test_policies_are_made_of_configuration_and_host() -> None:
    assert frame_ancestors("", False) == "'self'"
    assert frame_ancestors("default-src 'self'; Frame-Ancestors https://a https://b; x", False) == "https://a https://b"
    assert frame_ancestors("frame-ancestors *", True) == "'none'"
    assert is_hub({"JUPYTERHUB_SERVICE_PREFIX": "/user/a/"})
    assert not is_hub({})
    assert "connect-src 'self' ws://h:1 wss://h:1;" in page_policy("'self'", "h:1")
    assert "script-src 'self' 'wasm-unsafe-eval';" in page_policy("'self'")
    for host in ("h;script-src *", "a b", "h\r\nx: y", "*", ""):
        assert "connect-src 'self';" in page_policy("'self'", host)


class Nobody(Authorizer):
    """Allows nothing."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return False


async def test_an_invited_user_may_load_the_page_without_read(
    vnc: Any, jp_serverapp: Any, jp_fetch: Any, jp_base_url: str
) -> None:
    jp_serverapp.web_app.settings["authorizer"] = Nobody(
        parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider
    )
    assert (await fetch(jp_fetch, "/desktops/")).code == 403
    added = [(jp_base_url + "invited" + pattern, *rest) for pattern, *rest in page_handlers(lambda: True)]
    jp_serverapp.web_app.add_handlers(".*$", added)
    assert (await fetch(jp_fetch, "/invited/desktops/")).code == 200
    strangers = {"Authorization": "token nonsense"}
    assert (await fetch(jp_fetch, "/invited/desktops/", headers=strangers)).code == 302


async def login(jp_fetch: Any, auth_header: dict[str, str]) -> str:
    """Return the cookie of a browser that has logged in, without the XSRF cookie."""
    token = auth_header["Authorization"].removeprefix("token ")
    response = await fetch(jp_fetch, "/tree", params={"token": token})
    cookies = [each.partition(";")[0] for each in response.headers.get_list("Set-Cookie")]
    return next(each for each in cookies if each.startswith("username-"))


async def test_loading_the_page_sets_the_xsrf_cookie(vnc: Any, jp_fetch: Any, jp_auth_header: Any) -> None:
    session = await login(jp_fetch, jp_auth_header)
    page = await fetch(jp_fetch, "/desktops/", headers={"Cookie": session, "Authorization": ""})
    assert page.code == 200
    assert [each for each in page.headers.get_list("Set-Cookie") if each.startswith("_xsrf=")]
