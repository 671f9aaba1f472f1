"""Compares sets of x11vnc's options, one after another on the same Xvfb, without a browser.

    python bench/x11vnc.py [--set NAME …] [--seconds 3] [--size 1280x720] [--json FILE]

The client requests Tight with the same quality and compression as noVNC, and the next update after each one. For each
set and scene: frames per second, their age in ms (from drawing to decoding; p50 and p95), Mbit/s and x11vnc's cores;
the ms from a press of the pointer's button to the picture that shows it (p50 and p95), on a still page and during
video; and x11vnc's cores while a client watches a still page.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, os.fspath(REPOSITORY))

from bench.desktop.painter import stamp  # noqa: E402
from bench.parameter_sets import TIMEOUT_SECONDS, Row, command_line, look_at, print_row, start_painter  # noqa: E402
from bench.tight_client import TightClient  # noqa: E402
from jupyter_vnc_proxy.backends.base import DISPLAY, DISPLAY_NUMBER, Paths, Step  # noqa: E402
from jupyter_vnc_proxy.backends.x11vnc import TUNING, X11vncBackend  # noqa: E402
from jupyter_vnc_proxy.options import DesktopOptions, Geometry  # noqa: E402
from jupyter_vnc_proxy.system.process import PIPE  # noqa: E402
from jupyter_vnc_proxy.system.randr.size import resize  # noqa: E402
from jupyter_vnc_proxy.system.unix_sockets import is_listening  # noqa: E402
from jupyter_vnc_proxy.system.x_display import write_cookie  # noqa: E402

QUIET = ("-noxrecord", "-nowireframe", "-noscrollcopyrect")
SETS: dict[str, tuple[str, ...]] = {
    "defaults": (),
    "no guesses": QUIET,
    "wait 10": (*QUIET, "-wait", "10", "-defer", "10"),
    "wait 5": (*QUIET, "-wait", "5", "-defer", "5"),
    "wait 1": (*QUIET, "-wait", "1", "-defer", "1"),
    "wait 1, no naps": (*QUIET, "-wait", "1", "-defer", "1", "-nonap"),
    "wait 5, no naps": (*QUIET, "-wait", "5", "-defer", "1", "-nonap"),
    "wait 1, no XDamage": (*QUIET, "-wait", "1", "-defer", "1", "-nonap", "-noxdamage"),
    "wait 1, whole": (*QUIET, "-wait", "1", "-defer", "1", "-nonap", "-fs", "1.0"),
}
"""Each replaces the backend's tuning options, which are the set ``ours``; the other options stay."""


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Poll until ``condition`` holds; exit after `TIMEOUT_SECONDS`."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {TIMEOUT_SECONDS:g} s")
        time.sleep(0.005)


@contextlib.contextmanager
def running(step: Step, display: str, environment: dict[str, str], tuning: tuple[str, ...]) -> Iterator[int]:
    """Run x11vnc with ``tuning`` instead of the backend's; yield its process id."""
    words = [display if word == DISPLAY else word for word in step.argv]
    at = next(i for i in range(len(words)) if tuple(words[i : i + len(TUNING)]) == TUNING)
    words[at : at + len(TUNING)] = tuning
    process = subprocess.Popen(words, env={**environment, **step.environment}, stderr=subprocess.DEVNULL)
    try:
        socket = Path(words[words.index("-unixsock") + 1])
        wait_for(lambda: process.poll() is not None or is_listening(socket), "x11vnc")
        if process.returncode is not None:
            raise SystemExit(f"x11vnc does not accept {' '.join(tuning)}")
        yield process.pid
    finally:
        process.kill()
        process.wait()
        socket.unlink(missing_ok=True)


def measure(names: list[str], size: Geometry, seconds: float) -> list[Row]:
    """Measure the sets on one Xvfb."""
    rows = []
    with tempfile.TemporaryDirectory(dir="/tmp") as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        paths = Paths(directory, directory / "rfb.sock", directory / "Xauthority")
        display_step, vnc_step = X11vncBackend().steps(DesktopOptions(backend="x11vnc"), paths)
        write_cookie(paths.xauthority)
        argv = ["1" if word == PIPE else word for word in display_step.argv if word != DISPLAY_NUMBER]
        xvfb = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        stack.callback(xvfb.communicate)
        stack.callback(xvfb.kill)
        assert xvfb.stdout is not None
        display = f":{int(xvfb.stdout.readline())}"
        resize(display, paths.xauthority, size)
        environment = {**os.environ, "DISPLAY": display, "XAUTHORITY": os.fspath(paths.xauthority)}
        painter = start_painter(display, paths.xauthority)
        stack.callback(painter.close)
        for each in names:
            painter.ask("show", timeout=60, scene="still")
            row: Row = {"set": each, "switches": list({**SETS, "ours": TUNING}[each])}
            with running(vnc_step, display, environment, tuple(row["switches"])) as pid:
                client = TightClient(paths.rfb_socket, stamp.place(size.height))
                row |= look_at(client, painter, pid, seconds)
                client.close()
            print_row(row)
            rows.append(row)
    return rows


if __name__ == "__main__":
    command_line(__doc__, [*SETS, "ours"], measure)
