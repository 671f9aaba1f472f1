"""The runner reports the windows that appear on the display, and when they are closed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.displays import Display
from support.program_windows import Program
from support.runners import Runners
from support.waiting import until, wait_until

from jupyter_vnc_proxy.desktops.windows.report import (
    MAX_LINE_BYTES,
    MAX_TITLE_CHARACTERS,
    MAX_WINDOWS,
    WindowModel,
    clean,
    decode,
    encode,
)
from jupyter_vnc_proxy.runner.windows.reports import WindowReports
from jupyter_vnc_proxy.system.x_clients.windows import Windows

REPORT_SECONDS = 20.0


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


@pytest.fixture
def program(display: Display) -> Iterator[Program]:
    made = Program(display.name, display.xauthority)
    yield made
    made.end()


@pytest.fixture(params=["managed", "unmanaged"])
def managed(request: pytest.FixtureRequest, display: Display) -> Iterator[None]:
    """The display, with a window manager and without one."""
    if request.param == "unmanaged":
        yield
        return
    with window_manager(display):
        yield


@contextlib.contextmanager
def window_manager(display: Display) -> Iterator[None]:
    manager = subprocess.Popen(["openbox"], env=display.environment(), stderr=subprocess.DEVNULL)
    windows = Windows(display.name, display.xauthority)
    try:
        wait_until(lambda: windows._manages("_NET_CLIENT_LIST"))
        yield
    finally:
        windows.close()
        manager.terminate()
        manager.wait(10)


class Reader:
    """Reads reports from a socket."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self.last: list[WindowModel] = []

    async def next(self) -> list[WindowModel]:
        line = await asyncio.wait_for(self._reader.readline(), REPORT_SECONDS)
        assert line, "the reports have ended"
        self.last = decode(line)
        return self.last

    async def titles(self, *wanted: str) -> list[WindowModel]:
        """Wait until the windows with these titles are open."""
        while [each["title"] for each in self.last] != list(wanted):
            await self.next()
        return self.last


@contextlib.asynccontextmanager
async def reports(display: Display, runtime: Path) -> AsyncIterator[Reader]:
    path = runtime / "win.sock"
    made = WindowReports("work", path)
    made.open(display.name, display.xauthority)
    try:
        await until(path.exists)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        reader, writer = await asyncio.open_unix_connection(path, limit=MAX_LINE_BYTES)
        found = Reader(reader)
        await found.next()
        yield found
        writer.close()
    finally:
        await made.close()


@pytest.mark.parametrize("turns", range(6))
async def test_it_ends_while_it_writes_a_report(display: Display, runtime: Path, turns: int) -> None:
    made = WindowReports("work", runtime / "win.sock")
    made.open(display.name, display.xauthority)
    await until((runtime / "win.sock").exists)
    reader, writer = await asyncio.open_unix_connection(runtime / "win.sock")
    await Reader(reader).next()
    made.update({})
    for _ in range(turns):
        await asyncio.sleep(0)
    _, left = await asyncio.wait({asyncio.ensure_future(made.close())}, timeout=REPORT_SECONDS)
    writer.close()
    assert not left


async def test_windows_are_reported_when_they_appear_and_when_they_close(
    display: Display, program: Program, runtime: Path, managed: None
) -> None:
    async with reports(display, runtime) as reader:
        first = program.open("Figure 1")
        (window,) = await reader.titles("Figure 1")
        assert window == {**window, "application": "Gnuplot", "dialog": False, "urgent": False}
        program.open("Password", kind="DIALOG", urgent=True)
        _, question = await reader.titles("Figure 1", "Password")
        assert (question["dialog"], question["urgent"]) == (True, True)
        assert question["number"] > window["number"]
        program.close(first)
        assert await reader.titles("Password") == [question]
        program.open("Save changes?", parent=program.open("Editor"))
        assert (await reader.titles("Password", "Editor", "Save changes?"))[2]["dialog"]


async def test_what_is_no_programs_window_is_not_reported(
    display: Display, program: Program, runtime: Path, managed: None
) -> None:
    async with reports(display, runtime) as reader:
        for kind in ("DOCK", "DESKTOP", "SPLASH", "NOTIFICATION", "TOOLTIP", "DROPDOWN_MENU"):
            program.open(kind, kind=kind)
        program.open("a menu", override_redirect=True)
        program.open("A window")
        await reader.next()
        assert [each["title"] for each in reader.last] == ["A window"]


async def test_many_windows_make_few_reports_of_the_newest(display: Display, program: Program, runtime: Path) -> None:
    with window_manager(display):
        async with reports(display, runtime) as reader:
            seen = 0
            for number in range(MAX_WINDOWS + 10):
                program.open(f"Figure {number}")
            while not reader.last or reader.last[-1]["title"] != f"Figure {MAX_WINDOWS + 9}":
                await reader.next()
                seen += 1
            assert seen < MAX_WINDOWS
            assert len(reader.last) <= MAX_WINDOWS


async def test_a_window_manager_that_starts_later_or_ends_hides_no_window(
    display: Display, program: Program, runtime: Path
) -> None:
    async with reports(display, runtime) as reader:
        program.open("before")
        before = await reader.titles("before")
        with window_manager(display):
            program.open("meanwhile")
            meanwhile = await reader.titles("before", "meanwhile")
            assert meanwhile[0] == before[0], "it has not appeared again"
        program.open("afterwards")
        while reader.last[-1]["title"] != "afterwards":
            await reader.next()
        assert reader.last[-1]["number"] > meanwhile[1]["number"]


def test_a_title_is_one_short_line_without_invisible_characters() -> None:
    assert clean("  a\nb\tc\x1b[31m\u202eexe.\u2066 ü ", 120) == "a b c [31m exe. ü"
    assert clean("Figure \x1b%G✓\x1b%@ 4", 120) == "Figure ✓ 4"
    assert clean("x" * 10_000, 120) == "x" * 119 + "…"
    assert clean("\0" * 10_000, 120) == ""


def test_the_largest_report_fits_in_a_line() -> None:
    title = "\U0001f600" * MAX_TITLE_CHARACTERS
    window: WindowModel = {"number": 1 << 50, "title": title, "application": title, "dialog": False, "urgent": False}
    line = encode([window] * 2 * MAX_WINDOWS)
    assert len(line) < MAX_LINE_BYTES
    assert len(decode(line)) == MAX_WINDOWS


@pytest.mark.parametrize("line", [b"{", b"{}", b"[1]", b"[{}]", b'[{"number": "1"}]', b'[{"number": true}]'])
def test_a_report_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        decode(line)


def test_a_report_is_checked_whoever_has_written_it() -> None:
    line = json.dumps([{"number": 2, "title": "a\nb", "more": 1, "dialog": "yes"}, {"number": 1}]).encode()
    first, second = decode(line)
    assert (first["number"], first["title"], first["application"]) == (1, "", "")
    assert second == {"number": 2, "title": "a b", "application": "", "dialog": False, "urgent": False}


@pytest.mark.parametrize("backend", ["tigervnc", "stream", "x11vnc"])
def test_a_desktop_reports_its_windows(runners: Runners, backend: str) -> None:
    run = runners.start(backend=backend, session=("openbox",))
    display = run.until(phase="running", step=None)["display"]
    program = Program(display, run.path / "Xauthority")

    async def read() -> WindowModel:
        reader, writer = await asyncio.open_unix_connection(run.path / "win.sock", limit=MAX_LINE_BYTES)
        (window,) = await Reader(reader).titles("Figure 1")
        writer.close()
        return window

    program.open("Figure 1")
    assert asyncio.run(read())["application"] == "Gnuplot"
    program.end()
    assert run.end() == 0
    assert not (run.path / "win.sock").exists()
