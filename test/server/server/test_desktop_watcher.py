"""What happens to desktops is told once, and those that nobody touches are stopped."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.processes import processes_of
from support.standins import StandIn
from support.waiting import until

from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.desktops.runtime import runtime_directory
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.server.desktop_watcher import Change, DesktopWatcher

LOG = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often than anybody else needs it."""
    monkeypatch.setattr("jupyter_vnc_proxy.server.desktop_watcher.SLOW", 0.05)
    monkeypatch.setattr("jupyter_vnc_proxy.server.desktop_watcher.FAST", 0.01)


@pytest.fixture
def api(vnc: Any, jp_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Api:
    """A server that watches, as one that was not made by a test does from its start on."""

    async def start() -> None:
        vnc.watcher.start()

    jp_asyncio_loop.run_until_complete(start())  # the `vnc` fixture stops it
    return Api(jp_fetch)


@pytest.fixture
def stand_in(runtime: Path) -> Iterator[StandIn]:
    made = StandIn(runtime / "default")
    yield made
    made.close()


@pytest.fixture
def manager(runtime: Path) -> Iterator[DesktopManager]:
    made = DesktopManager(DesktopOptions())
    yield made
    made.signal_all()


class Told:
    """A listener: what it was told, each change as a name and two phases."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def __call__(self, change: Change) -> None:
        self.changes.append(change)

    def take(self) -> list[tuple[str, str | None, str | None]]:
        """Return what was told since the last time."""
        told, self.changes = self.changes, []
        return [(each.name, each.before and each.before["phase"], each.after and each.after["phase"]) for each in told]


def test_each_change_is_told_once(stand_in: StandIn, manager: DesktopManager) -> None:
    told = Told()
    watcher = DesktopWatcher(manager, [told], LOG)
    watcher.look()
    assert told.take() == [("default", None, "running")]
    watcher.look()
    stand_in.desktop.note_activity()
    stand_in.desktop.write_state(DesktopState("default", "running", "session", geometry="900x900"))
    watcher.look()
    assert told.take() == [], "neither a person's activity nor another size is a change"
    stand_in.desktop.write_state(DesktopState("default", "running", None, display=":77"))
    watcher.look()
    (change,) = told.changes
    assert change.before and change.after
    assert (change.before["display"], change.after["display"]) == (None, ":77")
    told.take()
    stand_in.desktop.write_state(DesktopState("default", "stopped", None))
    watcher.look()
    assert told.take() == [("default", "running", "stopped")]
    stand_in.desktop.remove()
    watcher.look()
    watcher.look()
    assert told.take() == [("default", "stopped", None)]


def test_every_listener_is_told_though_one_fails(
    stand_in: StandIn, manager: DesktopManager, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(change: Change) -> None:
        raise LookupError("a site's own handler of events")

    told = Told()
    watcher = DesktopWatcher(manager, [failing, told], LOG)
    watcher.look()
    assert told.take() == [("default", None, "running")]
    (record,) = caplog.records
    assert record.exc_info
    assert "default" in record.getMessage()


async def test_a_real_desktops_life_is_told_as_it_goes(api: Api, vnc: Any) -> None:
    told = Told()
    watcher = DesktopWatcher(vnc.manager, [told], LOG)
    watcher.start()
    try:
        await api("POST", "default", "start")
        await api.until("default", "running")
        await until(lambda: told.changes and told.changes[-1].after and told.changes[-1].after["phase"] == "running")
        await api("POST", "default", "stop")
        await until(lambda: told.changes[-1].after and told.changes[-1].after["phase"] == "stopped")
        await api("DELETE", "default")
        await until(lambda: told.changes[-1].after is None)
    finally:
        await watcher.stop()
    phases = [(before, after) for _, before, after in told.take() if before != after]
    assert phases == [(None, "starting"), ("starting", "running"), ("running", "stopped"), ("stopped", None)]


async def test_it_looks_again_where_the_directory_was_gone_for_a_while(
    manager: DesktopManager, stand_in: StandIn, runtime: Path
) -> None:
    looks = 0

    def directory() -> Path:
        nonlocal looks
        looks += 1
        if looks < 4:
            raise InvalidOption("It is gone.")
        return runtime_directory()

    told = Told()
    watcher = DesktopWatcher(manager, [told], LOG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jupyter_vnc_proxy.desktops.manager.runtime_directory", lambda _: directory())
        watcher.start()
        try:
            await until(lambda: told.changes)
        finally:
            await watcher.stop()


def touched(runtime: Path, seconds_ago: float) -> None:
    when = time.time() - seconds_ago
    os.utime(runtime / "default" / "activity", (when, when))


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 100}])
async def test_an_untouched_desktop_is_stopped_after_a_warning(api: Api, runtime: Path) -> None:
    await api("POST", "default", "start")
    assert (await api.until("default", "running"))["stops_at"] is None
    touched(runtime, 80)
    assert (await api("GET", "default"))["stops_at"] is not None
    touched(runtime, 101)
    model = await api.until("default", "stopped")
    assert (model["error"]["code"], model["stops_at"]) == ("unused", None)
    assert model["error"]["message"] == "It was stopped because it had not been used for 100 seconds."
    assert processes_of(runtime / "default") == {}


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 100}])
async def test_the_reason_of_one_stop_is_not_that_of_the_next(api: Api, vnc: Any, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    touched(runtime, 101)
    await api.until("default", "stopped")
    await api("POST", "default", "start")
    assert (await api.until("default", "running"))["error"] is None
    assert (await api("POST", "default", "stop"))["error"] is None


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 1}])
async def test_one_that_is_kept_or_used_lives_longer(api: Api, vnc: Any, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    began = time.monotonic()
    while time.monotonic() - began < 2:
        await api("POST", "default", "keep")
        vnc.manager.note_activity("default")
        assert vnc.manager.model("default")["phase"] == "running"
        await asyncio.sleep(0.05)
    last = time.time()
    await api.until("default", "stopped")
    assert time.time() - last < 5


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 0}])
async def test_without_a_limit_nothing_is_stopped_or_announced(api: Api, vnc: Any, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    touched(runtime, 1_000_000)
    await vnc.watcher._cull()
    model = await api("GET", "default")
    assert (model["phase"], model["stops_at"]) == ("running", None)


@pytest.mark.parametrize("passes", range(5))
async def test_it_ends_though_something_changes_at_that_very_moment(manager: DesktopManager, passes: int) -> None:
    watcher = DesktopWatcher(manager, [], LOG)
    watcher.start()
    await asyncio.sleep(0.01)
    manager._changed.set()
    for _ in range(passes):  # passes of the event loop from what is waited for to the end of the waiting
        await asyncio.sleep(0)
    await asyncio.wait_for(watcher.stop(), 5)
