"""What a connection may do, with real desktops: enforced whatever its client sends."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.rest import SPECIFICATION, complaints
from support.sharing import Browser, Desk, LogIn, Viewer, click, desktop_size, key, typed_keys
from support.stream.clients import clipboard, cut_text, provided, qemu_key, set_encodings
from support.waiting import until
from support.windows import CLICK, WINDOW

BACKENDS = ("tigervnc", "x11vnc", "stream")
SESSION = {"session_command": list(WINDOW)}
EXTENDED_CLIPBOARD = -1063131698

each_backend = pytest.mark.parametrize("vnc_traits", [{"backend": name, **SESSION} for name in BACKENDS], ids=BACKENDS)
one_backend = pytest.mark.parametrize("vnc_traits", [{"backend": "stream", **SESSION}])


async def invite(browser: Browser, rights: str, **fields: Any) -> dict[str, Any]:
    invitation: dict[str, Any] = await browser.api("POST", "invitations", body={"rights": rights, **fields}, status=201)
    return invitation


async def do_everything(viewer: Viewer) -> None:
    """Send all that changes a desktop."""
    await viewer.send(set_encodings(0, -308, -258, EXTENDED_CLIPBOARD))
    await viewer.send(click(*CLICK) + typed_keys("bad") + qemu_key(ord("q"), True, 16) + qemu_key(ord("q"), False, 16))
    await viewer.send(cut_text(b"stolen") + desktop_size(900, 700) + b"\xfa\0\1\2" + click(*CLICK) + typed_keys("bad"))
    await viewer.settle()


@each_backend
async def test_a_client_that_may_only_look_changes_nothing_whatever_it_sends(desk: Desk, log_in: LogIn) -> None:
    owner, guest = await log_in(), await log_in()
    await desk.copy(b"from the desktop")
    invitation = await invite(owner, "see")
    viewer = await guest.connect(invitation["secret"])
    activity = desk.model["last_activity"]
    await do_everything(viewer)
    model = desk.model
    assert (model["last_activity"], model["geometry"]) == (activity, "1280x720")
    (seen,) = model["viewers"]
    assert (seen["rights"], seen["invited"]) == (["see", "hear"], True)

    own = await owner.connect()
    await own.send(click(*CLICK) + typed_keys("good"))
    await until(lambda: desk.letters().endswith("good"))
    assert desk.letters() == "good"
    assert desk.noted().count("clicked") == 1
    assert await desk.pasted() == b"from the desktop"
    assert b"from the desktop" not in viewer.received
    # The extended clipboard was not negotiated, so the length of its messages is unknown.
    await viewer.send(clipboard(24, 1, struct.pack(">I", 1000)) + provided(b"stolen\0") + typed_keys("bad"))
    code, reason = await viewer.closed()
    assert code == 4400, reason
    assert (await desk.pasted(), desk.letters()) == (b"from the desktop", "good")
    own.close()


@each_backend
async def test_taking_back_control_releases_what_is_held_and_leaves_the_picture(desk: Desk, log_in: LogIn) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await invite(owner, "control")
    viewer, own = await guest.connect(invitation["secret"]), await owner.connect()
    await viewer.send(click(*CLICK) + typed_keys("a") + key(0xFFE1, True))
    await until(lambda: desk.letters().startswith("a") and "0xffe1" in desk.noted())
    model = await owner.api("POST", "control")
    assert [each["rights"] == ["see", "clipboard-out", "hear"] for each in model["viewers"]] == [True, False]
    await viewer.send(typed_keys("bad"))
    await viewer.settle()
    await own.send(typed_keys("z"))
    await until(lambda: desk.noted()[-1] == hex(ord("z")))
    assert "B" not in desk.letters() and "b" not in desk.letters()
    again = await guest.api("POST", "ticket", body={"invitation": invitation["secret"]})
    assert again["rights"] == ["see", "hear"], "the invitation gives no control any more"
    viewer.close()
    own.close()


@one_backend
async def test_revoking_an_invitation_closes_its_connections_at_once(desk: Desk, log_in: LogIn) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await invite(owner, "see")
    assert invitation["path"] == f"desktops/?desktop=default#invitation={invitation['secret']}"
    viewer, unused = await guest.connect(invitation["secret"]), await guest.ticket(invitation["secret"])
    own = await owner.connect()
    (listed,) = await owner.api("GET", "invitations")
    assert listed["id"] == invitation["id"]
    assert "secret" not in listed
    await owner.api("DELETE", "invitations", invitation["id"], status=204)
    assert [each["invited"] for each in desk.model["viewers"]] == [False]
    assert await viewer.closed() == (4403, "The invitation was withdrawn.")
    late = await guest.open(unused)
    assert (await late.closed())[0] == 4403
    refused = await guest.api("POST", "ticket", body={"invitation": invitation["secret"]}, status=403)
    assert refused["code"] == "invitation-invalid"
    assert own.socket.close_code is None
    own.close()


@one_backend
async def test_an_invitation_that_ends_closes_its_connections(desk: Desk, log_in: LogIn) -> None:
    owner, guest = await log_in(), await log_in()
    viewer = await guest.connect((await invite(owner, "see", seconds=1))["secret"])
    assert await viewer.closed() == (4403, "The invitation has ended.")
    assert await owner.api("GET", "invitations") == []


@one_backend
async def test_connections_are_listed_and_closed(desk: Desk, log_in: LogIn) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await invite(owner, "see")
    own, viewer = await owner.connect(), await guest.connect(invitation["secret"])
    first, second = await owner.api("GET", "connections")
    assert first["user"]["username"] != second["user"]["username"]
    assert (first["invitation"], second["invitation"]) == (None, invitation["id"])
    assert "resize" in first["rights"]
    await owner.api("DELETE", "connections", second["id"], status=204)
    assert (await viewer.closed())[0] == 4403
    await owner.api("DELETE", "connections", second["id"], status=404)
    assert [each["id"] for each in await owner.api("GET", "connections")] == [first["id"]]
    own.close()
    await until(lambda: desk.model["viewers"] == [])


class ByAction(Authorizer):
    """Grants the resource ``vnc`` some actions only."""

    actions: tuple[str, ...] = ()

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "vnc" or action in self.actions


@pytest.fixture
def grant(jp_serverapp: Any) -> Callable[..., None]:
    def grant(*actions: str) -> None:
        authorizer = ByAction(parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider)
        authorizer.actions = actions
        jp_serverapp.web_app.settings["authorizer"] = authorizer

    return grant


@one_backend
async def test_an_authorizer_that_grants_read_alone_gives_a_view(
    desk: Desk, log_in: LogIn, jp_ws_fetch: Any, grant: Callable[..., None]
) -> None:
    grant("read")
    user = await log_in()
    assert (await user.api("POST", "ticket"))["rights"] == ["see", "hear"]
    with_ticket = await user.connect()
    with_token = await Viewer(await jp_ws_fetch("api", "desktops", "default", "rfb")).greet()
    for viewer in (with_ticket, with_token):
        await do_everything(viewer)
    assert [each["rights"] for each in desk.model["viewers"]] == [["see", "hear"], ["see", "hear"]]
    assert (desk.letters(), desk.noted().count("clicked"), desk.model["geometry"]) == ("", 0, "1280x720")
    for verb, *parts in (("POST", "control"), ("GET", "invitations"), ("POST", "invitations")):
        assert (await user.request(verb, *parts)).code == 403
    with_ticket.close()
    with_token.close()


@one_backend
async def test_an_invited_user_needs_no_right_of_his_own(desk: Desk, log_in: LogIn, grant: Callable[..., None]) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await invite(owner, "control")
    grant()
    assert (await guest.request("POST", "ticket")).code == 403
    viewer = await guest.connect(invitation["secret"])
    await viewer.send(click(*CLICK) + typed_keys("good"))
    await until(lambda: desk.letters() == "good")
    viewer.close()


@one_backend
async def test_an_invited_user_without_read_sees_little_of_one_desktop_while_connected(
    vnc: Any, desk: Desk, log_in: LogIn, grant: Callable[..., None]
) -> None:
    owner, guest, other = await log_in(), await log_in(), await log_in()
    invitation = await invite(owner, "see")
    own = await owner.connect()
    grant()
    assert (await guest.request("GET")).code == 403
    viewer = await guest.connect(invitation["secret"])
    vnc.manager.cull_idle_timeout = 100
    (desk.path / "activity").touch()
    os.utime(desk.path / "activity", (time.time() - 80,) * 2)
    model = await guest.api("GET")
    assert complaints(SPECIFICATION["components"]["schemas"]["Desktop"], model) == []
    assert (model["name"], model["phase"], model["clients"]) == ("default", "running", 2)
    assert model["stops_at"] is not None
    assert len(model["viewers"]) == 2
    private = ("display", "xauthority", "backend", "session", "error", "notes", "encoder")
    assert not any(model[field] for field in private)
    assert (await guest.request("GET", "screenshot")).code == 403
    assert (await guest.request("POST", "stop")).code == 403
    assert (await other.request("GET")).code == 403
    viewer.close()
    await until(lambda: len(desk.model["viewers"]) == 1)
    assert (await guest.request("GET")).code == 403
    own.close()


@pytest.mark.parametrize("vnc_traits", [{"backend": "stream", "max_invitation_time": 600.0, **SESSION}])
async def test_the_administrator_limits_the_time_of_invitations(desk: Desk, log_in: LogIn) -> None:
    owner = await log_in()
    await owner.api("POST", "invitations", body={"seconds": 601}, status=400)
    invitation = await owner.api("POST", "invitations", status=201)
    left = datetime.fromisoformat(invitation["ends"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert left <= timedelta(seconds=600)


@pytest.mark.parametrize("vnc_traits", [{"backend": "stream", **SESSION}])
async def test_rights_that_the_authorizer_withdraws_end_the_connection(
    desk: Desk, log_in: LogIn, grant: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.server.websocket.RECHECK_SECONDS", 0.1)
    viewer = await (await log_in()).connect()
    grant("read")
    await until(lambda: desk.model["viewers"][0]["rights"] == ["see", "hear"])
    grant()
    assert (await viewer.closed())[0] == 4403


CLIPBOARD = [(backend, direction) for backend in BACKENDS for direction in ("none", "in", "out")]


@pytest.mark.parametrize(
    ("vnc_traits", "direction"),
    [({"backend": backend, "clipboard": direction, **SESSION}, direction) for backend, direction in CLIPBOARD],
    ids=["-".join(each) for each in CLIPBOARD],
)
async def test_the_administrator_limits_the_clipboard(desk: Desk, log_in: LogIn, direction: str) -> None:
    owner = await log_in()
    viewer = await owner.connect()
    await viewer.send(set_encodings(0))
    await desk.copy(b"from the desktop")
    if direction == "out":
        await until(lambda: b"from the desktop" in viewer.received)
    await viewer.send(cut_text(b"from the viewer"))
    await viewer.send(click(*CLICK) + typed_keys("k"))
    await until(lambda: desk.letters() == "k")
    if direction == "in":
        deadline = asyncio.get_running_loop().time() + 10
        while await desk.pasted() != b"from the viewer":
            assert asyncio.get_running_loop().time() < deadline
    else:
        assert await desk.pasted() == b"from the desktop"
    if direction != "out":
        assert b"from the desktop" not in viewer.received
    viewer.close()
