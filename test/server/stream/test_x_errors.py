"""Errors of X requests that nobody waits for: what the display does next is followed all the same."""

from __future__ import annotations

import struct
from functools import partial
from pathlib import Path

import xcffib.xproto
from support.displays import Display
from support.runners import Runners
from support.stream.raw_client import RawClient
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.system.randr.size import resize
from jupyter_vnc_proxy.system.x_display import connect

NO_WINDOW = 0x1234567

SIZES = [(800, 600), (900, 700), (1280, 800), (1000, 800), (800, 600)]
"""An Xvnc has modes of its own for some of them, which can't be removed."""


def test_an_error_of_a_request_does_not_hide_the_events_behind_it(display: Display) -> None:
    connection = connect(display.name, display.xauthority)
    root = connection.get_setup().roots[0].root
    mask = xcffib.xproto.EventMask.StructureNotify
    connection.core.ChangeWindowAttributes(root, xcffib.xproto.CW.EventMask, [mask])
    connection.core.DestroyWindow(NO_WINDOW)
    connection.core.GetInputFocus().reply()
    resize(display.name, display.xauthority, Geometry(640, 480))
    connection.core.GetInputFocus().reply()  # the event has arrived, too
    assert isinstance(connection.poll_for_event(), xcffib.xproto.ConfigureNotifyEvent)
    connection.disconnect()


def test_a_viewer_changes_the_size_of_an_xvnc_again_and_again(runners: Runners) -> None:
    run = runners.start("--option=xserver=xvnc", backend="stream")
    run.until(phase="running")
    client = RawClient(run.path / "rfb.sock")
    for width, height in SIZES:
        client.send(struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0))
        wait_until(partial(is_told, run.path / "rfb.sock", (width, height)))
    client.close()


def is_told(socket: Path, size: tuple[int, int]) -> bool:
    """Return whether a new client is told this size."""
    client = RawClient(socket)
    client.close()
    return (client.width, client.height) == size
