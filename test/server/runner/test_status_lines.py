"""The reports of a process, from its pipe to desktop.json."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xcffib
import xcffib.xproto
from hypothesis import given
from hypothesis import strategies as st
from support.processes import processes_of
from support.runners import IMPATIENT, Runners
from support.standins import break_engine
from support.waiting import until, wait_until
from support.xclient import RfbClient

from jupyter_vnc_proxy.runner.status_lines import parse_report
from jupyter_vnc_proxy.system.packages import install_command
from jupyter_vnc_proxy.system.pipes import REPORT_LINE
from jupyter_vnc_proxy.system.process import PIPE, REPORTS, Process, ProcessFailed, WritesLine
from jupyter_vnc_proxy.system.x_display import connect

# -- lines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "report"),
    [
        ('{"encoder": "x264 (software), 4:2:0"}', {"encoder": "x264 (software), 4:2:0"}),
        ('{"encoder": null, "notes": ["a", "b"]}', {"encoder": None, "notes": ["a", "b"]}),
        ('{"notes": []}', {"notes": []}),
        ('{"encoder": 7, "notes": ["a", 7], "phase": "failed"}', {"notes": ["a"]}),
        ('{"notes": "a"}', {}),
        ("[]", {}),
        ("nonsense", {}),
        ("[" * 100_000, {}),
    ],
)
def test_what_is_understood_of_a_line_is_reported(line: str, report: dict[str, Any]) -> None:
    assert parse_report(line) == report


@given(st.text())
def test_no_line_is_an_error(line: str) -> None:
    assert isinstance(parse_report(line), dict)


def python(runtime: Path, script: str, *arguments: str) -> tuple[Process, list[str]]:
    lines: list[str] = []
    argv = (sys.executable, "-c", "import os, sys, time\n" + script, *arguments)
    return Process("part", argv, dict(os.environ), runtime / "log", on_report=lines.append), lines


async def test_every_line_of_a_child_is_told_also_after_it_was_ready(runtime: Path) -> None:
    script = "ready, told = map(int, sys.argv[1:])\nos.write(told, b'one\\ntw'); os.write(ready, b'1\\n')\n"
    script += "os.write(told, b'o\\n'); os.write(told, 'Schrägstrich\\n'.encode()); time.sleep(99)"
    child, lines = python(runtime, script, PIPE, REPORTS)
    child.ready = WritesLine()
    assert await child.start(10) == "1"
    await until(lambda: len(lines) == 3)
    assert lines == ["one", "two", "Schrägstrich"]
    await child.stop(1)


async def test_a_line_without_an_end_is_cut_and_the_next_is_told(runtime: Path) -> None:
    script = "told = int(sys.argv[1])\nos.write(told, b'x' * 50000); os.write(told, b'\\nnext\\n'); time.sleep(99)"
    child, lines = python(runtime, script, REPORTS)
    await child.start(10)
    await until(lambda: lines[-1:] == ["next"])
    assert len(lines[0]) <= 2 * REPORT_LINE
    await child.stop(1)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_no_descriptor_is_left_of_a_child_that_ended_or_never_began(runtime: Path) -> None:
    child, lines = python(runtime, "os.write(int(sys.argv[1]), b'bye\\n'); time.sleep(99)", REPORTS)
    before = descriptors()
    await child.start(10)
    await until(lambda: lines == ["bye"])
    await child.stop(1)
    await until(lambda: descriptors() == before)
    nobody = Process("part", ("program", REPORTS), {}, runtime / "log", directory=runtime / "nowhere")
    with pytest.raises(ProcessFailed):
        await nobody.start(10)
    assert descriptors() == before


# -- desktop.json -------------------------------------------------------------------------------------------------


@pytest.fixture
def broken_engine(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = runtime / ".engine"
    directory.mkdir()
    break_engine(directory)
    monkeypatch.setenv("PYTHONPATH", str(directory), prepend=os.pathsep)


@pytest.mark.usefixtures("broken_engine")
def test_a_desktop_that_went_on_with_another_backend_says_why(runners: Runners) -> None:
    run = runners.start(backend="auto")
    state = run.until(phase="running", backend="tigervnc")
    (note,) = state["notes"]
    assert "pixelflux (capture and H.264) can't be loaded: libgbm.so.9 is missing" in note
    assert "apt-get install --no-install-recommends libgbm1 libpixman-1-0 libxkbcommon0" in note
    assert note in run.text()
    assert state["encoder"] is None
    assert run.end() == 0
    assert run.state["notes"] == []


@pytest.mark.usefixtures("broken_engine")
def test_a_desktop_whose_backend_was_named_fails_with_the_reason(runners: Runners) -> None:
    run = runners.start(backend="stream")
    assert run.wait() == 1
    error = run.state["error"]
    assert error["code"] == "program-missing"
    assert "can't be loaded: libgbm.so.9 is missing" in error["message"]
    assert error["fix"] == install_command({"apt": "libgbm1 libpixman-1-0 libxkbcommon0"})


class Onlooker(RfbClient):
    """A viewer that takes H.264 without asking, acknowledges what it has painted, and keeps nothing."""

    RAW, H264, FENCE, CONTINUOUS = 0, 50, -312, -313

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.videos = 0
        self.socket.sendall(struct.pack(">BxH4i", 2, 4, self.H264, self.RAW, self.FENCE, self.CONTINUOUS))
        self.socket.sendall(struct.pack(">BBHHHH", 150, 1, 0, 0, self.width, self.height))
        self.socket.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        try:
            while True:
                kind = self.read(1)[0]
                if kind == 248:
                    flags, length = struct.unpack(">3xIB", self.read(8))
                    self.socket.sendall(struct.pack(">B3xIB", 248, flags & 0x7FFFFFFF, length) + self.read(length))
                    continue
                if kind == 150:  # it knows continuous updates
                    continue
                assert kind == 0, kind
                for _ in range(struct.unpack(">xH", self.read(3))[0]):
                    *_, width, height, encoding = struct.unpack(">HHHHi", self.read(12))
                    if encoding == self.H264:
                        self.videos += 1
                        self.read(struct.unpack(">I4x", self.read(8))[0])
                    else:
                        assert encoding == self.RAW, encoding
                        self.read(width * height * 4)
        except (OSError, AssertionError):
            if self.socket.fileno() >= 0:
                self.socket.close()

    def close(self) -> None:
        self.socket.shutdown(2)
        self._thread.join(10)
        super().close()


@pytest.fixture
def flickering() -> Iterator[Any]:
    """Fills a display with one colour after another until the test ends: much of the screen moves."""
    ended, threads = threading.Event(), []

    def flicker(display: str, xauthority: Path) -> None:
        connection = connect(display, xauthority)
        root = connection.get_setup().roots[0].root
        context = connection.generate_id()
        connection.core.CreateGC(context, root, 0, [])
        colour = 0
        whole = xcffib.xproto.RECTANGLE.synthetic(0, 0, 1280, 720)
        with contextlib.suppress(xcffib.ConnectionException):  # the display may end first
            while not ended.wait(0.015):
                colour = (colour + 0x050B13) & 0xFFFFFF
                connection.core.ChangeGC(context, xcffib.xproto.GC.Foreground, [colour])
                connection.core.PolyFillRectangle(root, context, 1, [whole])
                connection.core.GetInputFocus().reply()
        connection.disconnect()

    def start(display: str, xauthority: Path) -> None:
        threads.append(threading.Thread(target=flicker, args=(display, xauthority)))
        threads[-1].start()

    yield start
    ended.set()
    for thread in threads:
        thread.join(10)


def test_a_desktop_says_what_encodes_its_video_until_the_server_is_a_new_one(runners: Runners, flickering: Any) -> None:
    run = runners.start(backend="stream", command=IMPATIENT)
    state = run.until(phase="running")
    assert (state["encoder"], state["notes"]) == (None, [])
    viewer = Onlooker(run.path / "rfb.sock")
    flickering(state["display"], run.path / "Xauthority")
    encoder = wait_until(lambda: run.state["encoder"])
    wait_until(lambda: viewer.videos)
    assert encoder.endswith(("4:2:0", "4:4:4"))
    assert "software" in encoder or " on " in encoder
    viewer.close()
    assert "video: " + encoder in (run.path / "log" / "vnc.log").read_text()

    server = next(pid for pid, command in processes_of(run.path).items() if "jupyter_vnc_proxy.stream" in command)
    os.kill(server, 9)
    run.until(phase="starting", step="vnc")
    run.until(phase="running", encoder=None)
    assert run.end() == 0
