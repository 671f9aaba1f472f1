"""A desktop that runs in another container, or on another machine, and is seen in the same directory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.managers import OPTIONS, Make
from support.namespaces import in_container, needs_namespaces
from support.runners import COMMAND, Run, Runners
from support.standins import StandIn
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.desktops.state import ELSEWHERE
from jupyter_vnc_proxy.desktops.waiting import wait_until_up
from jupyter_vnc_proxy.errors import Conflict, StartFailed
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A program here that has the process id of the runner in the container."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        process.kill()


@pytest.fixture
def elsewhere(runners: Runners, victim: subprocess.Popen[bytes]) -> Iterator[Run]:
    """A runner in a container that shares our runtime directory."""
    run = runners.start("--keep", command=(*in_container(victim.pid), *COMMAND))
    run.until(phase="running")
    yield run
    run.process.kill()  # unshare ignores SIGTERM; what it started gets one then
    wait_until(lambda: Desktop(run.path).holder() is None, what="the end in the container")


async def refused(manager: DesktopManager) -> None:
    for operation in (manager.start, manager.stop, manager.restart, manager.delete):
        with pytest.raises(Conflict, match="runs on another machine or in another container") as raised:
            await operation("default")
        assert raised.value.code == "running-elsewhere"
        assert raised.value.fix is not None
        assert "JUPYTER_VNC_RUNTIME_DIR" in raised.value.fix


@needs_namespaces
async def test_a_desktop_of_another_container_is_neither_adopted_nor_stopped(
    elsewhere: Run, victim: subprocess.Popen[bytes], make: Make
) -> None:
    manager = make()
    (model,) = manager.models()
    assert (model["phase"], model["step"], model["display"]) == (ELSEWHERE, None, None)
    assert model["error"] is not None
    assert model["error"]["message"].startswith("This desktop runs on another machine or in another container.")
    await refused(manager)
    owners = [file.name for file in (elsewhere.path / "owners").iterdir()]
    assert len(owners) == 1, "the desktop alone owns itself"
    assert not ProcessIdentity.parse(owners[0]).is_here()
    await manager.stop_all()
    manager.signal_all()
    with pytest.raises(subprocess.TimeoutExpired):
        victim.wait(0.2)
    assert elsewhere.state["phase"] == "running"
    assert Desktop(elsewhere.path).state().phase == ELSEWHERE


@pytest.fixture
def other_machine(runtime: Path) -> Iterator[StandIn]:
    """A desktop whose lock another machine has, over NFS."""
    made = StandIn(runtime / "default", f"{replace(ProcessIdentity.own(), boot='another')}\n")
    yield made
    made.close()


async def test_a_desktop_of_another_machine_is_left_alone(other_machine: StandIn, make: Make) -> None:
    manager = make(max_desktops=1)
    await refused(manager)
    before = other_machine.desktop.stored_state()
    await manager.stop_all()
    assert other_machine.desktop.stored_state() == before
    assert not (other_machine.desktop.path / "owners").exists()
    with pytest.raises(Conflict, match="runs on another machine"):
        other_machine.desktop.start(OPTIONS, None)
    with pytest.raises(Conflict, match="runs on another machine"), other_machine.desktop.locked(timeout=0):
        pytest.fail("locked twice")
    with pytest.raises(Conflict, match="runs on another machine"):
        other_machine.desktop.state().usable_display()
    with pytest.raises(StartFailed, match="runs on another machine"):
        wait_until_up(other_machine.desktop, 1)
    await manager.create("second", OPTIONS)  # the limit counts what runs here
    await manager.stop("second")


async def test_it_is_ours_again_once_it_has_ended_there(other_machine: StandIn, make: Make) -> None:
    manager = make()
    assert manager.model("default")["phase"] == ELSEWHERE
    other_machine.close()
    assert manager.model("default")["phase"] == "failed"
    await manager.start("default")
    assert manager.model("default")["phase"] == "starting"
    await manager.stop("default")
