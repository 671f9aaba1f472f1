"""What x11vnc's parameters do: one set of them after another in front of the same Xvfb, in one run, without a browser.

    python bench/x11vnc.py [--set NAME …] [--seconds 3] [--size 1280x720] [--json FILE]

The painter of `scripts/bench` draws, and stamps every frame. A viewer of our own reads the stamps out of what x11vnc
sends: Tight with the quality and compression that noVNC asks for, one request after each update. Per set and scene:
frames a second, their age in ms (drawn → decoded; p50 and p95), Mbit/s and x11vnc's share of a core; and the ms from a
press of the pointer's button to the block that it flips (p50 and p95), on a still page and while the video plays; and
x11vnc's share of a core while the viewer looks at a page where nothing happens.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, os.fspath(REPOSITORY))

from bench.desktop import stamp  # noqa: E402
from bench.desktop.numbers import percentile  # noqa: E402
from bench.tightviewer import TightViewer  # noqa: E402
from jupyter_vnc_proxy.backends.base import DISPLAY, Paths, Step  # noqa: E402
from jupyter_vnc_proxy.backends.x11vnc import TUNING, X11vncBackend  # noqa: E402
from jupyter_vnc_proxy.options import DesktopOptions, Geometry  # noqa: E402
from jupyter_vnc_proxy.system.process import PIPE  # noqa: E402
from jupyter_vnc_proxy.system.unix_sockets import is_listening  # noqa: E402
from jupyter_vnc_proxy.system.x_display import resize, write_cookie  # noqa: E402

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
"""In place of the backend's tuning; what it needs besides stays. ``ours`` is that tuning."""

CLICKS = 16
IDLE = 2.0
PATIENCE = 10.0
TICKS = os.sysconf("SC_CLK_TCK")


def wait_for(condition: Any, what: str) -> None:
    """Poll until ``condition`` holds; end the program where it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {PATIENCE:g} s")
        time.sleep(0.005)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process so far."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / TICKS


class Painter:
    """The program that draws, told what to draw."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.desktop.painter"],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def show(self, scene: str) -> None:
        """Begin a scene; return when it is drawn."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"id": 0, "do": "show", "scene": scene}) + "\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


@contextlib.contextmanager
def running(step: Step, display: str, environment: dict[str, str], tuning: tuple[str, ...]) -> Iterator[int]:
    """Run x11vnc with ``tuning`` in place of the backend's; give its process id."""
    words = [display if word == DISPLAY else word for word in step.argv]
    at = next(i for i in range(len(words)) if tuple(words[i : i + len(TUNING)]) == TUNING)
    words[at : at + len(TUNING)] = tuning
    process = subprocess.Popen(words, env={**environment, **step.environment}, stderr=subprocess.DEVNULL)
    try:
        socket = Path(words[words.index("-unixsock") + 1])
        wait_for(lambda: process.poll() is not None or is_listening(socket), "x11vnc")
        if process.returncode is not None:
            raise SystemExit(f"x11vnc does not know {' '.join(tuning)}")
        yield process.pid
    finally:
        process.kill()
        process.wait()
        socket.unlink(missing_ok=True)


def moving(viewer: TightViewer, pid: int, seconds: float) -> dict[str, Any]:
    """Look at a scene that moves."""
    viewer.watch(0.5)
    viewer.ages.clear()
    cpu, began, received = cpu_seconds(pid), time.monotonic(), viewer.received
    viewer.watch(seconds)
    took = time.monotonic() - began
    return {
        "fps": round(len(viewer.ages) / took, 1),
        "age_ms": [round((percentile(viewer.ages, percent) or 0) * 1000, 1) for percent in (50, 95)],
        "mbit_per_s": round((viewer.received - received) * 8e-6 / took, 1),
        "cores": round((cpu_seconds(pid) - cpu) / took, 2),
    }


def clicking(viewer: TightViewer) -> list[float]:
    """Press the pointer's button again and again; return p50 and p95 of the answer's time in ms."""
    times = []
    for _ in range(CLICKS):
        viewer.watch(0.12)
        clicks = viewer.clicks
        began = time.perf_counter()
        viewer.press(300, 200)
        deadline = time.monotonic() + PATIENCE
        while viewer.clicks == clicks:
            if time.monotonic() > deadline:
                raise SystemExit(f"a click was not answered within {PATIENCE:g} s")
            viewer.watch(0.0)
        times.append((time.perf_counter() - began) * 1000)
    return [round(percentile(times, percent) or 0, 1) for percent in (50, 95)]


def look_at(viewer: TightViewer, painter: Painter, pid: int, seconds: float) -> dict[str, Any]:
    """Measure what a viewer of the process ``pid`` sees, from a still page on."""
    viewer.watch(0.5)
    row: dict[str, Any] = {"click_ms": clicking(viewer), "idle_cores": idle(viewer, pid)}
    for scene in ("scroll", "video"):
        painter.show(scene)
        row[scene] = moving(viewer, pid, seconds)
    row["click_video_ms"] = clicking(viewer)
    return row


def measure(names: list[str], size: Geometry, seconds: float) -> list[dict[str, Any]]:
    """Measure the sets in front of one Xvfb."""
    rows = []
    with tempfile.TemporaryDirectory(dir="/tmp") as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        paths = Paths(directory, directory / "rfb.sock", directory / "Xauthority")
        display_step, vnc_step = X11vncBackend().steps(DesktopOptions(backend="x11vnc"), paths)
        write_cookie(paths.xauthority)
        argv = ["1" if word == PIPE else word for word in display_step.argv]
        xvfb = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        stack.callback(xvfb.communicate)
        stack.callback(xvfb.kill)
        assert xvfb.stdout is not None
        display = f":{int(xvfb.stdout.readline())}"
        resize(display, paths.xauthority, size)
        environment = {**os.environ, "DISPLAY": display, "XAUTHORITY": os.fspath(paths.xauthority)}
        painter = Painter(environment)
        stack.callback(painter.close)
        for each in names:
            painter.show("still")
            row: dict[str, Any] = {"set": each, "switches": list({**SETS, "ours": TUNING}[each])}
            with running(vnc_step, display, environment, tuple(row["switches"])) as pid:
                viewer = TightViewer(paths.rfb_socket, stamp.place(size.height))
                row |= look_at(viewer, painter, pid, seconds)
                viewer.close()
            written(row)
            rows.append(row)
    return rows


def idle(viewer: TightViewer, pid: int) -> float:
    """Return the share of a core that looking at a still page takes."""
    cpu, began = cpu_seconds(pid), time.monotonic()
    viewer.watch(IDLE)
    return round((cpu_seconds(pid) - cpu) / (time.monotonic() - began), 3)


def written(row: dict[str, Any]) -> None:
    """Print a set's row of the table."""
    scenes = (
        f"{scene['fps']:>5} {'/'.join(map(str, scene['age_ms'])):>12} {scene['mbit_per_s']:>6} {scene['cores']:>5}"
        for scene in (row["scroll"], row["video"])
    )
    clicks = (f"{'/'.join(map(str, row[name])):>12}" for name in ("click_ms", "click_video_ms"))
    print(f"{row['set']:20} {row['idle_cores']:>5} {' '.join(clicks)} | {' | '.join(scenes)}", flush=True)


def command_line(
    description: str | None, names: list[str], measure: Callable[[list[str], Geometry, float], list[dict[str, Any]]]
) -> None:
    """Measure what is asked for, and print a table."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", choices=names, metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--size", type=Geometry.parse, default=Geometry(1280, 720), metavar="WxH")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.size.width < stamp.WIDTH:
        parser.error(f"a frame's stamp is {stamp.WIDTH} pixels wide")
    print(f"{'':20} {'idle':>5} {'click ms':>12} {'in video':>12} | scroll: fps, age, Mbit/s, cores | video")
    rows = measure(arguments.set or names, arguments.size, arguments.seconds)
    if arguments.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        body = {"machine": machine, "size": str(arguments.size), "results": rows}
        arguments.json.write_text(json.dumps(body, indent=1))


if __name__ == "__main__":
    command_line(__doc__, [*SETS, "ours"], measure)
