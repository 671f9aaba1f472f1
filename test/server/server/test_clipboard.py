"""Pictures and HTML through the REST API, with real desktops: the rights of the connection count."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.rest import SPECIFICATION, complaints
from support.sharing import Browser, Desk, LogIn, Viewer
from support.stream.png import png
from support.windows import WINDOW

from jupyter_vnc_proxy.rfb.clipboard_contents import MAX_CONTENTS_BYTES

PICTURE = png(1400, 1250)
ENCODED = base64.b64encode(PICTURE).decode()
SCHEMA = SPECIFICATION["components"]["schemas"]["ClipboardContents"]

Connect = Callable[..., Awaitable[str]]


def traits(**more: Any) -> dict[str, Any]:
    return {"backend": "stream", "session_command": list(WINDOW), **more}


stream = pytest.mark.parametrize("vnc_traits", [traits()])


@pytest.fixture
def connect(desk: Desk) -> Iterator[Connect]:
    """Connects a browser, and returns the connection's id."""
    viewers: list[Viewer] = []

    async def connect(browser: Browser, invitation: str | None = None) -> str:
        before = {each["id"] for each in desk.model["viewers"]}
        viewers.append(await browser.connect(invitation))
        (new,) = {each["id"] for each in desk.model["viewers"]} - before
        return str(new)

    yield connect
    for viewer in viewers:
        viewer.close()


async def write(browser: Browser, connection: str, body: Any, status: int = 204) -> Any:
    return await browser.api("PUT", "clipboard", connection, body=body, status=status)


async def read(browser: Browser, connection: str, status: int = 200) -> Any:
    contents = await browser.api("POST", "clipboard", connection, status=status)
    if status == 200:
        assert complaints(SCHEMA, contents) == []
    return contents


@pytest.mark.parametrize("vnc_traits", [traits(), traits(backend="wayland")], ids=["stream", "wayland"])
async def test_a_picture_and_html_cross_in_both_directions(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    connection = await connect(browser)
    await write(browser, connection, {"text/plain": "bold", "text/html": "<b>bold</b>", "image/png": ENCODED})
    assert await desk.pasted("image/png") == PICTURE
    assert await desk.pasted() == b"bold"
    assert (await desk.pasted("text/html")).endswith(b"<b>bold</b>")
    await desk.copy(PICTURE, "-t", "image/png")
    assert await read(browser, connection) == {"image/png": ENCODED}


@stream
async def test_the_rights_of_the_connection_decide(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    owner, guest = await log_in(), await log_in()
    own = await connect(owner)
    await write(owner, own, {"image/png": ENCODED})
    looks = await owner.api("POST", "invitations", body={"rights": "see"}, status=201)
    controls = await owner.api("POST", "invitations", body={"rights": "control"}, status=201)
    looking = await connect(guest, looks["secret"])
    for work in (write(guest, looking, {"text/plain": "bad"}, 403), read(guest, looking, 403)):
        assert (await work)["code"] == "clipboard-denied"
    other = await log_in()
    controlling = await connect(other, controls["secret"])
    await write(other, controlling, {"text/html": "<i>guest</i>"})
    assert (await read(other, controlling))["text/html"].endswith("<i>guest</i>")
    await owner.api("POST", "control")
    assert (await write(other, controlling, {"text/plain": "bad"}, 403))["code"] == "clipboard-denied"
    assert "text/html" in await read(other, controlling), "the right to see what was copied is left"
    await owner.api("DELETE", "invitations", controls["id"], status=204)
    assert (await read(other, controlling, 403))["code"] == "no-connection"
    assert b"<i>guest</i>" in await desk.pasted("text/html")


@stream
async def test_a_connection_of_another_user_is_none(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    owner, stranger = await log_in(), await log_in()
    own = await connect(owner)
    for identifier in (own, "nothing"):
        assert (await read(stranger, identifier, 403))["code"] == "no-connection"
        assert (await write(stranger, identifier, {"text/plain": "bad"}, 403))["code"] == "no-connection"


@pytest.mark.parametrize(
    ("vnc_traits", "may_write", "may_read"),
    [
        (traits(clipboard="in"), True, False),
        (traits(clipboard="out"), False, True),
        (traits(clipboard="none"), False, False),
    ],
    ids=["in", "out", "none"],
)
async def test_the_administrator_limits_pictures_too(
    desk: Desk, log_in: LogIn, connect: Connect, may_write: bool, may_read: bool
) -> None:
    browser = await log_in()
    connection = await connect(browser)
    await desk.copy(PICTURE, "-t", "image/png")
    contents = await read(browser, connection, 200 if may_read else 403)
    assert ("image/png" in contents) == may_read
    await write(browser, connection, {"text/plain": "text"}, 204 if may_write else 403)


class ReadOnly(Authorizer):
    """Grants ``read`` alone."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "vnc" or action == "read"


@stream
async def test_an_authorizer_that_takes_execute_away_counts_at_once(
    desk: Desk, log_in: LogIn, connect: Connect, jp_serverapp: Any
) -> None:
    browser = await log_in()
    connection = await connect(browser)
    authorizer = ReadOnly(parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider)
    jp_serverapp.web_app.settings["authorizer"] = authorizer
    assert (await read(browser, connection, 403))["code"] == "clipboard-denied"


BAD = [
    ({}, 400, "bad-body"),
    ([], 400, "bad-body"),
    ({"text/plain": 7}, 400, "bad-body"),
    ({"image/svg+xml": "<svg/>"}, 400, "unknown-media-type"),
    ({"image/png": "!"}, 400, "bad-contents"),
    ({"image/png": base64.b64encode(b"GIF89a").decode()}, 400, "bad-contents"),
    ({"text/plain": "x" * (MAX_CONTENTS_BYTES + 1)}, 413, "clipboard-too-long"),
    ({"text/plain": "x" * (2 * MAX_CONTENTS_BYTES)}, 413, "clipboard-too-long"),
]


@stream
async def test_bad_bodies_are_refused_and_change_nothing(
    desk: Desk, log_in: LogIn, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = await log_in()
    connection = await connect(browser)
    await write(browser, connection, {"text/plain": "the text before"})
    for body, status, code in BAD:
        assert (await write(browser, connection, body, status))["code"] == code, json.dumps(body)[:80]
    assert await desk.pasted() == b"the text before"
    logs = "".join(each.read_text() for each in (desk.path / "log").iterdir())
    assert "the text before" not in caplog.text + logs


@pytest.mark.parametrize("vnc_traits", [traits(backend="tigervnc")])
async def test_another_backend_says_that_it_takes_text_only(desk: Desk, log_in: LogIn, connect: Connect) -> None:
    browser = await log_in()
    connection = await connect(browser)
    assert (await write(browser, connection, {"image/png": ENCODED}, 409))["code"] == "clipboard-text-only"
    assert (await read(browser, connection, 409))["code"] == "clipboard-text-only"
