"""Every backend and transport draws, takes keys and pointer, resizes, shares cursor and clipboard, and ends."""

from __future__ import annotations

import pytest
from support.runners import Runners
from support.windows import WINDOW, use

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


@pytest.mark.parametrize(("backend", "transport", "option"), WAYS)
def test_a_desktop_is_seen_and_used_through_rfb(runners: Runners, backend: str, transport: str, option: str) -> None:
    arguments = [f"--transport={transport}", *([f"--option={option}"] if option else [])]
    run = runners.start(*arguments, backend=backend, session=WINDOW)
    use(run, clipboard=(backend, transport, option) not in UNHURRIED)
