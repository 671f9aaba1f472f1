"""A desktop's picture that is taken as a viewer would."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from runners import Runners

from jupyter_vnc_proxy import rfb_picture
from jupyter_vnc_proxy.desktop import Desktop
from jupyter_vnc_proxy.pictures import picture


@pytest.mark.parametrize("backend", ["tigervnc", "wayland"])
def test_the_whole_desktop_is_in_the_picture(runners: Runners, backend: str) -> None:
    run = runners.start("--geometry=640x480", backend=backend)
    run.until(phase="running")
    for png in (rfb_picture.screenshot(run.path / "rfb.sock"), picture(Desktop(run.path))):
        image = Image.open(io.BytesIO(png))
        assert image.size == (640, 480)
        assert image.getpixel((320, 300)) == (0x2E, 0x34, 0x40)
    assert run.end() == 0


def test_nobody_there_is_an_error(runtime: Path) -> None:
    with pytest.raises(OSError):
        rfb_picture.screenshot(runtime / "rfb.sock")
