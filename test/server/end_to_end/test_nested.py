"""Desktops that are started from a terminal on another desktop: each lives on its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import processes_of, running
from support.runners import COMMAND, IDLE, Run, Runners
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop

SECOND = " ".join((*COMMAND, "start", "second", "--backend=tigervnc", "--", *IDLE))

SERVER = f"""
import asyncio, sys
sys.path.insert(0, {os.getcwd()!r})
from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.options import DesktopOptions

async def main():
    manager = DesktopManager(DesktopOptions(backend="tigervnc", session_command={IDLE!r}))
    await manager.create("second", manager.defaults)
    await asyncio.sleep(1000)

asyncio.run(main())
"""
"""Does what a Jupyter server does that is started on a desktop."""


@pytest.fixture
def second(runtime: Path) -> Iterator[Desktop]:
    """The desktop that is started on the first; it is stopped after the test."""
    desktop = Desktop(runtime / "second")
    yield desktop
    desktop.signal_stop()
    wait_until(desktop.stopped)


def started_on(runners: Runners, second: Desktop, script: str) -> Run:
    """Start a desktop whose session runs ``script``, and wait until ``second`` runs, too."""
    first = runners.start(name="first", session=("sh", "-c", script))
    first.until(phase="running")
    wait_until(lambda: second.exists() and second.state().phase == "running", what="the second desktop")
    return first


def environment(pid: int) -> dict[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


@pytest.mark.parametrize("how", ["terminal", "server"])
def test_a_desktop_that_was_started_on_another_outlives_it(
    runners: Runners, second: Desktop, runtime: Path, how: str
) -> None:
    (runtime / ".server.py").write_text(SERVER)
    script = f"{SECOND}; sleep 998" if how == "terminal" else f"exec {sys.executable} {runtime}/.server.py"
    first = started_on(runners, second, script)
    runner, processes = second.runner_pid(), processes_of(second.path)
    assert runner is not None
    assert first.end() == 0
    assert second.state().phase == "running"
    assert second.runner_pid() == runner
    assert processes_of(second.path).keys() >= processes.keys() - {first.process.pid}
    assert processes_of(first.path) == {}, "nothing of the first is left, and nothing in the second knows it"


def test_its_programs_get_nothing_of_the_first(runners: Runners, second: Desktop, runtime: Path) -> None:
    first = started_on(runners, second, f"SSH_AUTH_SOCK=/first SSH_AGENT_PID=1 {SECOND}; sleep 998")
    (session,) = wait_until(lambda: running(second.path, "sleep 1000"))
    given = environment(session)
    assert given["JUPYTER_VNC_DESKTOP"] == str(second.path)
    assert given["XDG_RUNTIME_DIR"] == str(second.path / "run")
    assert given.keys().isdisjoint({"SSH_AUTH_SOCK", "SSH_AGENT_PID", "JUPYTER_VNC_RUNNER"})
    assert not [key for key, value in given.items() if str(first.path) in value]
    assert first.end() == 0


def test_the_first_outlives_the_second(runners: Runners, second: Desktop) -> None:
    first = started_on(runners, second, f"{SECOND}; sleep 998")
    wait_until(lambda: running(first.path, "sleep 998"))
    subprocess.run([*COMMAND, "stop", "second"], check=True)
    assert processes_of(second.path) == {}
    assert json.loads((first.path / "desktop.json").read_text())["phase"] == "running"
    assert running(first.path, "sleep 998")
