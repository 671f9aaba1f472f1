"""An X server that is stopped and continued: the VNC server keeps serving, and says so."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xcffib
from support.displays import Display, paint
from support.framebuffer_client import FramebufferClient
from support.stream.listeners import Listener

from jupyter_vnc_proxy.rfb.client import RFBClient
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.stream.status import SILENT
from jupyter_vnc_proxy.system.x_connection import XTimeout
from jupyter_vnc_proxy.system.x_display import connect, picture, png

STOPPED_SECONDS = 30.0
"""More than any deadline, and less than the time that a test may take."""

PATIENT = """
import sys
from jupyter_vnc_proxy.stream import __main__, status
from jupyter_vnc_proxy.system import x_connection
watchdog, tell = x_connection._watchdog, status.Status.display_silent
begin = watchdog.begin
def display_silent(self, silent):
    tell(self, silent)
    watchdog.begin = (lambda line, seconds: begin(line, 60.0)) if silent else begin
status.Status.display_silent = display_silent
sys.exit(__main__.main())
"""
"""The server, but once it has told of the silence, whatever waits for the X server waits until that goes on."""


@pytest.fixture
def server_program() -> list[str]:
    return ["-c", PATIENT]


@contextlib.contextmanager
def stopped(display: Display) -> Iterator[threading.Timer]:
    """The X server does nothing meanwhile, but for `STOPPED_SECONDS`: what waits without a limit ends then.

    The timer is alive until it goes on.
    """
    display.process.send_signal(signal.SIGSTOP)
    limit = threading.Timer(STOPPED_SECONDS, display.process.send_signal, [signal.SIGCONT])
    limit.start()
    try:
        yield limit
    finally:
        limit.cancel()
        display.process.send_signal(signal.SIGCONT)


def draws(display: Display) -> None:
    """Have the X server tell of damage as the last thing before it is stopped."""
    paint(display, Rectangle(10, 10, 50, 50), 0x123456)


def by_a_movement(display: Display, viewer: FramebufferClient) -> None:
    viewer.pointer(30, 30, 0)


def by_a_key(display: Display, viewer: FramebufferClient) -> None:
    viewer.type("x")


def by_a_size(display: Display, viewer: FramebufferClient) -> None:
    viewer.set_size(900, 700)


@pytest.mark.parametrize("cause", [by_a_movement, by_a_key, by_a_size])
def test_viewers_are_served_and_told_while_the_x_server_is_stopped_and_see_it_afterwards(
    display: Display,
    served: Path,
    listener: Listener,
    cause: Callable[[Display, FramebufferClient], None],
) -> None:
    told: list[dict[str, Any]] = []

    def notes() -> list[str]:
        told.extend(listener.messages())
        return next((each["notes"] for each in reversed(told) if "notes" in each), [])

    viewer = FramebufferClient(served)
    draws(display)
    viewer.until(lambda: viewer.pixel(20, 20) == "123456", "what is drawn is seen")
    with stopped(display) as limit:
        cause(display, viewer)
        viewer.until(lambda: SILENT in notes(), "the silence is told")
        with contextlib.closing(RFBClient(served)):
            pass  # a new viewer is greeted
        by_a_key(display, viewer)
        viewer.copy("meanwhile")
        with contextlib.closing(RFBClient(served)):
            pass
        assert limit.is_alive(), "something has waited for the X server"
    viewer.until(lambda: SILENT not in notes(), "it responds again")
    paint(display, Rectangle(10, 10, 50, 50), 0x654321)
    viewer.until(lambda: viewer.pixel(20, 20) == "654321", "what is drawn then is seen")
    environment = display.environment()
    pasted = ["xclip", "-o", "-selection", "clipboard"]
    viewer.until(
        lambda: subprocess.run(pasted, env=environment, capture_output=True, timeout=60).stdout == b"meanwhile",
        "what was copied meanwhile can be pasted",
    )
    viewer.close()


def test_the_server_ends_while_the_x_server_is_stopped(
    display: Display, server: subprocess.Popen[bytes], runtime: Path, listener: Listener
) -> None:
    viewer = FramebufferClient(runtime / "rfb.sock")
    with stopped(display):
        viewer.type("x")
        viewer.until(
            lambda: any(SILENT in each.get("notes", ()) for each in listener.messages()), "the silence is told"
        )
        viewer.close()
        server.terminate()
        assert server.wait(10) == 0


def test_every_answer_of_an_x_server_has_a_deadline(display: Display) -> None:
    connection = connect(display.name, display.xauthority, 0.5)
    with stopped(display):
        with pytest.raises(XTimeout):
            connection.core.GetInputFocus().reply()
        assert connection.timed_out
        with pytest.raises(xcffib.ConnectionException):
            connection.core.GetInputFocus().reply()
        with pytest.raises(XTimeout):
            connect(display.name, display.xauthority, 0.5)
    connection.disconnect()
    with pytest.raises(xcffib.ConnectionException):  # and not another error that nobody expects
        connection.flush()
    assert png(picture(display.name, display.xauthority)).startswith(b"\x89PNG")
