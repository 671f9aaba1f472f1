"""Screenshots, from the X display or as an RFB client."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from PIL import Image
from support.runners import Runners

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.screenshot import screenshot
from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.rfb.client import RFBClient


@pytest.mark.parametrize("backend", ["tigervnc", "wayland"])
def test_the_whole_desktop_is_in_the_picture(runners: Runners, backend: str) -> None:
    run = runners.start("--geometry=640x480", backend=backend)
    run.until(phase="running")
    with contextlib.closing(RFBClient(run.path / "rfb.sock")) as client:
        size = (client.width, client.height)
        seen = Image.frombuffer("RGB", size, client.framebuffer(), "raw", "BGRX", 0, 1)
    for image in (seen, Image.open(io.BytesIO(screenshot(Desktop(run.path))))):
        assert image.size == (640, 480)
        assert image.getpixel((320, 300)) == (0x2E, 0x34, 0x40)
    assert run.end() == 0
    with pytest.raises(Conflict, match="is stopped, not running"):
        screenshot(Desktop(run.path))


def test_nobody_there_is_an_error(runtime: Path) -> None:
    with pytest.raises(OSError):
        RFBClient(runtime / "rfb.sock")
