"""Desktops start again after their runner was killed, and from directories that a crash of the machine left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.processes import processes_of
from support.traces import assert_used_or_gone
from support.waiting import until
from support.xclient import RfbClient

from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.options import DesktopOptions, Geometry

LONG_AGO = 1_600_000_000.0
"""Seconds since 1970."""


@pytest.fixture
def api(vnc: Any, jp_fetch: Any) -> Api:
    return Api(jp_fetch)


async def test_nothing_of_a_desktop_whose_runner_was_killed_meets_its_next_start(api: Api, runtime: Path) -> None:
    await api("POST", "default", "start")
    display = (await api.until("default", "running"))["display"]
    before = processes_of(runtime / "default")
    (runner,) = (pid for pid, line in processes_of(runtime).items() if " jupyter_vnc_proxy run " in line)
    os.kill(runner, signal.SIGKILL)
    model = await api.until("default", "failed")
    assert (model["error"]["code"], model["display"]) == ("runner-died", None)
    await api("POST", "default", "start")
    model = await api.until("default", "running")
    assert model["error"] is None
    assert not before.keys() & processes_of(runtime / "default").keys()
    if model["display"] != display:
        assert_used_or_gone(display.removeprefix(":"))
    RfbClient(runtime / "default" / "rfb.sock").close()


@pytest.fixture
def stranger() -> Iterator[int]:
    """A process that has nothing to do with desktops."""
    process = subprocess.Popen(["sleep", "1000"])
    yield process.pid
    assert process.poll() is None, "a process that isn't ours was ended"
    process.kill()
    process.wait()


@pytest.fixture
def wreck(runtime: Path, stranger: int) -> Path:
    """What a machine that lost its power leaves: a state, sockets that nobody listens on, stale locks and more."""
    path = runtime / "work"
    path.mkdir(mode=0o700)
    (path / "log").mkdir()
    (path / "owners").mkdir()
    (path / "owners" / str(stranger)).touch()
    (path / "runner.lock").write_text(str(stranger))
    for name in ("rfb.sock", "x11vnc.sock"):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path / name))
    (path / "Xauthority").write_bytes(b"\0" * 51)
    (path / ".desktop.json.new").write_bytes(b'{"name": "wo')
    (path / "log" / "session.log").write_bytes(b"\0\xff" * 1000)
    (path / "notes").mkdir()
    (path / "notes" / "mine.txt").write_text("not a desktop's")
    options = DesktopOptions("tigervnc", session_command=("sleep", "1000"), geometry=Geometry(640, 480))
    state = DesktopState("work", "running", None, "tigervnc", "direct", "command", ":59999", "1111x999")
    (path / "desktop.json").write_text(json.dumps({**vars(state), "options": options.to_json(), "new": "a field"}))
    os.utime(path / "desktop.json", (LONG_AGO, LONG_AGO))
    return path


async def test_a_directory_that_a_crash_left_is_a_desktop_that_starts_again(wreck: Path, api: Api) -> None:
    (model,) = await api("GET")
    assert (model["name"], model["phase"], model["display"]) == ("work", "failed", None)
    assert model["error"]["code"] == "runner-died"
    await api("POST", "work", "start")
    model = await api.until("work", "running")
    assert (model["geometry"], model["error"]) == ("640x480", None)
    assert (wreck / "Xauthority").read_bytes() != b"\0" * 51
    assert not (wreck / "x11vnc.sock").exists()
    assert (wreck / "notes" / "mine.txt").read_text() == "not a desktop's"
    RfbClient(wreck / "rfb.sock").close()
    assert (await api("POST", "work", "stop"))["phase"] == "stopped"
    assert processes_of(wreck) == {}


async def test_such_a_directory_can_be_stopped_and_deleted_as_it_is(wreck: Path, api: Api, runtime: Path) -> None:
    model = await api("POST", "work", "stop")
    assert (model["phase"], model["error"]) == ("stopped", None)
    assert not [name for name in os.listdir(runtime / "work") if name.endswith(".sock")]
    await api("DELETE", "work")
    assert "work" not in os.listdir(runtime)


@pytest.mark.parametrize("left", ["desktop.json", "rfb.sock", "log", "runner.lock", "Xauthority", "run"])
async def test_something_of_another_kind_in_a_place_of_ours_is_told_or_replaced(
    api: Api, runtime: Path, left: str
) -> None:
    """A directory where a file should be, or a file where a directory should be."""
    path = runtime / "default"
    path.mkdir(mode=0o700)
    if left in ("log", "run"):
        (path / left).write_text("a file")
    else:
        (path / left).mkdir()
    answer = await api.raw("POST", "default", "start", raise_error=False)
    if answer.code == 200:
        await until(lambda: json.loads((path / "desktop.json").read_bytes())["phase"] in ("running", "failed"))
        model = await api("GET", "default")
        assert model["phase"] == "running" or model["error"]["message"].endswith(".")
    else:
        assert answer.code in (400, 507)
        assert json.loads(answer.body)["message"].endswith(".")
    await api.raw("POST", "default", "stop", raise_error=False)
    assert processes_of(runtime) == {}
