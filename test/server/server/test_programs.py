"""The REST API about programs that control a desktop, and the news about them that viewers get at once."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from support.rest import SPECIFICATION, complaints
from support.sharing import RFB, Browser, Desk, LogIn
from support.waiting import until
from support.windows import CLICK, WINDOW

from jupyter_vnc_proxy import AsyncDesktop
from jupyter_vnc_proxy.server.programs.news import NEWS_PROTOCOL
from jupyter_vnc_proxy.server.tickets import TICKET_PROTOCOL

pytestmark = pytest.mark.parametrize("vnc_traits", [{"backend": "tigervnc", "session_command": list(WINDOW)}])


@pytest.fixture(autouse=True)
def watching(vnc: Any, desk: Desk, jp_asyncio_loop: asyncio.AbstractEventLoop) -> None:
    """Jupyter's test fixtures do not start the watcher; the `vnc` fixture stops it."""

    async def start() -> None:
        vnc.watcher.start()

    jp_asyncio_loop.run_until_complete(start())


def shown(model: Any) -> list[tuple[str, str, bool]]:
    return [(each["name"], each["action"], each["paused"]) for each in model["programs"]]


class Listener:
    """The texts that a viewer's WebSocket gets."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.texts: list[Any] = []
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            if isinstance(message, str):
                self.texts.append(json.loads(message))

    @property
    def last(self) -> Any:
        return shown(self.texts[-1]) if self.texts else None

    async def close(self) -> None:
        self.socket.close()
        await self._reading

    def is_told(self, *programs: tuple[str, str, bool]) -> bool:
        """Return whether the last news is of these programs."""
        return bool(self.last == list(programs))


async def listen(browser: Browser, fetch: Any, *protocols: str, invitation: str | None = None) -> Listener:
    body = {} if invitation is None else {"invitation": invitation}
    ticket = (await browser.api("POST", "ticket", body=body))["ticket"]
    offered = ["binary", f"{TICKET_PROTOCOL}{ticket}", *protocols]
    return Listener(await fetch(*RFB, headers=browser.headers, subprotocols=offered))


async def test_a_viewer_takes_over_and_lets_programs_go_on(desk: Desk, log_in: LogIn) -> None:
    owner = await log_in()
    async with await AsyncDesktop.connect("default", program="Robot") as robot:
        await robot.click(*CLICK)
        await until(lambda: shown(desk.model) == [("Robot", "click", False)], what="the program is shown")
        model = await owner.api("POST", "programs/pause")
        assert shown(model) == [("Robot", "click", True)]
        schema = {"$ref": "#/components/schemas/Desktop"}
        assert complaints({**schema, "components": SPECIFICATION["components"]}, model) == []
        waiting = asyncio.ensure_future(robot.click(*CLICK))
        model = await owner.api("POST", "programs/resume")
        assert not any(paused for _, _, paused in shown(model))
        await waiting


async def test_who_takes_back_control_pauses_programs(desk: Desk, log_in: LogIn) -> None:
    owner = await log_in()
    assert shown(await owner.api("POST", "control")) == []
    async with await AsyncDesktop.connect("default", program="Robot") as robot:
        await robot.click(*CLICK)
        assert shown(await owner.api("POST", "control")) == [("Robot", "click", True)]


async def test_a_desktop_that_does_not_run_cannot_be_paused(vnc: Any, desk: Desk, log_in: LogIn) -> None:
    owner = await log_in()
    await vnc.manager.stop("default")
    error = await owner.api("POST", "programs/pause", status=409)
    assert error["code"] == "not-running"


async def test_viewers_are_told_at_once_if_they_read_it(desk: Desk, log_in: LogIn, jp_ws_fetch: Any) -> None:
    owner, guest = await log_in(), await log_in()
    invitation = await owner.api("POST", "invitations", body={"rights": "see"}, status=201)
    own = await listen(owner, jp_ws_fetch, NEWS_PROTOCOL)
    other = await listen(guest, jp_ws_fetch, NEWS_PROTOCOL, invitation=invitation["secret"])
    silent = await listen(owner, jp_ws_fetch)
    async with await AsyncDesktop.connect("default", program="Robot") as robot:
        await robot.click(*CLICK)
        for each in (own, other):
            await until(partial(each.is_told, ("Robot", "click", False)), what="it is told of the program")
        late = await listen(owner, jp_ws_fetch, NEWS_PROTOCOL)
        await until(lambda: late.last == [("Robot", "click", False)], what="who comes later is told, too")
        await owner.api("POST", "programs/pause")
        await until(lambda: own.last == [("Robot", "click", True)], what="it is told of the pause")
        await owner.api("POST", "programs/resume")
    await until(lambda: own.last == [], what="it is told of the end")
    assert silent.texts == []
    for each in (own, other, late, silent):
        await each.close()
