"""The clipboard of a display, as a program that pastes gets it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import xclip
from support.displays import Display
from support.waiting import wait_until

from jupyter_vnc_proxy.system.x_clients import selection
from jupyter_vnc_proxy.system.x_clients.selection import clipboard_text
from jupyter_vnc_proxy.system.x_display import connect

LARGE = "a long text\n" * 300_000
"""More than xclip hands over at once."""


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


def windows(display: Display) -> set[int]:
    """Return the display's top-level windows."""
    connection = connect(display.name, display.xauthority)
    found = set(connection.core.QueryTree(connection.get_setup().roots[0].root).reply().children)
    connection.disconnect()
    return found


@pytest.mark.parametrize("text", ["short", LARGE], ids=["at once", "in pieces"])
def test_a_program_that_answers_late_keeps_its_text(
    display: Display, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    program = subprocess.Popen(
        ["xclip", "-i", "-quiet", "-selection", "clipboard"],
        env=display.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert program.stdin is not None
    with program.stdin as stdin:
        stdin.write(text.encode())
    wait_until(lambda: xclip.owner(display.name, display.xauthority, "clipboard"))
    assert clipboard_text(display.name, display.xauthority) == text
    before = windows(display)
    program.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(selection, "OWNER_SECONDS", 0.1)
        with pytest.raises(TimeoutError, match="does not answer"):
            clipboard_text(display.name, display.xauthority)
    program.send_signal(signal.SIGCONT)
    wait_until(lambda: windows(display) == before, what="the late answer is taken")
    assert clipboard_text(display.name, display.xauthority) == text
    program.kill()
    program.wait()
