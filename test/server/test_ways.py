"""Every way to make a desktop: it draws, takes keys and pointer, resizes, shares cursor and clipboard, and goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import processes_of
from runners import Run, Runners
from screens import Screen
from test_runner import assert_no_trace, tcp_listeners

from jupyter_vnc_proxy import sway
from jupyter_vnc_proxy.display import resize
from jupyter_vnc_proxy.options import Geometry

COLOUR = "e0a020"
WINDOW = (sys.executable, str(Path(__file__).parent.parent / "ui" / "xwindow.py"), COLOUR, "240x160+40+40")
LOOK = (60, 170)
CLICK = (160, 100)

WAYS = [
    ("stream", "direct", ""),
    ("tigervnc", "direct", ""),
    ("tigervnc", "websockify", ""),
    ("x11vnc", "direct", ""),
    ("x11vnc", "websockify", ""),
    ("x11vnc", "native", ""),
    ("x11vnc", "direct", "xserver=xdummy"),
]


UNHURRIED = [("x11vnc", "websockify", ""), ("x11vnc", "native", ""), ("x11vnc", "direct", "xserver=xdummy")]
"""x11vnc sends the clipboard no sooner than 15 s after its first viewer came: once is enough to wait for it."""


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


@pytest.mark.parametrize(("backend", "transport", "option"), WAYS)
def test_a_desktop_is_seen_and_used_through_rfb(runners: Runners, backend: str, transport: str, option: str) -> None:
    arguments = [f"--transport={transport}", *([f"--option={option}"] if option else [])]
    run = runners.start(*arguments, backend=backend, session=WINDOW)
    use(run, clipboard=(backend, transport, option) not in UNHURRIED)
