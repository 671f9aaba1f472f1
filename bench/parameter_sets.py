"""Measures a VNC server with each of several sets of parameters; shared by `x11vnc.py` and `tigervnc.py`.

The painter of `scripts/bench` draws, and stamps every frame. `TightClient` reads the stamps from what the server sends.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.desktop.command_process import CommandProcess
from bench.desktop.painter import stamp
from bench.desktop.percentiles import percentile
from bench.tight_client import TightClient
from jupyter_vnc_proxy.options import Geometry

CLICKS = 16
IDLE_SECONDS = 2.0
TIMEOUT_SECONDS = 10.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

Row = dict[str, Any]
"""The results of a set."""


def start_painter(display: str, xauthority: Path) -> CommandProcess:
    """Start the painter on a display, with a still page."""
    env = {**os.environ, "DISPLAY": display, "XAUTHORITY": os.fspath(xauthority)}
    log = xauthority.with_name("painter.log")
    painter = CommandProcess([sys.executable, "-m", "bench.desktop.painter"], log, env)
    show(painter, "still")
    return painter


def show(painter: CommandProcess, scene: str) -> None:
    """Start a scene; return once it is drawn."""
    painter.ask("show", timeout=60, scene=scene)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process so far, in seconds."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / TICKS_PER_SECOND


def look_at(client: TightClient, painter: CommandProcess, pid: int, seconds: float) -> Row:
    """Measure all scenes, starting with the still page; ``pid`` is the VNC server's."""
    client.watch(0.5)
    row: Row = {"click_ms": clicking(client), "idle_cores": idle(client, pid)}
    for scene in ("scroll", "video"):
        show(painter, scene)
        row[scene] = moving(client, pid, seconds)
    row["click_video_ms"] = clicking(client)
    return row


def moving(client: TightClient, pid: int, seconds: float) -> Row:
    """Watch a moving scene for ``seconds``; ``pid`` is the VNC server's."""
    client.watch(0.5)
    client.ages.clear()
    cpu, began, received = cpu_seconds(pid), time.monotonic(), client.received
    client.watch(seconds)
    took = time.monotonic() - began
    return {
        "fps": round(len(client.ages) / took, 1),
        "age_ms": [round((percentile(client.ages, percent) or 0) * 1000, 1) for percent in (50, 95)],
        "mbit_per_s": round((client.received - received) * 8e-6 / took, 1),
        "cores": round((cpu_seconds(pid) - cpu) / took, 2),
    }


def clicking(client: TightClient) -> list[float]:
    """Press the pointer's button repeatedly; return p50 and p95 of the time to the changed picture, in ms."""
    times = []
    for _ in range(CLICKS):
        client.watch(0.12)
        clicks = client.clicks
        began = time.perf_counter()
        client.press(300, 200)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while client.clicks == clicks:
            if time.monotonic() > deadline:
                raise SystemExit(f"a click was not visible within {TIMEOUT_SECONDS:g} s")
            client.watch(0.0)
        times.append((time.perf_counter() - began) * 1000)
    return [round(percentile(times, percent) or 0, 1) for percent in (50, 95)]


def idle(client: TightClient, pid: int) -> float:
    """Return the cores that the VNC server uses while the page is still."""
    cpu, began = cpu_seconds(pid), time.monotonic()
    client.watch(IDLE_SECONDS)
    return round((cpu_seconds(pid) - cpu) / (time.monotonic() - began), 3)


def print_row(row: Row) -> None:
    """Print a row of the table."""
    scenes = (
        f"{scene['fps']:>5} {'/'.join(map(str, scene['age_ms'])):>12} {scene['mbit_per_s']:>6} {scene['cores']:>5}"
        for scene in (row["scroll"], row["video"])
    )
    clicks = (f"{'/'.join(map(str, row[name])):>12}" for name in ("click_ms", "click_video_ms"))
    print(f"{row['set']:20} {row['idle_cores']:>5} {' '.join(clicks)} | {' | '.join(scenes)}", flush=True)


def command_line(
    description: str | None, names: list[str], measure: Callable[[list[str], Geometry, float], list[Row]]
) -> None:
    """Parse the command line, measure the chosen sets, and print a table."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", choices=names, metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--size", type=Geometry.parse, default=Geometry(1280, 720), metavar="WxH")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.size.width < stamp.WIDTH:
        parser.error(f"the width must be at least {stamp.WIDTH} pixels, for the stamp")
    print(f"{'':20} {'idle':>5} {'click ms':>12} {'in video':>12} | scroll: fps, age, Mbit/s, cores | video")
    rows = measure(arguments.set or names, arguments.size, arguments.seconds)
    if arguments.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        body = {"machine": machine, "size": str(arguments.size), "results": rows}
        arguments.json.write_text(json.dumps(body, indent=1))
