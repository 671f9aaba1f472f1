"""A window on the desktop that shows a colour and writes what was typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyter_vnc_proxy.backends.programs import sway
from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.system.x_display import resize
from support.processes import processes_of
from support.runners import Run
from support.screens import Screen
from support.traces import assert_no_trace, tcp_listeners

COLOUR = "e0a020"
LOOK = (60, 170)
CLICK = (160, 100)
WINDOW = (sys.executable, str(Path(__file__).parents[2] / "ui" / "xwindow.py"), COLOUR, "240x160+40+40")


def output(run: Run) -> str:
    return (run.path / "log" / "session.log").read_text()


def typed(run: Run) -> str:
    """Return the characters that the window got, without Shift."""
    keysyms = [int(line, 16) for line in output(run).splitlines() if line.startswith("0x")]
    return "".join(chr(keysym) for keysym in keysyms if keysym < 256)


def x_environment(run: Run) -> dict[str, str]:
    return {"DISPLAY": run.state["display"], "XAUTHORITY": str(run.path / "Xauthority"), "PATH": "/usr/bin:/bin"}


def pasted(run: Run, become: tuple[str, ...]) -> str:
    """Return what a program on the desktop would paste, or nothing."""
    argv = [*become, "xclip", "-o", "-selection", "clipboard"]
    result = subprocess.run(argv, env=x_environment(run), capture_output=True, timeout=10)
    return result.stdout.decode() if result.returncode == 0 else ""


def share_clipboard(run: Run, screen: Screen, become: tuple[str, ...]) -> None:
    """Copy on the desktop, and see it at the viewer; copy at the viewer, and paste on the desktop."""
    copying = [*become, "xclip", "-i", "-selection", "clipboard"]
    subprocess.run(copying, env=x_environment(run), input=b"from the desktop", check=True, timeout=10)
    screen.until(lambda: "from the desktop" in screen.clipboard, "copied to the viewer")
    screen.copy("from the viewer")
    screen.until(lambda: pasted(run, become) == "from the viewer", "pasted on the desktop")


def give_size(run: Run, screen: Screen, width: int, height: int) -> None:
    """Resize the desktop as a browser would; wait until the viewer was told."""
    if run.state["resize"] == "rfb":
        screen.set_size(width, height)
    elif (run.path / sway.SOCKET).exists():
        sway.resize(run.path / sway.SOCKET, Geometry(width, height))
    else:
        resize(run.state["display"], run.path / "Xauthority", Geometry(width, height))
    screen.until(lambda: screen.size == (width, height), f"{width}x{height} at the viewer")
    run.until(geometry=f"{width}x{height}")


def use(run: Run, *, clipboard: bool = True, cursor: bool = True, become: tuple[str, ...] = ()) -> None:
    """See and use a desktop whose session is `WINDOW` through RFB; see that it goes without a trace.

    ``cursor``: whether it is the viewer's to draw; ``become``: begins an argv of the desktop's user.
    """
    state = run.until(phase="running")
    screen = Screen(run.path / state["raw_socket"])
    assert screen.size == (1280, 720)
    screen.until(lambda: screen.pixel(*LOOK) == COLOUR, "the window is seen")

    screen.click(*CLICK)
    screen.until(lambda: "clicked" in output(run), "the click arrives")
    screen.type("Key!")
    screen.until(lambda: typed(run) == "Key!", "the keys arrive")
    assert bool(screen.cursors) == cursor
    if clipboard:
        share_clipboard(run, screen, become)

    for width, height in ((900, 700), (1301, 803)):
        give_size(run, screen, width, height)
        screen.until(lambda: screen.pixel(*LOOK) == COLOUR, "the window is seen again")
    assert tcp_listeners({*run.parts().values(), run.process.pid}) == []

    screen.close()
    assert run.end() == 0
    assert processes_of(run.path) == {}
    assert_no_trace(run, state["display"])
