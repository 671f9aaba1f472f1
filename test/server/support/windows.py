"""Uses a whole desktop through RFB: a window that shows a colour and writes its input to the session's log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyter_vnc_proxy.backends.resizing import resize
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.options import Geometry
from support import xclip
from support.framebuffer_client import FramebufferClient
from support.processes import processes_of
from support.runners import Run
from support.traces import assert_no_trace, tcp_listeners

COLOUR = "e0a020"
LOOK = (60, 170)
CLICK = (160, 100)
PASTE_SECONDS = 10.0
"""The time that a program waits for what it pastes."""

WINDOW = (sys.executable, str(Path(__file__).parents[2] / "ui" / "xwindow.py"), COLOUR, "240x160+40+40")


def output(run: Run) -> str:
    return (run.path / "log" / "session.log").read_text()


def typed(run: Run) -> str:
    """Return the characters that the window received, without Shift."""
    keysyms = [int(line, 16) for line in output(run).splitlines() if line.startswith("0x")]
    return "".join(chr(keysym) for keysym in keysyms if keysym < 256)


def x_environment(run: Run) -> dict[str, str]:
    return {"DISPLAY": run.state["display"], "XAUTHORITY": str(run.path / "Xauthority"), "PATH": "/usr/bin:/bin"}


def pasted(run: Run, become: tuple[str, ...], selection: str = "clipboard") -> str:
    """Return the text that a program on the desktop would paste, or nothing."""
    argv = [*become, "xclip", "-o", "-selection", selection]
    try:
        result = subprocess.run(argv, env=x_environment(run), capture_output=True, timeout=PASTE_SECONDS)
    except subprocess.TimeoutExpired:  # the owner has gone without an answer, for which xclip would wait for ever
        return ""
    return result.stdout.decode() if result.returncode == 0 else ""


def share_clipboard(run: Run, screen: FramebufferClient, become: tuple[str, ...], primary: bool = True) -> None:
    """Check the clipboard in both directions: what is copied goes to the client, what is marked does not; and back.

    ``primary``: whether the VNC server lets us decide about marked text; wayvnc does not.
    """
    for selection, text in (("primary", b"marked"), ("clipboard", b"from the desktop"), ("primary", b"marked too")):
        xclip.copy(run.state["display"], run.path / "Xauthority", text, selection=selection, become=become)
    assert pasted(run, become, "primary") == "marked too"
    screen.until(lambda: "from the desktop" in screen.clipboard, "copied to the viewer")
    screen.copy("from the viewer")
    screen.until(lambda: pasted(run, become) == "from the viewer", "pasted on the desktop")
    if primary:
        screen.until(lambda: pasted(run, become, "primary") == "from the viewer", "pasted by the middle button")
        assert not [text for text in screen.clipboard if "marked" in text]


def give_size(run: Run, screen: FramebufferClient, width: int, height: int) -> None:
    """Resize the desktop as a browser would; wait until the client and the state have the size."""
    if run.state["resize"] == "rfb":
        screen.set_size(width, height)
    else:
        paths = Desktop(run.path).paths
        resize(run.state["resize_through"], run.state["display"], paths, Geometry(width, height))
    screen.until(lambda: screen.size == (width, height), f"{width}x{height} at the viewer")
    run.until(geometry=f"{width}x{height}")


def use(run: Run, *, clipboard: bool = True, cursor: bool | None = True, become: tuple[str, ...] = ()) -> None:
    """Check a desktop whose session is `WINDOW`, through RFB: picture, input, clipboard, sizes, and its end.

    ``cursor``: whether the client draws the cursor, ``None`` if either may be; ``become``: a command prefix that runs
    as the desktop's user.
    """
    state = run.until(phase="running")
    screen = FramebufferClient(run.path / state["raw_socket"])
    assert screen.size == (1280, 720)
    screen.until(lambda: screen.pixel(*LOOK) == COLOUR, "the window is seen")

    screen.click(*CLICK)
    screen.until(lambda: "clicked" in output(run), "the click arrives")
    screen.type("Key!")
    screen.until(lambda: typed(run) == "Key!", "the keys arrive")
    if cursor is not None:
        screen.until(lambda: bool(screen.cursors) == cursor, "who draws the cursor")
    if clipboard:
        share_clipboard(run, screen, become, primary=state["transport"] != "wayvnc")

    for width, height in ((900, 700), (1301, 803)):
        give_size(run, screen, width, height)
        screen.until(lambda: screen.pixel(*LOOK) == COLOUR, "the window is seen again")
    assert tcp_listeners({*run.processes().values(), run.process.pid}) == []

    screen.close()
    assert run.end() == 0
    assert processes_of(run.path) == {}
    assert_no_trace(run, state["display"])
