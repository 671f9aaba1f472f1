"""The encoder gets the processor after the X server, Jupyter, and what answers input."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.displays import Display
from support.stream.browsers import Browser
from support.stream.films import Film, noisy
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.video.engine_thread import NICENESS
from jupyter_vnc_proxy.system.randr.size import resize

pytestmark = pytest.mark.alone

WIDTH, HEIGHT = 640, 480


def test_the_thread_that_encodes_is_nicer_than_the_one_that_takes_input(
    served: Path, display: Display, server: subprocess.Popen[bytes]
) -> None:
    resize(display.name, display.xauthority, Geometry(WIDTH, HEIGHT))
    tasks = Path(f"/proc/{server.pid}/task")
    browser = Browser(served)
    for _ in range(2):  # the engine has other threads after a pause
        before = len(browser.seen)
        with Film(display, noisy(WIDTH, HEIGHT)):
            wait_until(lambda before=before: len(browser.seen) > before + 60)  # type: ignore[misc]
            times = {int(each.name): _processor_time(each) for each in tasks.iterdir() if int(each.name) != server.pid}
            busiest = max(times, key=lambda thread: times[thread])
            own = os.getpriority(os.PRIO_PROCESS, server.pid)
            assert os.getpriority(os.PRIO_PROCESS, busiest) == min(19, own + NICENESS)
        wait_until(lambda: browser.shows(display))
    browser.close()


def _processor_time(task: Path) -> int:
    return int((task / "schedstat").read_text().split()[0])
