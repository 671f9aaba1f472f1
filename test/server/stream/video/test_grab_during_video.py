"""A program that grabs the X server stops the engine's capture, and nothing else."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xcffib.xproto as x
from support.displays import Display
from support.framebuffer_client import FramebufferClient
from support.stream.browsers import Browser
from support.stream.films import Film, smooth
from support.stream.listeners import Listener
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.status import SILENT
from jupyter_vnc_proxy.system.randr.size import resize
from jupyter_vnc_proxy.system.x_display import connect

pytestmark = pytest.mark.alone

WIDTH, HEIGHT = 640, 480
SECOND = 30
"""Frames of a film in a second."""


@pytest.fixture
def display(display: Display) -> Display:
    resize(display.name, display.xauthority, Geometry(WIDTH, HEIGHT))
    return display


class Grabber:
    """A client that draws while it has the X server for itself, apart from those that are impervious to grabs."""

    def __init__(self, display: Display) -> None:
        self._connection = connect(display.name, display.xauthority)
        self._root = self._connection.get_setup().roots[0].root
        self._context = self._connection.generate_id()
        self._connection.core.CreateGC(self._context, self._root, 0, [])

    @contextlib.contextmanager
    def grabbed(self) -> Iterator[None]:
        self._connection.core.GrabServer()
        self.paint(0)
        try:
            yield
        finally:
            self._connection.core.UngrabServer()
            self.paint(0)

    def paint(self, colour: int) -> None:
        self._connection.core.ChangeGC(self._context, x.GC.Foreground, [colour])
        rectangle = x.RECTANGLE.synthetic(10, 10, 50, 50)
        self._connection.core.PolyFillRectangle(self._root, self._context, 1, [rectangle])
        self._connection.core.GetInputFocus().reply()

    def close(self) -> None:
        self._connection.disconnect()


@pytest.fixture
def grabber(display: Display) -> Iterator[Grabber]:
    made = Grabber(display)
    yield made
    made.close()


def same(browser: Browser, other: FramebufferClient) -> bool:
    """Return whether the browser has every pixel of a client that is sent all of them raw."""
    exact = np.frombuffer(bytes(other.pixels), np.uint8).reshape(HEIGHT, WIDTH, 4)[..., 2::-1]
    return bool((browser.pixels == exact).all())


def pictures_follow(grabber: Grabber, browser: Browser, other: FramebufferClient) -> None:
    for colour in (0xA01020, 0x10A020, 0x1020A0):
        grabber.paint(colour)
        seen = partial(other.pixel, 20, 20)
        other.until(lambda seen=seen, colour=colour: seen() == f"{colour:06x}", "what it draws is seen")  # type: ignore[misc]
        other.until(lambda: same(browser, other), "the browser shows it exactly")


@pytest.fixture
def browser(served: Path, display: Display) -> Iterator[Browser]:
    """A browser that has just been sent a video."""
    made = Browser(served)
    see_video(made, display)
    yield made
    made.close()


@pytest.fixture
def other(served: Path, browser: Browser) -> Iterator[FramebufferClient]:
    """A client that is sent every pixel raw."""
    made = FramebufferClient(served)
    yield made
    made.close()


def see_video(browser: Browser, display: Display) -> None:
    before = len(browser.seen)
    with Film(display, smooth(WIDTH, HEIGHT)):
        wait_until(lambda: len(browser.seen) > before + SECOND, what="video")


def test_pictures_are_exact_while_a_program_has_grabbed_the_server_during_a_video(
    display: Display, grabber: Grabber, other: FramebufferClient, browser: Browser
) -> None:
    see_video(browser, display)
    with grabber.grabbed():
        pictures_follow(grabber, browser, other)
    see_video(browser, display)
    wait_until(lambda: browser.shows(display))


def test_motion_that_begins_while_the_server_is_grabbed_is_seen_and_becomes_a_video(
    display: Display, grabber: Grabber, browser: Browser
) -> None:
    wait_until(lambda: browser.shows(display) and browser.silence() > 1)
    before = len(browser.seen)
    with contextlib.ExitStack() as playing:
        film = Film(display, smooth(WIDTH, HEIGHT))
        with grabber.grabbed():
            playing.enter_context(film)
            updates = browser.updates
            wait_until(lambda: browser.updates > updates + 5, what="pictures of the film")
        wait_until(lambda: len(browser.seen) > before + SECOND, what="there is video again")
    wait_until(lambda: browser.shows(display))


def test_viewers_are_served_while_the_x_server_is_stopped_during_a_video(
    served: Path, display: Display, listener: Listener, other: FramebufferClient, browser: Browser
) -> None:
    told: list[dict[str, Any]] = []

    def is_told() -> bool:
        told.extend(listener.messages())
        return any(SILENT in each.get("notes", ()) for each in told)

    see_video(browser, display)
    display.process.send_signal(signal.SIGSTOP)
    try:
        other.pointer(3, 3, 0)
        wait_until(is_told)
        for _ in range(3):
            FramebufferClient(served).close()
    finally:
        display.process.send_signal(signal.SIGCONT)
    see_video(browser, display)
    wait_until(lambda: browser.shows(display))


def test_the_server_ends_while_a_program_has_grabbed_the_x_server_during_a_video(
    display: Display,
    grabber: Grabber,
    other: FramebufferClient,
    browser: Browser,
    server: subprocess.Popen[bytes],
) -> None:
    see_video(browser, display)
    with grabber.grabbed():
        pictures_follow(grabber, browser, other)
        server.terminate()
        assert server.wait(10) == 0
