"""A user's desktops, with real runners: created, adopted, shared between servers, culled and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from support.managers import OPTIONS, Make, server
from support.processes import processes_of
from support.standins import StandIn
from support.waiting import until, wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.errors import Conflict, InvalidOption, TooManyDesktops, UnknownDesktop
from jupyter_vnc_proxy.options import Geometry


async def phase(manager: DesktopManager, name: str, wanted: str) -> None:
    await until(lambda: manager.model(name)["phase"] == wanted, what=f"{name} {wanted}")


async def test_the_default_desktop_is_made_by_its_first_start_and_no_other(make: Make) -> None:
    manager = make()
    assert (await manager.start("default"))["phase"] == "starting"
    with pytest.raises(UnknownDesktop):
        await manager.start("other")
    await phase(manager, "default", "running")


async def test_what_a_desktop_was_made_with_is_kept_and_the_defaults_may_change(make: Make) -> None:
    manager = make()
    await manager.create("own", OPTIONS.replaced(geometry=Geometry(640, 480)))
    await phase(manager, "own", "running")
    await manager.start("default")
    await phase(manager, "default", "running")
    await manager.stop_all()
    later = make()
    later.defaults = OPTIONS.replaced(geometry=Geometry(800, 600))
    assert (await later.start("own"))["geometry"] == "640x480"
    assert (await later.start("default"))["geometry"] == "800x600"


async def test_a_request_that_comes_late_makes_no_owner_again(make: Make, runtime: Path) -> None:
    first, second = make(), make()
    await first.start("default")
    await phase(second, "default", "running")  # owned by both
    await first.stop_all()  # so it leaves the desktop to the other
    assert first.model("default")["phase"] == "running"
    assert not [entry for entry in first._entries if entry.owned is not None]
    await second.stop_all()


async def test_a_desktop_of_a_server_that_died_is_adopted_by_the_next(make: Make) -> None:
    first = make(orphan_timeout=600)
    await first.start("default")
    await phase(first, "default", "running")
    model = first.model("default")
    for entry in first._entries:  # as the kernel does for a process that was killed
        entry.release()
    second = make()
    assert second.models() == [model]
    await second.stop_all()
    assert second.model("default")["phase"] == "stopped"


async def test_of_two_servers_the_last_to_stop_ends_the_desktops(make: Make) -> None:
    first, second = make(), make()
    await first.start("default")
    await phase(second, "default", "running")
    await first.stop_all()
    assert second.model("default")["phase"] == "running"
    await second.stop_all()
    assert second.model("default")["phase"] == "stopped"


async def test_two_doors_of_one_server_count_as_one_owner(make: Make) -> None:
    first, second = make(server=server(0)), make(server=server(0))
    await first.start("default")
    await phase(second, "default", "running")
    await first.stop_all()
    assert second.model("default")["phase"] == "stopped"


async def test_a_signal_to_all_asks_and_does_not_wait(make: Make, runtime: Path) -> None:
    manager = make()
    await manager.start("default")
    await phase(manager, "default", "running")
    runner = Desktop(runtime / "default").runner_pid()
    assert runner is not None
    os.kill(runner, signal.SIGSTOP)
    manager.signal_all()
    assert processes_of(runtime)
    os.kill(runner, signal.SIGCONT)
    await until(lambda: not processes_of(runtime))


async def test_a_stop_while_it_starts_leaves_nothing(make: Make, runtime: Path) -> None:
    manager = make()
    await manager.start("default")
    assert (await manager.stop("default"))["phase"] == "stopped"
    await until(lambda: not processes_of(runtime))
    assert not list((runtime / "default").glob("*.sock"))


async def test_a_start_waits_for_a_stop_under_way(make: Make) -> None:
    manager = make()
    await manager.start("default")
    await phase(manager, "default", "running")
    _, model = await asyncio.gather(manager.stop("default"), manager.start("default"))
    assert model["phase"] == "starting"
    await phase(manager, "default", "running")


async def test_a_runner_that_will_not_end_is_killed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.waiting.STOP_TIMEOUT", 0.3)
    manager = make()
    await manager.start("default")
    await phase(manager, "default", "running")
    runner = manager.get("default").runner_pid()
    assert runner is not None
    os.kill(runner, signal.SIGSTOP)
    model = await manager.stop("default")
    assert model["phase"] == "stopped"
    assert processes_of(manager.runtime / "default") == {}


async def test_names_that_are_no_desktops_leave_nothing(make: Make) -> None:
    manager = make()
    for number in range(50):
        for operation in (manager.start, manager.stop, manager.delete):
            with pytest.raises(UnknownDesktop):
                await operation(f"bogus-{number}")
    assert len(manager._entries) == 0


async def test_deleting_a_desktop_leaves_no_directory_and_frees_its_name(make: Make, runtime: Path) -> None:
    manager = make()
    await manager.create("one", OPTIONS)
    with pytest.raises(Conflict):
        await manager.create("one", OPTIONS)
    await manager.delete("one")
    assert not (runtime / "one").exists()
    assert len(manager._entries) == 0
    await manager.create("one", OPTIONS)


async def test_a_limit_counts_what_runs_and_not_what_is_stopped(make: Make) -> None:
    manager = make(max_desktops=2)
    await manager.create("a", OPTIONS)
    await manager.create("b", OPTIONS)
    with pytest.raises(TooManyDesktops, match="No more than 2"):
        await manager.create("c", OPTIONS)
    with pytest.raises(UnknownDesktop):
        manager.get("c")
    await manager.stop("a")
    await manager.create("c", OPTIONS)


async def test_bad_options_make_no_desktop(make: Make, runtime: Path) -> None:
    manager = make()
    for options in (
        OPTIONS.replaced(backend="nope"),
        OPTIONS.replaced(transport="native"),
        OPTIONS.replaced(session_command=(), session="nope"),
    ):
        with pytest.raises(InvalidOption):
            await manager.create("new", options)
    assert manager.models() == []


async def test_what_else_lies_in_the_directory_is_no_desktop(make: Make, runtime: Path) -> None:
    (runtime / "file").touch()
    (runtime / "empty").mkdir()
    (runtime / "not a name").mkdir()
    (runtime / ".hidden").mkdir()
    manager = make()
    assert manager.models() == []
    (runtime / "desktop-1").touch()
    assert manager.free_name() == "desktop-2"


async def test_a_damaged_desktop_is_listed_and_can_be_started_and_deleted(make: Make, runtime: Path) -> None:
    (runtime / "broken").mkdir(mode=0o700)
    (runtime / "broken" / "desktop.json").write_bytes(b"\0\0")
    manager = make()
    (model,) = manager.models()
    assert (model["name"], model["phase"]) == ("broken", "stopped")
    assert model["error"] is not None
    assert model["error"]["code"] == "state-damaged"
    await manager.start("broken")
    await phase(manager, "broken", "running")
    await manager.delete("broken")
    assert manager.models() == []


async def test_several_desktops_start_and_stop_at_once(make: Make, runtime: Path) -> None:
    manager = make()
    names = [f"d{number}" for number in range(5)]
    await asyncio.gather(*(manager.create(name, OPTIONS) for name in names))
    for name in names:
        await phase(manager, name, "running")
    assert len({model["display"] for model in manager.models()}) == 5
    await asyncio.gather(*(manager.delete(name) for name in names))
    wait_until(lambda: not processes_of(runtime))


def when(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


async def test_viewers_are_counted_and_activity_is_written_down_for_every_server(make: Make, runtime: Path) -> None:
    stand_in = StandIn(runtime / "default")
    first, second = make(), make()
    try:
        assert first.model("default")["last_activity"] == first.model("default")["created"]
        gone = first.client_connected("default")
        assert (first.clients("default"), second.clients("default")) == (1, 0)
        gone()
        assert first.clients("default") == 0
        first.note_activity("default")
        assert abs((when(second.model("default")["last_activity"]) - datetime.now(timezone.utc)).total_seconds()) < 2
    finally:
        stand_in.close()


async def test_an_untouched_desktop_says_when_it_stops_and_can_be_kept(make: Make, runtime: Path) -> None:
    stand_in = StandIn(runtime / "default")
    manager = make(cull_idle_timeout=100)
    try:
        stand_in.desktop.note_activity()
        assert manager.model("default")["stops_at"] is None
        past = time.time() - 90
        os.utime(runtime / "default" / "activity", (past, past))
        stops_at = manager.model("default")["stops_at"]
        assert stops_at is not None
        assert when(stops_at).timestamp() == pytest.approx(past + 100, abs=0.1)
        assert (await manager.keep("default"))["stops_at"] is None
    finally:
        stand_in.close()
