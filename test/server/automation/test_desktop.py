"""A desktop that a program drives: looked at, clicked, typed into; its windows, programs and clipboard."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support import xclip
from support.driven import driven, read
from support.framebuffer_client import FramebufferClient
from support.waiting import LONG_SECONDS, wait_until

from jupyter_vnc_proxy import AsyncDesktop, Desktop
from jupyter_vnc_proxy.automation import lifecycle
from jupyter_vnc_proxy.errors import Conflict, InvalidOption, StartFailed, TimedOut, UnknownDesktop

TEXT = 'Hello "world": äöüß ñ € ш 漢\t~`'

COLOUR = (0xE0, 0xA0, 0x20)

WINDOW = (sys.executable, str(Path(__file__).parents[2] / "ui" / "xwindow.py"), "e0a020", "240x160+40+40")
"""A window of one colour at that place, which prints its keys."""

INPUT_LOG = (sys.executable, str(Path(__file__).parents[2] / "ui" / "inputlog.py"))
"""A window over the whole screen, which prints what the pointer does."""


def env(desktop: Desktop) -> dict[str, str]:
    model = desktop.model()
    return {"DISPLAY": str(model["display"]), "XAUTHORITY": model["xauthority"], "PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("desktop", ["tigervnc", "stream"], indirect=True)  # x11vnc loses keys on a busy machine
def test_what_is_typed_reaches_the_program_whatever_the_layout_has(desktop: Desktop, tmp_path: Path) -> None:
    window = desktop.activate(desktop.wait_for_window("first", timeout=LONG_SECONDS))
    desktop.click(window.area.x + 20, window.area.y + 20)
    desktop.type(f"cat > {tmp_path}/out\n{TEXT}\n")
    desktop.press("ctrl+d")
    wait_until(lambda: read(tmp_path / "out"), what="a text in the file")
    assert read(tmp_path / "out") == f"{TEXT}\n"
    desktop.type(f"touch {tmp_path}/X", interval=0.01)
    desktop.press("BackSpace", "shift+y", "Return")
    wait_until((tmp_path / "Y").exists, what="a file that the shell makes")


def test_windows_are_listed_activated_placed_and_closed(desktop: Desktop, tmp_path: Path) -> None:
    first = desktop.wait_for_window(re.compile("^first$"), timeout=LONG_SECONDS)
    process = desktop.run(["xterm", "-T", "Second Window", "-e", f"env > {tmp_path}/env; sleep 1000"])
    second = desktop.wait_for_window("second w", application="xterm", timeout=LONG_SECONDS)
    assert (second.application, second.pid, second.title) == ("XTerm", process.pid, "Second Window")
    assert [each.id for each in desktop.windows()] == [first.id, second.id]
    assert desktop.activate(first).is_active
    assert not desktop.window(second).is_active
    placed = desktop.place(second, 100, 120, 300, 200)
    assert placed.area == (100, 120, 300, 200)
    assert placed.frame.y < 120 and placed.frame.height > 200
    moved = desktop.place(placed, x=110)
    assert moved.area == (110, 120, 300, 200)
    assert desktop.screenshot(window=moved).size == moved.frame[2:]

    variables = dict(line.split("=", 1) for line in read(tmp_path / "env").splitlines() if "=" in line)
    model = desktop.model()
    assert variables["DISPLAY"] == model["display"]
    assert variables["XAUTHORITY"] == model["xauthority"]
    assert variables["DBUS_SESSION_BUS_ADDRESS"]
    assert "DBUS_STARTER_ADDRESS" not in variables

    desktop.close_window(second, timeout=LONG_SECONDS)
    process.wait(LONG_SECONDS)
    with pytest.raises(Conflict, match="closed"):
        desktop.activate(second)


@pytest.mark.parametrize("backend", ["tigervnc", "stream", "x11vnc"])
def test_a_drag_holds_the_button_on_its_way(runtime: Path, backend: str) -> None:
    with driven(backend, INPUT_LOG) as desktop:
        log = runtime / "driven" / "log" / "session.log"
        wait_until(lambda: "shown" in read(log), LONG_SECONDS, "the window")
        desktop.drag((50, 60), (290, 180))
        wait_until(lambda: "release 1 290 180" in read(log), what="the release")
        lines = read(log).splitlines()
        during = lines[lines.index("press 1 50 60 0") + 1 : lines.index("release 1 290 180 0")]
        assert [each.split()[0] for each in during] == ["move"] * len(during)
        assert {"move 70 70", "move 170 120", "move 290 180"} <= set(during)


def test_the_clipboard_has_any_text_and_is_another_programs_once_that_copies(desktop: Desktop) -> None:
    assert desktop.get_clipboard() == ""
    paste = ["xclip", "-o", "-selection", "clipboard"]
    for text in ("grün ш 漢\n", "", "long " * 200_000):
        desktop.set_clipboard(text)
        assert desktop.get_clipboard() == text
        pasted = subprocess.run(paste, env=env(desktop), capture_output=True, check=True, timeout=LONG_SECONDS).stdout
        assert pasted.decode() == text
    xclip.copy(env(desktop)["DISPLAY"], Path(env(desktop)["XAUTHORITY"]), "köpiert".encode())
    assert desktop.get_clipboard() == "köpiert", "the other program's text"


@pytest.mark.parametrize("backend", ["tigervnc", "x11vnc"])
def test_a_click_and_the_wheel_arrive_at_their_point_and_areas_are_seen(runtime: Path, backend: str) -> None:
    with driven(backend, WINDOW) as desktop:
        log = runtime / "driven" / "log" / "session.log"
        wait_until(lambda: "shown" in read(log), LONG_SECONDS, "the window")
        assert desktop.size() == (800, 600)
        wait_until(lambda: desktop.screenshot().getpixel((60, 60)) == COLOUR, what="its colour")
        area = desktop.screenshot((40, 40, 240, 160))
        assert area.size == (240, 160)
        assert area.getcolors() == [(240 * 160, COLOUR)]
        assert desktop.screenshot((30, 40, 20, 1)).getcolors(2) is not None
        desktop.click(20, 20)
        desktop.scroll(60, 60, down=2)
        wait_until(lambda: read(log).count("clicked") == 2, what="two steps of the wheel, and no click beside it")
        desktop.move(70, 70)
        desktop.click(count=2)
        wait_until(lambda: read(log).count("clicked") == 4, what="two clicks")
        desktop.press("F5")
        wait_until(lambda: "0xffc2" in read(log), what="the key")


def test_a_viewer_keeps_its_size_its_connection_and_its_clipboard(runtime: Path) -> None:
    with driven("tigervnc") as desktop:
        viewer = FramebufferClient(runtime / "driven" / "rfb.sock")
        viewer.set_size(900, 700)
        viewer.until(lambda: viewer.size == (900, 700), "its own size")
        desktop.click(850, 650)
        assert desktop.size() == (900, 700)
        desktop.type("x")
        desktop.screenshot()
        assert viewer.clipboard == []
        desktop.set_clipboard("for all")
        viewer.until(lambda: viewer.clipboard == ["for all"], "the text that was asked for")
        assert viewer.size == (900, 700)
        desktop.close()
        viewer.until(lambda: viewer.pixel(10, 10) != "", "it is still connected")
        viewer.close()


def test_it_is_still_when_nothing_moves_and_a_caret_does_not_count(runtime: Path) -> None:
    moving = "while :; do date +%N; sleep 0.02; done"
    command = ("sh", "-c", f"exec xterm -fn fixed -T moving -e '{moving}'")
    with driven("tigervnc", command) as desktop:
        window = desktop.wait_for_window("moving", timeout=LONG_SECONDS)
        with pytest.raises(TimedOut, match="still changes after 1 s"):
            desktop.wait_still(0.5, timeout=1.0)
        desktop.wait_still(0.5, area=(700, 500, 100, 100), timeout=LONG_SECONDS)
        assert desktop.windows()[0].id == window.id  # also without a window manager
        assert desktop.place(window, 5, 6, 300, 200).area == (5, 6, 300, 200)


def test_bad_input_is_refused_with_a_clear_error(runtime: Path) -> None:
    with driven("tigervnc", ("sleep", "1000")) as desktop:
        for call, message in (
            (lambda: desktop.click(800, 5), r"\(800, 5\) is outside of the screen, which has 800x600"),
            (lambda: desktop.drag((1, 1), (1, -1)), "outside of the screen"),
            (lambda: desktop.press("ctrl+retrun"), "no key named 'retrun'. Did you mean 'Return'"),
            (lambda: desktop.press(""), "names no keys"),
            (lambda: desktop.type("a\x00"), r"U\+0000 cannot be typed"),
            (lambda: desktop.click(1, 1, button="fourth"), "left, middle, right"),  # type: ignore[arg-type]
            (lambda: Desktop.connect("driven").click(), "where to click"),
            (lambda: desktop.screenshot((0, 0, 801, 1)), "not within the screen"),
            (lambda: desktop.run("xterm -e top"), "list of words"),
            (lambda: desktop.run(["no-such-program"]), "could not be started"),
            (lambda: Desktop.start("driven-2", geometry="800"), "WIDTHxHEIGHT"),
        ):
            with pytest.raises(InvalidOption, match=message):
                call()
        with pytest.raises(TimedOut, match=r"no window with 'Editor' in its title after 0\.1 s; the windows are: none"):
            desktop.wait_for_window("Editor", timeout=0.1)
        with pytest.raises(Conflict, match="options cannot change"):
            Desktop.start("driven", geometry="900x600")


def test_it_is_started_listed_found_and_stopped(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownDesktop, match="no desktop named 'driven'"):
        Desktop.connect("driven")
    with monkeypatch.context() as patch, pytest.raises(StartFailed):
        patch.setattr(lifecycle, "SETTLE_SECONDS", LONG_SECONDS)  # so long may it take to end on a busy machine
        Desktop.start("broken", backend="tigervnc", command=["false"])
    with driven("tigervnc", ("sleep", "1000")) as desktop:
        assert [(each["name"], each["phase"]) for each in Desktop.list()] == [
            ("broken", "failed"),
            ("driven", "running"),
        ]
        with Desktop.start("driven") as same:
            assert same.model()["display"] == desktop.model()["display"]
        with pytest.raises(RuntimeError, match="closed"):
            same.size()
        other = Desktop.connect("driven")
        desktop.stop()
        for call in (other.size, other.screenshot, other.windows, other.get_clipboard, lambda: other.run(["true"])):
            with pytest.raises(Conflict, match="stopped, not running"):
                call()
        again = Desktop.start("driven")
        other.click(5, 5)  # by a new connection
        other.close()
        again.stop(remove=True)
        assert [each["name"] for each in Desktop.list()] == ["broken"]


def test_input_counts_as_activity(runtime: Path) -> None:
    with driven("tigervnc", ("sleep", "1000")) as desktop:
        before = desktop.model()["last_activity"]
        desktop.move(5, 5)
        assert desktop.model()["last_activity"] > before


def test_the_asynchronous_face_does_the_same_and_blocks_nobody(runtime: Path) -> None:
    async def main() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        async with await AsyncDesktop.start("driven", backend="stream", command=["xterm", "-T", "first"]) as desktop:
            window = await desktop.wait_for_window("first", timeout=LONG_SECONDS)
            typing = (desktop.click(window.area.x + 9, window.area.y + 9), desktop.press("a"), desktop.type("b"))
            await asyncio.gather(*typing)
            await desktop.set_clipboard("text")
            assert await desktop.get_clipboard() == "text"
            assert (await desktop.screenshot()).size == await desktop.size()
            await desktop.stop()
        ticking.cancel()
        assert ticks > 10

    asyncio.run(main())


def test_an_interrupted_call_leaves_nothing_pressed_and_closing_leaves_no_thread(runtime: Path) -> None:
    before = set(threading.enumerate())
    with driven("tigervnc", WINDOW) as desktop:
        desktop.set_clipboard("text")
        assert {each.name for each in set(threading.enumerate()) - before} >= {"vnc-desktop", "vnc-clipboard"}
        desktop.close()
        desktop.close()
        left = set(threading.enumerate()) - before
        assert not [each for each in left if each.name in ("vnc-desktop", "vnc-clipboard")], time.monotonic()


def test_neither_the_runner_nor_the_server_loads_it() -> None:
    code = (
        "import sys, jupyter_vnc_proxy.runner.runner, jupyter_vnc_proxy.server.app; "
        "print([each for each in sys.modules if each.startswith(('PIL', 'numpy', 'IPython')) or '.automation' in each])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
