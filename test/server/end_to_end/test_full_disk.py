"""A full disk: failures are explained, no process is left, and running desktops keep running."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.processes import processes_of
from support.standins import BANNER
from support.waiting import until
from support.xclient import RfbClient

PAGE = os.sysconf("SC_PAGE_SIZE")


class Disk:
    """A file system of one megabyte, in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / ".ballast"

    def fill(self, free_pages: int = 0) -> None:
        """Leave room for so many pages and no more."""
        with open(self._ballast, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(PAGE))
            except OSError as error:
                assert error.errno == errno.ENOSPC
            file.truncate(file.tell() // PAGE * PAGE - free_pages * PAGE)
        status = os.statvfs(self.path)
        assert status.f_bavail * status.f_frsize == free_pages * PAGE

    def clear(self) -> None:
        """Make room again."""
        self._ballast.unlink()


@pytest.fixture
def disk(runtime: Path) -> Iterator[Disk]:
    """A small disk for the desktops' directories; only root may mount one."""
    path = runtime / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "none", path], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield Disk(path)
    subprocess.run(["umount", "--lazy", path], check=True)


@pytest.fixture
def vnc_traits(disk: Disk) -> dict[str, Any]:
    return {"runtime_dir": str(disk.path)}


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


async def test_a_start_on_a_full_disk_is_refused_and_works_once_there_is_room(
    api: Api, disk: Disk, runtime: Path
) -> None:
    disk.fill()
    for action in (("POST", "default", "start"), ("POST",)):
        error = await api.refused(507, *action)
        assert (error["code"], error["fix"]) == ("disk", "df -h ~ /tmp")
        assert "No space left on device" in error["message"]
    assert processes_of(runtime) == {}
    disk.clear()
    await api("POST", "default", "start")
    await api.until("default", "running")


async def test_with_little_room_a_start_succeeds_or_says_why_not(api: Api, disk: Disk, runtime: Path) -> None:
    reached = []
    for pages in range(1, 8):
        disk.fill(pages)
        await api("POST", "default", "start")
        model = await settled(api)
        reached.append(model["phase"])
        if model["phase"] == "failed":
            assert model["error"]["code"] == "disk-full"
            assert model["error"]["fix"] == "df -h ~ /tmp"
            await until(lambda: not processes_of(runtime), what=f"nothing runs, after {pages} free pages")
        await api("DELETE", "default")
        assert processes_of(runtime) == {}
        disk.clear()
        assert os.listdir(disk.path) == []
    assert (reached[0], reached[-1]) == ("failed", "running")


async def settled(api: Api) -> dict[str, Any]:
    """Wait until the default desktop runs or failed, and return its model."""
    deadline = time.monotonic() + 60
    while (model := await api("GET", "default"))["phase"] == "starting":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    return dict(model)


async def test_a_desktop_that_runs_does_not_mind_and_can_be_stopped(api: Api, disk: Disk, runtime: Path) -> None:
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    disk.fill()
    assert await api("GET") == [model]
    viewer = RfbClient(disk.path / "default" / "rfb.sock")
    assert viewer.banner == BANNER
    viewer.ask_for_updates()
    viewer.set_size(900, 700)
    assert viewer.read(1) == b"\0", "an update"
    viewer.close()
    assert (await api("POST", "default", "keep"))["phase"] == "running"
    stopped = await api("POST", "default", "stop")
    assert stopped["phase"] == "stopped"
    await until(lambda: not processes_of(runtime))
    disk.clear()
    assert (await api("GET", "default"))["phase"] == "stopped"
