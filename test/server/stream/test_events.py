"""X events that xcb has read for another purpose: their socket is not readable afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import xcffib.xtest
from support.displays import Display
from support.waiting import until

from jupyter_vnc_proxy.stream.display_source import Listener
from jupyter_vnc_proxy.stream.input.keyboard_state import CAPS_LOCK, PRESS, RELEASE
from jupyter_vnc_proxy.stream.x11 import source
from jupyter_vnc_proxy.stream.x11.input import XPointer
from jupyter_vnc_proxy.stream.x11.source import XSource
from jupyter_vnc_proxy.system.x_display import connect

CAPS_LOCK_KEY = 66
"""Its keycode on every PC keyboard (keycodes/evdev)."""


def press_caps_lock(display: Display) -> None:
    connection = connect(display.name, display.xauthority)
    for event in (PRESS, RELEASE):
        connection(xcffib.xtest.key).FakeInput(event, CAPS_LOCK_KEY, 0, 0, 0, 0, 0)
    connection.core.GetInputFocus().reply()
    connection.disconnect()


def moves(shown: XSource, pointer: XPointer) -> None:
    pointer.move_and_press(30, 30, 0)


def is_located(shown: XSource, pointer: XPointer) -> None:
    assert pointer.location() is not None


def is_released(shown: XSource, pointer: XPointer) -> None:
    pointer.release_all()


def is_greeted(shown: XSource, pointer: XPointer) -> None:
    assert shown.keyboard.lock_state() == CAPS_LOCK


@pytest.mark.parametrize("happens", [moves, is_located, is_released, is_greeted])
async def test_a_lock_is_told_whatever_has_read_its_event(
    display: Display, happens: Callable[[XSource, XPointer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PROBE_SECONDS", 1000.0)
    locks: list[int] = []
    shown = XSource(display.name, display.xauthority)
    await shown.start(Listener(lambda _: None, lambda: None, locks.append, lambda: None, lambda _: None))
    await asyncio.sleep(0)  # it looks for events once after its start
    press_caps_lock(display)
    shown.keyboard.connection.core.GetInputFocus().reply()  # xcb reads whatever has come, and keeps the events
    happens(shown, shown.pointer())
    await until(lambda: locks == [CAPS_LOCK])
    await shown.close()
