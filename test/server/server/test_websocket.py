"""A viewer's WebSocket: refused before the upgrade, or relayed, and closed with a code and a reason."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support.standins import BANNER, StandIn, vnc_server
from support.waiting import until
from tornado.httpclient import HTTPClientError

from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.server.connections import CLOSE_IDLE

RFB = ("api", "desktops", "default", "rfb")


@pytest.fixture
def stand_in(vnc: Any, stand_in: StandIn) -> StandIn:
    """The same, in the runtime directory of a running server."""
    return stand_in


@pytest.fixture
def start(vnc: Any) -> Any:
    async def start() -> None:
        await vnc.manager.start("default")
        await until(lambda: vnc.manager.model("default")["phase"] == "running")

    return start


async def refused(fetch: Any, status: int) -> dict[str, Any]:
    with pytest.raises(HTTPClientError) as raised:
        await fetch(*RFB)
    assert raised.value.code == status
    response = raised.value.response
    assert response is not None
    body: dict[str, Any] = json.loads(response.body)
    return body


async def test_an_unknown_desktop_is_refused_before_the_upgrade(vnc: Any, jp_fetch: Any) -> None:
    assert (await refused(jp_fetch, 404))["code"] == "unknown-desktop"


async def test_a_stopped_desktop_is_refused_with_its_model(vnc: Any, jp_fetch: Any, start: Any) -> None:
    await start()
    await vnc.manager.stop("default")
    body = await refused(jp_fetch, 409)
    assert (body["name"], body["phase"]) == ("default", "stopped")


async def test_a_dead_socket_is_refused_as_unavailable(stand_in: StandIn, jp_fetch: Any) -> None:
    assert (await refused(jp_fetch, 503))["code"] == "dead-socket"
    stand_in.desktop.rfb_socket.touch()
    assert (await refused(jp_fetch, 503))["code"] == "dead-socket"


TRAITS = [
    {"backend": backend, "transport": transport}
    for backend, transport in (
        *(("tigervnc", "direct"), ("tigervnc", "websockify")),
        *(("x11vnc", "direct"), ("x11vnc", "websockify"), ("x11vnc", "native")),
    )
]


@pytest.mark.parametrize("vnc_traits", TRAITS, ids=lambda traits: "-".join(traits.values()))
async def test_it_relays_rfb_for_every_backend_and_transport(
    vnc: Any, start: Any, jp_ws_fetch: Any, vnc_traits: dict[str, Any]
) -> None:
    await start()
    viewer = await jp_ws_fetch(*RFB, subprotocols=["binary"])
    assert viewer.selected_subprotocol == "binary"
    assert await viewer.read_message() == BANNER
    await viewer.write_message(BANNER, binary=True)
    assert await viewer.read_message() == b"\1\1"
    assert vnc.manager.model("default")["clients"] == 1
    viewer.close()
    await until(lambda: vnc.manager.model("default")["clients"] == 0)


async def test_it_works_without_a_subprotocol_and_never_compresses(vnc: Any, start: Any, jp_ws_fetch: Any) -> None:
    await start()
    viewer = await jp_ws_fetch(*RFB, compression_options={})
    assert viewer.selected_subprotocol is None
    assert "permessage-deflate" not in viewer.headers.get("Sec-WebSocket-Extensions", "")
    assert await viewer.read_message() == BANNER
    viewer.close()


async def closed(viewer: Any) -> int:
    """Read to the end, and return the server's close code."""
    while await viewer.read_message() is not None:
        pass
    viewer.close()
    return int(viewer.close_code)


async def test_stopping_the_desktop_closes_it_with_4410(vnc: Any, start: Any, jp_ws_fetch: Any) -> None:
    await start()
    viewer = await jp_ws_fetch(*RFB)
    await vnc.manager.stop("default")
    assert await closed(viewer) == 4410
    assert "stopped" in viewer.close_reason


async def test_removing_the_desktop_closes_it_with_4404(stand_in: StandIn, jp_ws_fetch: Any) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.read()

    async with vnc_server(stand_in.desktop.rfb_socket, greet) as connections:
        viewer = await jp_ws_fetch(*RFB)
        assert await viewer.read_message() == BANNER
        stand_in.desktop.remove()
        connections[0].cancel()
        assert await closed(viewer) == 4404


async def test_a_vnc_server_that_ends_closes_it_with_1011(stand_in: StandIn, jp_ws_fetch: Any) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await writer.drain()

    async with vnc_server(stand_in.desktop.rfb_socket, leave):
        viewer = await jp_ws_fetch(*RFB)
        assert await closed(viewer) == 1011
    stand_in.desktop.write_state(DesktopState(name="default", phase="running", step="stopping"))


@pytest.mark.parametrize("vnc_traits", [{"max_clients": 1}])
async def test_one_viewer_too_many_is_closed_with_4429(vnc: Any, start: Any, jp_ws_fetch: Any) -> None:
    await start()
    first = await jp_ws_fetch(*RFB)
    assert await first.read_message() == BANNER
    second = await jp_ws_fetch(*RFB)
    assert await closed(second) == 4429
    first.close()
    await until(lambda: vnc.manager.clients("default") == 0)
    third = await jp_ws_fetch(*RFB)
    assert await third.read_message() == BANNER
    third.close()


class IdleTimers:
    """The event loop's timers that disconnect idle viewers, which end when a test has them end."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_later = loop.call_later
        self.made: list[tuple[float, Callable[[], object], asyncio.TimerHandle]] = []

    def call_later(self, delay: float, callback: Any, *args: Any, **settings: Any) -> asyncio.TimerHandle:
        handle = self._call_later(delay, callback, *args, **settings)
        if CLOSE_IDLE in args:
            self.made.append((delay, lambda: callback(*args), handle))
        return handle


@pytest.mark.parametrize("vnc_traits", [{"idle_disconnect": 1000}])
async def test_an_idle_viewer_is_disconnected_and_an_active_one_is_not(
    stand_in: StandIn, jp_ws_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, received = asyncio.get_running_loop(), Counter[int]()
    timers = IdleTimers(loop)
    monkeypatch.setattr(loop, "call_later", timers.call_later)

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(received)
        received[number] = 0
        writer.write(BANNER)
        while data := await reader.read(1000):
            received[number] += len(data)

    async with vnc_server(stand_in.desktop.rfb_socket, listen):
        viewers = []
        for number in (1, 2):
            viewers.append(await jp_ws_fetch(*RFB))
            await until(lambda number=number: len(timers.made) == number)  # type: ignore[misc]
        idle, used = viewers
        greeting, key, request = BANNER + b"\1\1", b"\4" + bytes(7), b"\3" + bytes(9)
        await idle.write_message(greeting + request, binary=True)
        await used.write_message(greeting + key, binary=True)
        await until(lambda: received == {0: len(greeting + request), 1: len(greeting + key)})
        assert [delay for delay, *_ in timers.made] == [1000] * 3
        assert [handle.cancelled() for *_, handle in timers.made] == [False, True, False], "a key begins it anew"
        timers.made[0][1]()
        assert await closed(idle) == 4408
        assert await used.read_message() == BANNER
        assert used.close_code is None
        used.close()


async def test_only_input_counts_as_activity(stand_in: StandIn, vnc: Any, jp_serverapp: Any, jp_ws_fetch: Any) -> None:
    received = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            received.extend(data)

    async with vnc_server(stand_in.desktop.rfb_socket, listen):
        viewer = await jp_ws_fetch(*RFB)
        quiet = BANNER + b"\1\1" + b"\3" + bytes(9)
        await viewer.write_message(quiet, binary=True)
        await until(lambda: len(received) == len(quiet))
        assert stand_in.desktop.last_activity() is None
        assert "vnc_last_activity" not in jp_serverapp.web_app.settings
        await viewer.write_message(b"\5" + bytes(5), binary=True)
        await until(stand_in.desktop.last_activity)
        assert jp_serverapp.web_app.settings["vnc_last_activity"]
        viewer.close()


async def test_connecting_and_disconnecting_leaks_no_tasks_or_files(
    stand_in: StandIn, vnc: Any, jp_ws_fetch: Any
) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.read()

    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    async with vnc_server(stand_in.desktop.rfb_socket, greet) as connections:

        async def visit() -> None:
            viewer = await jp_ws_fetch(*RFB)
            assert await viewer.read_message() == BANNER
            viewer.close()
            await until(lambda: vnc.manager.clients("default") == 0)
            await until(lambda: all(task.done() for task in connections))

        await visit()
        tasks, files = len(asyncio.all_tasks()), descriptors()
        for _ in range(50):
            await visit()
        await until(lambda: len(asyncio.all_tasks()) <= tasks and descriptors() <= files)


async def test_a_handler_of_events_that_raises_disturbs_no_connection(
    stand_in: StandIn, vnc: Any, jp_ws_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a site's handler")

    monkeypatch.setattr(vnc.metrics._events, "emit", fail)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        await reader.read()

    async with vnc_server(stand_in.desktop.rfb_socket, greet) as connections:
        viewers = [await jp_ws_fetch(*RFB) for _ in range(5)]
        for viewer in viewers:
            assert await viewer.read_message() == BANNER
            viewer.close()
        await until(lambda: vnc.manager.clients("default") == 0)
        await until(lambda: len(connections) == 5 and all(task.done() for task in connections))
