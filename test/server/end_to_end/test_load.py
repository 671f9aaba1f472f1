"""Many desktops at once, and many viewers in turn; the resources they take are written with the results."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.processes import processes_of, running
from support.standins import BANNER
from support.waiting import until

DESKTOPS = 20
VISITS = 200

Record = Callable[[str, object], None]


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


def proportional_megabytes(pids: list[int]) -> float:
    """Return the memory of processes, with what they share divided among those that share it (PSS; proc(5))."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total / 1024


async def test_twenty_desktops_start_are_seen_and_stop_at_once(
    api: Api, runtime: Path, jp_ws_fetch: Any, record_testsuite_property: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"desktop-{number:02}" for number in range(DESKTOPS)]
    began = time.monotonic()
    await asyncio.gather(*(api("POST", body={"name": name}) for name in names))
    await asyncio.gather(*(api.until(name, "running") for name in names))
    started = time.monotonic() - began

    models = await api("GET")
    assert [model["name"] for model in models] == names
    assert len({model["display"] for model in models}) == DESKTOPS
    megabytes = proportional_megabytes(list(processes_of(runtime))) / DESKTOPS

    viewers = await asyncio.gather(*(jp_ws_fetch("api", "desktops", name, "rfb") for name in names))
    assert await asyncio.gather(*(viewer.read_message() for viewer in viewers)) == [BANNER] * DESKTOPS
    assert [model["clients"] for model in await api("GET")] == [1] * DESKTOPS

    began = time.monotonic()
    await asyncio.gather(*(api("POST", name, "stop") for name in names))
    stopped = time.monotonic() - began
    assert processes_of(runtime) == {}
    assert {model["phase"] for model in await api("GET")} == {"stopped"}
    for viewer in viewers:
        while await viewer.read_message() is not None:
            pass
        viewer.close()
        assert viewer.close_code == 4410

    cost = {"all_running_s": started, "megabytes_each": megabytes, "all_stopped_s": stopped}
    for what, value in cost.items():
        record_testsuite_property(what, round(value, 2))
    with capsys.disabled():
        print(f"\n{DESKTOPS} desktops: " + ", ".join(f"{what} {value:.2f}" for what, value in cost.items()))


async def test_viewers_that_come_and_go_leave_no_file_task_or_process(
    api: Api, vnc: Any, runtime: Path, jp_ws_fetch: Any
) -> None:
    await api("POST", "default", "start")
    await api.until("default", "running")

    async def visit() -> None:
        viewer = await jp_ws_fetch("api", "desktops", "default", "rfb")
        assert await viewer.read_message() == BANNER
        await viewer.write_message(BANNER, binary=True)
        assert await viewer.read_message() == b"\1\1"
        await viewer.write_message(b"\1\1", binary=True)
        assert (await viewer.read_message())[:4] == bytes(4), "no password is asked for"
        viewer.close()
        await until(lambda: vnc.manager.clients("default") == 0)

    # The session comes last; before that its processes are still becoming what they are to be.
    await until(lambda: running(runtime, "sleep 1000"))
    servers = processes_of(runtime)

    def open_files() -> dict[int, int]:
        return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), *servers)}

    for _ in range(3):  # the last visitor may still be on the way out
        await visit()
    files, tasks = open_files(), len(asyncio.all_tasks())
    for _ in range(VISITS):
        await visit()
    await until(lambda: len(asyncio.all_tasks()) <= tasks, what="no task is left")
    await until(lambda: all(count <= files[pid] for pid, count in open_files().items()), what="no file is left")
    assert processes_of(runtime) == servers
