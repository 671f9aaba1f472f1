"""A cookie-authenticated WebSocket needs a ticket, and ends when its user may not be here any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.sharing import RFB, Browser
from support.standins import BANNER, StandIn, vnc_server
from support.waiting import until
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.server.tickets import TICKET_PROTOCOL


@pytest.fixture
def stand_in(vnc: Any, stand_in: StandIn) -> StandIn:
    """The same, in the runtime directory of a running server."""
    return stand_in


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(BANNER)
    await reader.read()


@pytest.fixture
def log_in(stand_in: StandIn, jp_fetch: Any, jp_ws_fetch: Any, jp_auth_header: dict[str, str]) -> Any:
    async def log_in() -> Browser:
        return await Browser.log_in(jp_fetch, jp_ws_fetch, jp_auth_header)

    return log_in


async def refused(opening: Any) -> str:
    with pytest.raises(HTTPClientError) as raised:
        await opening
    assert raised.value.code == 403
    assert raised.value.response is not None
    return str(raised.value.response.body.decode())


async def test_a_cookie_needs_a_ticket_that_is_good_once(stand_in: StandIn, log_in: Any) -> None:
    user, other = await log_in(), await log_in()
    async with vnc_server(stand_in.desktop.rfb_socket, greet):
        assert "ticket-missing" in await refused(user.open(None))
        assert "ticket-invalid" in await refused(user.open("nonsense"))
        assert "ticket-invalid" in await refused(other.open(await user.ticket())), "it is another user's"
        ticket = await user.ticket()
        viewer = await user.open(ticket)
        assert viewer.socket.selected_subprotocol == "binary"
        assert await viewer.socket.read_message() == BANNER
        assert "ticket-invalid" in await refused(user.open(ticket))
        viewer.close()


async def test_a_token_needs_no_ticket_and_may_bring_one(
    stand_in: StandIn, jp_fetch: Any, jp_ws_fetch: Any, log_in: Any
) -> None:
    import json

    async with vnc_server(stand_in.desktop.rfb_socket, greet):
        answer = await jp_fetch(*RFB[:-1], "ticket", method="POST", body="")
        ticket = json.loads(answer.body)["ticket"]
        for protocols in (["binary"], ["binary", TICKET_PROTOCOL + ticket]):
            viewer = await jp_ws_fetch(*RFB, subprotocols=protocols)
            assert await viewer.read_message() == BANNER
            viewer.close()
        assert "ticket-invalid" in await refused(jp_ws_fetch(*RFB, subprotocols=["binary", TICKET_PROTOCOL + ticket]))


async def test_a_ticket_post_without_an_xsrf_token_is_refused(stand_in: StandIn, jp_fetch: Any, log_in: Any) -> None:
    user = await log_in()
    await refused(jp_fetch(*RFB[:-1], "ticket", method="POST", body="", headers=dict(user.headers)))


async def test_a_connection_ends_when_its_login_ends(
    stand_in: StandIn, vnc: Any, jp_serverapp: Any, log_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.server.websocket.RECHECK_SECONDS", 0.1)
    user = await log_in()
    async with vnc_server(stand_in.desktop.rfb_socket, greet):
        viewer = await user.open(await user.ticket())
        assert await viewer.socket.read_message() == BANNER
        await asyncio.sleep(0.5)
        assert vnc.manager.clients("default") == 1
        jp_serverapp.web_app.settings["cookie_secret"] = b"another secret, as after a change of the password"
        assert await viewer.closed() == (4403, "The access to this server was withdrawn.")


class Hub:
    """Answers as JupyterHub's HubOAuth does, whose cache would keep a user for five minutes."""

    access_scopes = ("access:servers",)

    def __init__(self, username: str) -> None:
        self.user: dict[str, Any] | None = {"name": username, "scopes": ["access:servers"]}
        self.asked = 0
        self.fails = False

    def get_token(self, handler: Any) -> str:
        return "a-token"

    async def user_for_token(self, token: str, use_cache: bool = True, *, sync: bool = True) -> Any:
        assert (token, use_cache, sync) == ("a-token", False, False)
        self.asked += 1
        if self.fails:
            raise OSError("the hub restarts")
        return self.user

    def check_scopes(self, required: Any, user: dict[str, Any]) -> set[str]:
        return set(required) & set(user["scopes"])


async def test_a_hub_that_is_away_for_long_lets_viewers_connect_again(
    stand_in: StandIn, vnc: Any, jp_serverapp: Any, log_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.server.websocket.RECHECK_SECONDS", 0.1)
    monkeypatch.setattr("jupyter_vnc_proxy.server.identity.UNCHECKED_SECONDS", 0.3)
    user = await log_in()
    async with vnc_server(stand_in.desktop.rfb_socket, greet):
        hub = Hub("")
        monkeypatch.setattr(type(jp_serverapp.identity_provider), "hub_auth", hub, raising=False)
        hub.fails = True
        viewer = await user.open(await user.ticket())
        assert await viewer.closed() == (1011, "The login cannot be checked.")


@pytest.mark.parametrize("withdrawn", ["user", "scope"])
async def test_a_share_that_a_hub_withdraws_ends_the_connection(
    stand_in: StandIn, vnc: Any, jp_serverapp: Any, log_in: Any, monkeypatch: pytest.MonkeyPatch, withdrawn: str
) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.server.websocket.RECHECK_SECONDS", 0.1)
    user = await log_in()
    async with vnc_server(stand_in.desktop.rfb_socket, greet):
        before = await user.open(await user.ticket())
        await until(lambda: vnc.manager.clients("default") == 1)
        username = vnc.manager.model("default")["viewers"][0]["user"]["username"]
        before.close()
        hub = Hub(username)
        monkeypatch.setattr(type(jp_serverapp.identity_provider), "hub_auth", hub, raising=False)
        viewer = await user.open(await user.ticket())
        await until(lambda: hub.asked > 2)
        hub.fails = True
        asked = hub.asked
        await until(lambda: hub.asked > asked + 2)
        assert viewer.socket.close_code is None, "a hub that restarts disconnects nobody"
        hub.fails = False
        assert hub.user is not None
        hub.user = None if withdrawn == "user" else {**hub.user, "scopes": []}
        assert (await viewer.closed())[0] == 4403
        assert "access-withdrawn" in await refused(user.open(await user.ticket()))
