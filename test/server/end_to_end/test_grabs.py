"""A program that grabs the X server stops no viewer: it may wait for that viewer's key or button."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

import pytest
import xcffib.xproto
from support.at_rest import at_rest
from support.framebuffer_client import LEFT, FramebufferClient
from support.processes import processes_of
from support.runners import Run, Runners
from support.stream import grabber
from support.waiting import wait_until
from support.windows import x_environment

from jupyter_vnc_proxy.system.x_display import connect

pytestmark = pytest.mark.alone


def next_line(output: IO[str], screen: FramebufferClient) -> str:
    """Return a program's next line, and follow the screen meanwhile."""
    import select

    screen.until(lambda: select.select([output], [], [], 0)[0], "the program goes on")
    return output.readline().strip()


@contextlib.contextmanager
def ended(program: subprocess.Popen[str]) -> Iterator[None]:
    """End a program in any case, which would wait for its key for ever."""
    try:
        yield
    finally:
        program.kill()


@pytest.mark.parametrize("backend", ["stream", "tigervnc", "x11vnc"])
def test_a_key_reaches_a_program_that_has_grabbed_the_server_and_drawn(runners: Runners, backend: str) -> None:
    run = runners.start(backend=backend)
    state = run.until(phase="running", step=None)
    screen = FramebufferClient(run.path / state["raw_socket"])
    screen.until(lambda: screen.pixel(10, 10) == "2e3440", "the screen is seen")
    argv = [sys.executable, grabber.__file__]
    with contextlib.ExitStack() as resting:
        resting.enter_context(at_rest(*vnc_servers(run)))
        program = subprocess.Popen(argv, env=x_environment(run), stdout=subprocess.PIPE, text=True)
        with program, ended(program):
            assert program.stdout is not None
            assert next_line(program.stdout, screen) == "grabbed"
            resting.close()
            if backend == "stream":
                screen.until(lambda: screen.pixel(120, 120) == f"{grabber.COLOUR:06x}", "what it draws is seen")
            screen.type("x")
            assert next_line(program.stdout, screen) == "released"
    screen.until(lambda: screen.pixel(120, 120) == f"{grabber.COLOUR:06x}", "what it has drawn is seen")
    other = FramebufferClient(run.path / state["raw_socket"])
    other.close()
    screen.close()
    assert run.end() == 0


def vnc_servers(run: Run) -> list[int]:
    """Return the processes that show the display, none if that is the VNC server."""
    commands = processes_of(run.path).items()
    return [
        pid
        for pid, command in commands
        if "x11vnc" in command.partition(" ")[0] or "jupyter_vnc_proxy.stream" in command
    ]


def passed(moment: float) -> bool:
    return time.monotonic() > moment


SESSION = """\
export XDG_CONFIG_HOME=$HOME/.config
xfconf-query -c xfwm4 -p /general/box_move -n -t bool -s true
xfconf-query -c xfwm4 -p /general/use_compositing -n -t bool -s false
xfwm4 --compositor=off &
exec {python} {window} e0a020 240x160+300+200 managed
"""


def test_a_window_is_dragged_as_a_box_under_xfwm4(runners: Runners, runtime: Path) -> None:
    script = runtime / "session.sh"
    window = Path(__file__).parents[2] / "ui" / "xwindow.py"
    script.write_text(SESSION.format(python=sys.executable, window=window))
    run = runners.start(backend="stream", session=("dbus-run-session", "sh", str(script)))
    state = run.until(phase="running", step=None)
    screen = FramebufferClient(run.path / state["raw_socket"])
    connection = connect(state["display"], run.path / "Xauthority")
    root = connection.get_setup().roots[0].root

    def framed() -> tuple[int, ...]:
        """Return the place of the window within the screen, once the window manager has framed it."""
        core = connection.core
        for frame in core.QueryTree(root).reply().children:
            shown = core.GetWindowAttributes(frame).reply().map_state == xcffib.xproto.MapState.Viewable
            place = core.GetGeometry(frame).reply()
            if shown and place.x > 0 and place.width >= 240 and core.QueryTree(frame).reply().children:
                return place.x, place.y, place.width, place.height
        return ()

    before = wait_until(framed)
    screen.until(lambda: screen.pixel(before[0] + before[2] // 2, before[1] + 80) == "e0a020", "the window is seen")
    x, y = before[0] + before[2] // 2, before[1] + 10
    screen.pointer(x, y, 0)
    screen.pointer(x, y, LEFT)
    for step in range(1, 21):
        screen.pointer(x + 5 * step, y + 4 * step, LEFT)
        screen.until(partial(passed, time.monotonic() + 0.05), "the outline follows")
    screen.pointer(x + 100, y + 80, 0)
    moved = (before[0] + before[2] // 2 + 100, before[1] + 160)
    screen.until(lambda: screen.pixel(*moved) == "e0a020", "the window is where it was dragged to")
    FramebufferClient(run.path / state["raw_socket"]).close()
    connection.disconnect()
    screen.close()
    assert "does not respond" not in (run.path / "log" / "vnc.log").read_text()
    assert run.end() == 0
