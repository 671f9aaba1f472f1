"""Recordings of real desktops, through the REST API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api
from support.recordings import draw_noise, play
from support.rest import SPECIFICATION, complaints
from support.sharing import Desk
from support.waiting import until
from support.windows import COLOUR, LOOK, WINDOW

from jupyter_vnc_proxy.desktops.model import invited_model

SCHEMAS = SPECIFICATION["components"]["schemas"]

OTHER = "2060e0"
OTHER_LOOK = (420, 320)
"""The colour of a second window, and a place within it."""

SESSION = {"session_command": list(WINDOW)}
STREAM = {"backend": "stream", **SESSION}


@pytest.fixture
def second_window(desk: Desk) -> Iterator[Any]:
    """Shows another window."""
    windows = []

    def show() -> None:
        env = {"DISPLAY": desk.model["display"], "XAUTHORITY": desk.model["xauthority"], "PATH": "/usr/bin:/bin"}
        argv = [sys.executable, WINDOW[1], OTHER, "240x160+400+300"]
        window = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)
        windows.append(window)
        assert window.stdout is not None
        while window.stdout.readline() != "shown\n":
            assert window.poll() is None

    yield show
    for window in windows:
        window.kill()
        window.communicate()


async def ended(api: Api, desk: Desk) -> Any:
    """Wait until the recording has ended by itself; return how."""
    await until(lambda: desk.model["recording"] is None)
    status = await api("GET", "default", "recording")
    assert complaints(SCHEMAS["RecordingStatus"], status) == []
    return status["last"]


@pytest.mark.parametrize(
    ("vnc_traits", "name", "codec"),
    [
        (STREAM, "a.mp4", "h264"),
        ({"backend": "tigervnc", **SESSION}, "ü b.webm", "vp9"),
        ({"backend": "x11vnc", **SESSION}, "a.mp4", "h264"),
    ],
)
async def test_a_desktop_is_recorded_without_the_pauses(
    desk: Desk, api: Api, jp_root_dir: Path, jp_fetch: Any, second_window: Any, name: str, codec: str
) -> None:
    (jp_root_dir / "sub").mkdir()
    recording = await api("POST", "default", "recording", body={"path": f"sub/{name}"})
    assert complaints(SCHEMAS["Recording"], recording) == []
    assert desk.model["recording"]["path"] == f"sub/{name}"
    assert invited_model(desk.model)["recording"] == {**desk.model["recording"], "path": ""}
    contents = json.loads((await jp_fetch("api", "contents", "sub")).body)
    assert contents["content"] == [], "Jupyter doesn't list what is not whole"
    await until(lambda: desk.model["recording"]["seconds"] > 0)
    paused = await api("POST", "default", "recording", "pause")
    assert paused["paused"]
    assert desk.model["recording"] == paused
    second_window()
    resumed = await api("POST", "default", "recording", "resume")
    assert not resumed["paused"]
    assert resumed["seconds"] >= paused["seconds"]
    await until(lambda: desk.model["recording"]["seconds"] > resumed["seconds"])
    end = await api("POST", "default", "recording", "stop")
    assert complaints(SCHEMAS["EndedRecording"], end) == []
    file = jp_root_dir / "sub" / name
    assert (end["path"], end["error"], end["bytes"]) == (f"sub/{name}", None, file.stat().st_size)
    assert os.listdir(file.parent) == [name]
    assert desk.model["recording"] is None
    played = play(file)
    assert played.codec == codec
    assert played.shows(0, LOOK, COLOUR)
    assert not played.shows(0, OTHER_LOOK, OTHER)
    assert played.shows(-1, OTHER_LOOK, OTHER)
    assert played.times == sorted(set(played.times))
    assert played.times[-1] == pytest.approx(end["seconds"], abs=0.01)
    assert await api("POST", "default", "recording", "stop") == end, "a second stop says the same"


@pytest.mark.parametrize("vnc_traits", [STREAM])
async def test_what_cannot_be_recorded_is_said(
    desk: Desk, api: Api, jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jp_root_dir / "there.mp4").touch()

    async def refused(status: int, **body: Any) -> Any:
        return (await api.refused(status, "POST", "default", "recording", body=body))["code"]

    assert await refused(409, path="there.mp4") == "file-exists"
    assert await refused(403, path="../a.mp4") == "outside-tree"
    assert await refused(404, path="nothing/a.mp4") == "no-such-file"
    assert await refused(400, path="there.mp4/a.mp4") == "not-a-folder"
    for path in ("a.avi", ".a.mp4", "", ".mp4", "a.mp4~"):
        assert await refused(400, path=path) == "bad-file-name"
    assert await refused(400) == "bad-field"
    assert await refused(400, path="a\0.mp4") == "bad-file-name"
    for verb in ("pause", "resume", "stop"):
        assert (await api.refused(409, "POST", "default", "recording", verb))["code"] == "not-recorded"
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.recordings.requirements.MODULES", ("av", "no_such_module"))
    problem = (await api("GET", "default", "recording"))["problem"]
    assert problem["code"] == "recording-not-installed"
    assert "no_such_module" in problem["message"]
    assert "jupyter-vnc-proxy[recording]" in problem["fix"]
    await api("POST", "default", "stop")
    assert await refused(409, path="a.mp4") == "not-running"
    assert os.listdir(jp_root_dir) == ["there.mp4"]


@pytest.mark.parametrize("vnc_traits", [STREAM])
async def test_a_desktop_has_one_recording_at_a_time(desk: Desk, api: Api) -> None:
    await api("POST", "default", "recording", body={"path": "a.mp4"})
    error = await api.refused(409, "POST", "default", "recording", body={"path": "b.mp4"})
    assert error["code"] == "already-recorded"
    assert (await api("GET", "default", "recording"))["problem"]["code"] == "already-recorded"
    await api("POST", "default", "recording", "stop")
    await api("POST", "default", "recording", body={"path": "b.mp4"})
    assert (await api("POST", "default", "recording", "stop"))["path"] == "b.mp4"


@pytest.mark.parametrize("vnc_traits", [{**STREAM, "recording": False}])
async def test_the_administrator_can_turn_it_off(desk: Desk, api: Api) -> None:
    error = await api.refused(403, "POST", "default", "recording", body={"path": "a.mp4"})
    assert error["code"] == "recording-off"
    assert (await api("GET", "default", "recording"))["problem"] == error


@pytest.mark.parametrize(
    ("vnc_traits", "code"),
    [
        ({**STREAM, "max_recording_time": 0.2}, "recording-too-long"),
        ({**STREAM, "max_recording_size": 1}, "recording-too-large"),
    ],
)
async def test_the_administrator_limits_it(desk: Desk, api: Api, jp_root_dir: Path, code: str) -> None:
    await api("POST", "default", "recording", body={"path": "a.mp4"})
    end = await ended(api, desk)
    assert (end["path"], end["error"]["code"]) == ("a.mp4", code)
    assert play(jp_root_dir / "a.mp4").shows(-1, LOOK, COLOUR)


@pytest.mark.parametrize("vnc_traits", [STREAM])
async def test_the_file_is_kept_if_the_desktop_or_the_server_ends(
    desk: Desk, api: Api, vnc: Any, jp_root_dir: Path
) -> None:
    await api("POST", "default", "recording", body={"path": "server.mp4"})
    await vnc.recordings.close()
    assert (await ended(api, desk))["error"]["code"] == "server-stopped"
    await api("POST", "default", "recording", body={"path": "desktop.mp4"})
    await api("POST", "default", "stop")
    end = await ended(api, desk)
    assert (end["path"], end["error"]["code"]) == ("desktop.mp4", "desktop-stopped")
    for name in ("server.mp4", "desktop.mp4"):
        assert play(jp_root_dir / name).shows(0, LOOK, COLOUR)


@pytest.mark.parametrize(("vnc_traits", "name"), [(STREAM, "a.mp4"), (STREAM, "a.webm")])
async def test_the_file_is_kept_if_the_program_is_killed(
    desk: Desk, api: Api, vnc: Any, jp_root_dir: Path, name: str
) -> None:
    recording = await api("POST", "default", "recording", body={"path": name})
    await until(lambda: desk.model["recording"]["bytes"] > 2 * recording["bytes"])  # a fragment, which has a second
    (process,) = vnc.recordings._processes.values()
    process._process.kill()
    await until(lambda: process.ended is not None)
    end = await ended(api, desk)
    assert (end["path"], end["error"]["code"]) == (name, "recorder-failed")
    assert "recording" in end["error"]["message"]
    assert os.listdir(jp_root_dir) == [name]
    assert play(jp_root_dir / name).shows(0, LOOK, COLOUR)


@pytest.fixture
def small_disk(jp_root_dir: Path) -> Iterator[Path]:
    """A folder of the tree that has room for a megabyte; only root may mount one."""
    path = jp_root_dir / "small"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", path], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield path
    subprocess.run(["umount", "--lazy", path], check=True)


@pytest.mark.parametrize(("vnc_traits", "name"), [(STREAM, "a.mp4"), (STREAM, "a.webm")])
async def test_a_full_disk_ends_it_with_a_file_that_can_be_played(
    desk: Desk, api: Api, small_disk: Path, name: str
) -> None:
    model = desk.model
    await api("POST", "default", "recording", body={"path": f"small/{name}"})

    def has_ended() -> bool:
        draw_noise(model["display"], desk.path / "Xauthority")
        return desk.model["recording"] is None

    await until(has_ended)
    end = await ended(api, desk)
    assert (end["path"], end["error"]["code"]) == (f"small/{name}", "disk-full")
    assert os.listdir(small_disk) == [name]
    assert end["bytes"] == (small_disk / name).stat().st_size
    assert play(small_disk / name).shows(0, LOOK, COLOUR)


def fill(file: Path) -> None:
    """Leave no room on the file's disk."""
    with open(file, "wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(bytes(4096))


@pytest.mark.parametrize("vnc_traits", [STREAM])
async def test_without_any_room_there_is_no_file(desk: Desk, api: Api, small_disk: Path) -> None:
    fill(small_disk / "ballast")
    error = await api.refused(507, "POST", "default", "recording", body={"path": "small/a.mp4"})
    assert error["code"] == "disk-full"
    assert desk.model["recording"] is None
    assert os.listdir(small_disk) == ["ballast"]
