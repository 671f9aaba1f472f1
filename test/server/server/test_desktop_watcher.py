"""Listeners are notified once of each change, and idle desktops are stopped."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
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
from jupyter_vnc_proxy.server.desktop_watcher import DesktopChange, DesktopWatcher

LOG = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll more often than in production."""
    monkeypatch.setattr("jupyter_vnc_proxy.server.desktop_watcher.POLL_SECONDS", 0.05)
    monkeypatch.setattr("jupyter_vnc_proxy.server.desktop_watcher.STARTING_POLL_SECONDS", 0.01)


@pytest.fixture
def api(watching_api: Api) -> Api:
    return watching_api


@pytest.fixture
def manager(runtime: Path) -> Iterator[DesktopManager]:
    made = DesktopManager(DesktopOptions())
    yield made
    made.signal_all()


class ChangeRecorder:
    """A listener that records changes."""

    def __init__(self) -> None:
        self.changes: list[DesktopChange] = []

    def __call__(self, change: DesktopChange) -> None:
        self.changes.append(change)

    def take(self) -> list[tuple[str, str | None, str | None]]:
        """Return the changes since the last call, each as name, old phase and new phase."""
        told, self.changes = self.changes, []
        return [(each.name, each.before and each.before["phase"], each.after and each.after["phase"]) for each in told]


def test_each_change_is_notified_once(stand_in: StandIn, manager: DesktopManager) -> None:
    told = ChangeRecorder()
    watcher = DesktopWatcher(manager, [told], LOG)
    watcher.poll()
    assert told.take() == [("default", None, "running")]
    watcher.poll()
    stand_in.desktop.note_activity()
    stand_in.desktop.write_state(DesktopState("default", "running", "session", geometry="900x900"))
    watcher.poll()
    assert told.take() == [], "neither a person's activity nor another size is a change"
    stand_in.desktop.write_state(DesktopState("default", "running", None, display=":77"))
    watcher.poll()
    (change,) = told.changes
    assert change.before and change.after
    assert (change.before["display"], change.after["display"]) == (None, ":77")
    told.take()
    stand_in.desktop.write_state(DesktopState("default", "stopped", None))
    watcher.poll()
    assert told.take() == [("default", "running", "stopped")]
    stand_in.desktop.remove()
    watcher.poll()
    watcher.poll()
    assert told.take() == [("default", "stopped", None)]


def test_all_listeners_are_notified_even_if_one_raises(
    stand_in: StandIn, manager: DesktopManager, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(change: DesktopChange) -> None:
        raise LookupError("a site's own handler of events")

    told = ChangeRecorder()
    watcher = DesktopWatcher(manager, [failing, told], LOG)
    watcher.poll()
    assert told.take() == [("default", None, "running")]
    (record,) = caplog.records
    assert record.exc_info
    assert "default" in record.getMessage()


async def test_listeners_follow_the_life_cycle_of_a_real_desktop(api: Api, vnc: Any) -> None:
    told = ChangeRecorder()
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


async def test_it_keeps_polling_if_the_runtime_directory_is_missing_for_a_while(
    manager: DesktopManager, stand_in: StandIn, runtime: Path
) -> None:
    looks = 0

    def directory() -> Path:
        nonlocal looks
        looks += 1
        if looks < 4:
            raise InvalidOption("It is gone.")
        return runtime_directory()

    told = ChangeRecorder()
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
async def test_an_idle_desktop_is_stopped_after_a_warning(
    api: Api, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api("POST", "default", "start")
    assert (await api.until("default", "running"))["stops_at"] is None
    touched(runtime, 80)
    assert (await api("GET", "default"))["stops_at"] is not None
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.model.CULL_WARNING", 0.2)
    touched(runtime, 101)
    model = await api.until("default", "stopped")
    assert (model["error"]["code"], model["stops_at"]) == ("unused", None)
    assert model["error"]["message"] == "It was stopped because it had not been used for 100 seconds."
    assert processes_of(runtime / "default") == {}


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 100}])
async def test_the_reason_of_a_stop_is_not_kept_for_the_next_stop(
    api: Api, vnc: Any, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.model.CULL_WARNING", 0.2)
    await api("POST", "default", "start")
    await api.until("default", "running")
    touched(runtime, 101)
    await api.until("default", "stopped")
    await api("POST", "default", "start")
    assert (await api.until("default", "running"))["error"] is None
    assert (await api("POST", "default", "stop"))["error"] is None


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 100}])
async def test_a_desktop_that_is_used_or_kept_is_not_stopped(
    api: Api, vnc: Any, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")

    async def use() -> None:
        vnc.manager.note_activity("default")

    for done in (use, lambda: api("POST", "default", "keep")):
        touched(runtime, 99)
        assert vnc.manager.model("default")["stops_at"] is not None
        await done()
        assert vnc.manager.model("default")["stops_at"] is None
        await vnc.watcher._cull()
        assert vnc.manager.model("default")["phase"] == "running"
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.model.CULL_WARNING", 0.2)
    touched(runtime, 101)
    await api.until("default", "stopped")


@pytest.mark.parametrize("vnc_traits", [{"cull_idle_timeout": 0}])
async def test_without_a_timeout_idle_desktops_keep_running(api: Api, vnc: Any, runtime: Path) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")
    touched(runtime, 1_000_000)
    await vnc.watcher._cull()
    model = await api("GET", "default")
    assert (model["phase"], model["stops_at"]) == ("running", None)


@pytest.mark.parametrize("passes", range(5))
async def test_it_stops_even_if_a_desktop_changes_at_the_same_moment(manager: DesktopManager, passes: int) -> None:
    watcher = DesktopWatcher(manager, [], LOG)
    watcher.start()
    await asyncio.sleep(0.01)
    manager._changed.set()
    for _ in range(passes):  # passes of the event loop from what is waited for to the end of the waiting
        await asyncio.sleep(0)
    await asyncio.wait_for(watcher.stop(), 60)


class FakeClocks:
    """A day in fake time: the wall clock may jump, the monotonic one may not."""

    def __init__(self, manager: DesktopManager, watcher: DesktopWatcher) -> None:
        self.monotonic = watcher._last_look
        self.wall = time.time()
        self._manager = manager
        self._watcher = watcher
        self._activity = self.wall

    def use(self) -> None:
        """The user types: the desktop's file would get the current time of the wall clock."""
        self._activity = self.wall

    def deadline(self, name: str) -> datetime:
        return datetime.fromtimestamp(self._activity + self._manager.cull_idle_timeout, timezone.utc)

    def poll(self, seconds: float = 2.0) -> tuple[bool, bool]:
        """Let time pass; return whether the desktop is announced to stop, and whether it is to be stopped."""
        self.wall += seconds
        self.monotonic += seconds
        now = datetime.fromtimestamp(self.wall, timezone.utc)
        warned = self.deadline("default") - now <= timedelta(seconds=60)
        return warned, bool(self._watcher.due(now, self.monotonic))


@pytest.fixture
def clocks(manager: DesktopManager, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> FakeClocks:
    manager.cull_idle_timeout = 1800
    watcher = DesktopWatcher(manager, [], LOG)
    watcher.poll()
    clocks = FakeClocks(manager, watcher)
    monkeypatch.setattr(manager, "idle_deadline", clocks.deadline)
    return clocks


def polls_until_stopped(clocks: FakeClocks) -> int:
    return next(count for count in range(2000) if clocks.poll()[1])


def test_a_desktop_that_nobody_uses_is_stopped_at_its_time(clocks: FakeClocks) -> None:
    clocks.use()
    assert polls_until_stopped(clocks) == pytest.approx(900, abs=2)


@pytest.mark.parametrize("jump", [7200, 1_000_000])
def test_the_clock_may_jump_ahead_and_the_warning_lasts_all_the_same(clocks: FakeClocks, jump: float) -> None:
    clocks.use()
    clocks.poll()
    clocks.wall += jump
    assert polls_until_stopped(clocks) >= 30


def test_nobody_is_stopped_right_after_a_suspend_or_a_long_pause(clocks: FakeClocks) -> None:
    clocks.use()
    clocks.poll()
    clocks.poll(7200)
    assert polls_until_stopped(clocks) >= 28


def test_in_a_day_of_jumping_clocks_each_stop_follows_a_whole_minute_of_warning(clocks: FakeClocks) -> None:
    chance = random.Random(18)
    clocks.use()
    warned_for = 0.0
    stops = 0
    for _ in range(24 * 3600 // 2):
        if chance.random() < 0.002:
            clocks.wall += chance.choice((-7200, -60, 45, 3600, 90_000))
        if chance.random() < 0.001:
            clocks.use()
            warned_for = -2.0
        warned, stopped = clocks.poll()
        warned_for = warned_for + 2 if warned else -2.0
        if stopped:
            assert warned_for >= 60
            stops += 1
            clocks.use()
            warned_for = -2.0
    assert stops
