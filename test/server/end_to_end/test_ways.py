"""Every backend and transport draws, takes keys and pointer, resizes, shares cursor and clipboard, and ends."""

from __future__ import annotations

import pytest
from support.framebuffer_client import FramebufferClient
from support.runners import Runners
from support.windows import COLOUR, LOOK, WINDOW, give_size, use

WAYS = [
    ("stream", "direct", "xserver=xvnc"),
    ("stream", "direct", "xserver=xvfb"),
    ("tigervnc", "direct", ""),
    ("tigervnc", "websockify", ""),
    ("x11vnc", "direct", "xserver=xvnc"),
    ("x11vnc", "direct", ""),
    ("x11vnc", "websockify", ""),
    ("x11vnc", "native", ""),
    ("x11vnc", "direct", "xserver=xdummy"),
]


UNHURRIED = [("x11vnc", "websockify", ""), ("x11vnc", "native", ""), ("x11vnc", "direct", "xserver=xdummy")]
"""x11vnc sends the clipboard no sooner than 15 s after its first viewer came: once is enough to wait for it."""


@pytest.mark.parametrize(("backend", "transport", "option"), WAYS)
def test_a_desktop_is_seen_and_used_through_rfb(runners: Runners, backend: str, transport: str, option: str) -> None:
    arguments = [f"--transport={transport}", *([f"--option={option}"] if option else [])]
    run = runners.start(*arguments, backend=backend, session=WINDOW)
    use(run, clipboard=(backend, transport, option) not in UNHURRIED)


@pytest.mark.parametrize("backend", ["stream", "tigervnc"])
def test_a_desktop_fills_screens_of_any_shape(runners: Runners, backend: str) -> None:
    option = ["--option=xserver=xvnc"] if backend == "stream" else []
    run = runners.start(*option, backend=backend, session=WINDOW)
    run.until(phase="running")
    screen = FramebufferClient(run.path / "rfb.sock")
    for size in ((5120, 1440), (1080, 3840), (1280, 720)):
        give_size(run, screen, *size)
        screen.until(lambda: screen.pixel(*LOOK) == COLOUR, "the window is seen")
    screen.close()
