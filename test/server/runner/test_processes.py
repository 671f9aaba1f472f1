"""The processes of a desktop: which of them starts when."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.runners import Runners
from support.waiting import wait_until

from jupyter_vnc_proxy.backends.base import Step
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.runner import processes as processes_module
from jupyter_vnc_proxy.runner.processes import Processes
from jupyter_vnc_proxy.system.process import PIPE, Process, WritesLine

SLOW_DISPLAY = (
    sys.executable,
    "-c",
    "import sys; from dataclasses import replace; from jupyter_vnc_proxy import cli\n"
    "from jupyter_vnc_proxy.backends import stream\n"
    'quick, wait = stream.x_server, \'until [ -e "$0" ]; do sleep .02; done; exec "$@"\'\n'
    "def slow(server, options, paths):\n"
    "    step = quick(server, options, paths)\n"
    "    return replace(step, argv=('sh', '-c', wait, str(paths.directory / 'go'), *step.argv))\n"
    "stream.x_server = slow\n"
    "sys.exit(cli.main(sys.argv[1:]))",
)
"""A runner whose display starts once there is a file ``go`` in the desktop's directory."""


@pytest.fixture
def desktop(runtime: Path) -> Iterator[Desktop]:
    made = Desktop(runtime / "d")
    made.prepare()
    yield made


def test_the_stream_server_starts_beside_its_display(runners: Runners) -> None:
    run = runners.start(backend="stream", command=SLOW_DISPLAY)
    state = run.until(phase="starting", step="display")
    wait_until(lambda: len(run.processes()) == 2)  # a shell, and the server
    assert (run.state["step"], run.state["display"]) == ("display", None)
    (run.path / "go").touch()
    state = run.until(phase="running")
    assert state["display"]


async def test_a_session_starts_after_a_vnc_server_that_is_short_of_cpu(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = True
    monkeypatch.setattr(Process, "is_short_of_cpu", property(lambda process: short))
    monkeypatch.setattr(processes_module, "SHORTAGE_POLL", 0.01)
    processes = Processes(desktop, dict(os.environ))
    script = "import os,sys,time; os.write(int(sys.argv[1]), sys.stdin.readline().encode()); time.sleep(99)"
    vnc = Step("vnc", (sys.executable, "-c", script, PIPE), ready=WritesLine(), asks_display=True)
    session = Step("session", ("sleep", "99"))

    async def session_starts_within(seconds: float) -> bool:
        starting = asyncio.ensure_future(processes.start(session, 10))
        done, _ = await asyncio.wait({starting}, timeout=seconds)
        if not done:
            starting.cancel()
            await asyncio.wait({starting})
        return bool(done)

    server = asyncio.ensure_future(processes.start(vnc, 10))
    await asyncio.sleep(0)
    assert not await session_starts_within(0.1), "the server needs the time"
    short = False
    assert await session_starts_within(10), "there is time for both"
    short = True
    processes.use_display(":5")
    await server
    assert await session_starts_within(10), "the server is ready"
    await processes.programs.close()
    await processes.stop()
