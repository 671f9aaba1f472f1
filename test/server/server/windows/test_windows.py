"""The server tells who may see a desktop which windows have appeared on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_events import EventLogger
from support.api import Api
from support.program_windows import Program
from support.waiting import until

from jupyter_vnc_proxy.desktops.windows.report import decode
from jupyter_vnc_proxy.server.windows.watch import EVENT_ID

SECRET = "Letter to Ada"
OPENBOX = {"session_command": ["openbox"]}


@pytest.fixture
def events(jp_serverapp: Any, vnc: Any) -> list[dict[str, Any]]:
    """The events about windows, as a listener receives them."""
    heard: list[dict[str, Any]] = []

    async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=EVENT_ID, listener=listen)
    return heard


@pytest.fixture
def program(runtime: Path) -> Iterator[Callable[[dict[str, Any]], Program]]:
    """Starts a program on a desktop."""
    made: list[Program] = []

    def start(model: dict[str, Any]) -> Program:
        made.append(Program(model["display"], Path(model["xauthority"])))
        return made[-1]

    yield start
    for each in made:
        each.end()


async def titles(api: Api, *wanted: str) -> list[dict[str, Any]]:
    """Wait until the windows with these titles are open."""
    while True:
        windows: list[dict[str, Any]] = await api("GET", "default", "new-windows")
        if [each["title"] for each in windows] == list(wanted):
            return windows
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("vnc_traits", [OPENBOX])
async def test_an_event_tells_of_windows_and_only_the_api_tells_titles(
    watching_api: Api, events: list[dict[str, Any]], program: Any, caplog: pytest.LogCaptureFixture
) -> None:
    api = watching_api
    caplog.set_level(logging.DEBUG)
    await api("POST", "default", "start")
    gnuplot = program(await api.until("default", "running"))
    assert await api("GET", "default", "new-windows") == []
    first = gnuplot.open(SECRET)
    (window,) = await titles(api, SECRET)
    await until(lambda: events)
    assert events == [{"name": "default", "since": 0}]
    gnuplot.open("Figure 2")
    assert (await titles(api, SECRET, "Figure 2"))[0] == window
    await until(lambda: len(events) == 2)
    assert events[-1] == {"name": "default", "since": window["number"]}
    gnuplot.close(first)
    (second,) = await titles(api, "Figure 2")
    await until(lambda: len(events) == 3)
    assert events[-1] == {"name": "default", "since": second["number"]}
    assert SECRET not in f"{events} {caplog.text}"


@pytest.mark.parametrize("vnc_traits", [OPENBOX])
async def test_windows_of_a_desktop_that_is_started_again_have_appeared_again(
    watching_api: Api, events: list[dict[str, Any]], program: Any
) -> None:
    api = watching_api
    await api("POST", "default", "start")
    program(await api.until("default", "running")).open("Figure 1")
    (before,) = await titles(api, "Figure 1")
    await api("POST", "default", "restart")
    model = await api.until("default", "running")
    await titles(api)
    program(model).open("Figure 1")
    (after,) = await titles(api, "Figure 1")
    assert after["number"] > before["number"]
    await until(lambda: events[-1] == {"name": "default", "since": before["number"]})


@pytest.mark.parametrize("vnc_traits", [OPENBOX])
async def test_windows_that_were_there_before_the_server_have_not_appeared(
    vnc: Any, api: Api, events: list[dict[str, Any]], program: Any
) -> None:
    await api("POST", "default", "start")
    program(await api.until("default", "running")).open("Figure 1")
    reader, writer = await asyncio.open_unix_connection(vnc.manager.get("default").paths.window_socket)
    while not decode(await reader.readline()):
        pass  # until the runner has seen it
    writer.close()
    vnc.watcher.poll()
    (window,) = await titles(api, "Figure 1")
    await until(lambda: events)
    assert events == [{"name": "default", "since": window["number"]}]


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


async def test_a_desktop_that_does_not_exist_has_no_windows(api: Api) -> None:
    await api.refused(404, "GET", "nobody", "new-windows")


async def test_a_desktop_that_does_not_report_has_no_windows(watching_api: Api, stand_in: Any) -> None:
    await watching_api.until("default", "running")
    assert await watching_api("GET", "default", "new-windows") == []
