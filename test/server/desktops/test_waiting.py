"""A stop ends, whatever the runner does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.managers import OPTIONS, Make
from support.processes import processes_of
from support.standins import StandIn
from support.waiting import until

from jupyter_vnc_proxy.desktops import waiting
from jupyter_vnc_proxy.errors import TimedOut


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "STOP_TIMEOUT", 0.2)


@pytest.fixture
def unending(runtime: Path) -> Iterator[StandIn]:
    """A runner that has ended, but whose lock stays held, as by one that waits for a disk."""
    made = StandIn(runtime / "default")
    with subprocess.Popen(["sleep", "0"]) as ended:
        pass
    lock = made.desktop.path / "runner.lock"
    lock.write_text(lock.read_text().replace(f".{made.process.pid}.", f".{ended.pid}."))
    yield made
    made.close()


async def test_a_runner_that_never_ends_is_an_error_and_holds_up_nothing_else(
    unending: StandIn, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = waiting.KILL_TIMEOUT
    monkeypatch.setattr(waiting, "KILL_TIMEOUT", 0.3)
    manager = make()
    for operation in (manager.stop, manager.delete, manager.restart):
        with pytest.raises(TimedOut, match=r"could not be stopped.* does not end, though it was killed") as raised:
            await operation("default")
        assert (raised.value.code, raised.value.status) == ("stop-timeout", 504)
        assert (unending.desktop.path / "desktop.json").exists()
    monkeypatch.setattr(waiting, "KILL_TIMEOUT", patient)  # a runner that can be killed may take a while for it
    await manager.create("other", OPTIONS)
    await until(lambda: manager.model("other")["phase"] == "running")
    await asyncio.wait_for(manager.stop_all(), 60)
    assert manager.model("other")["phase"] == "stopped"
    assert manager.model("default")["phase"] == "running"
    unending.close()
    assert (await manager.stop("default"))["phase"] == "stopped", "the name is free for the next operation"


async def test_a_stopped_runner_and_all_that_hides_its_environment_are_killed(runtime: Path, make: Make) -> None:
    """The first ``sleep`` has no marker in its environment, like an agent whose environment may not be read."""
    script = f"env -u JUPYTER_VNC_DESKTOP HERE={runtime} setsid sleep 998 & exec sleep 999"
    manager = make()
    manager.defaults = OPTIONS.replaced(session_command=("sh", "-c", script))
    await manager.start("default")
    await until(lambda: manager.model("default")["phase"] == "running")
    await until(lambda: any(line.startswith("sleep 998") for line in processes_of(runtime).values()))
    runner = manager.get("default").runner_pid()
    assert runner is not None
    os.kill(runner, signal.SIGSTOP)
    assert (await manager.stop("default"))["phase"] == "stopped"
    assert processes_of(runtime) == {}


async def test_a_killed_runner_is_seen_at_once_whatever_the_clock_says(runtime: Path, make: Make) -> None:
    manager = make()
    await manager.start("default")
    await until(lambda: manager.model("default")["phase"] == "running")
    desktop = make().get("default")  # another server's
    os.utime(desktop.state_file, (time.time() + 3600, time.time() + 3600))
    runner = desktop.runner_pid()
    assert runner is not None
    os.kill(runner, signal.SIGKILL)
    await until(lambda: desktop.holder() is None)
    state = desktop.state()
    assert state.error is not None
    assert (state.phase, state.error["code"]) == ("failed", "runner-died")
    await manager.stop("default")


async def test_a_starting_desktop_has_a_runner_from_the_first_moment_whoever_looks(runtime: Path, make: Make) -> None:
    first, second = make(), make()
    await first.start("default")
    desktop = second.get("default")
    os.utime(desktop.state_file, (0, 0))
    assert desktop.state().phase == "starting"
    assert desktop.runner_pid() is not None
    assert (await second.start("default"))["phase"] == "starting", "which it does already"
    await second.stop("default")
    models = await asyncio.gather(first.start("default"), second.start("default"))
    assert [model["phase"] for model in models] == ["starting", "starting"], "only one of them starts it"
    runners = [line for line in processes_of(runtime).values() if " run --name=default" in line]
    assert len(runners) == 1
    assert (await second.stop("default"))["phase"] == "stopped"
    assert processes_of(runtime) == {}
