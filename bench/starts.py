"""How long a desktop takes from its start to ``running``, for each backend and transport, and what it costs.

    python bench/starts.py [--rounds 7] [--desktops 20] [--json FILE]

The session is ``sleep``, so that its own start-up is not in the numbers. Each row: median and slowest of the rounds in
milliseconds, from the spawn of the runner to the phase ``running`` in ``desktop.json``. Then so many desktops at once:
the time until all run, and the resident memory of a desktop's processes (PSS, so that what they share is divided).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import all_backends, missing_programs
from jupyter_vnc_proxy.desktops.desktop import MARKER, Desktop
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process_groups import marked_processes

TIMEOUT = 60.0


def options(backend: str, transport: str) -> DesktopOptions:
    """Return a desktop's options with a session that does nothing."""
    return DesktopOptions(backend=backend, transport=transport, session_command=("sleep", "1000"))


def until(desktop: Desktop, *phases: str) -> None:
    """Wait for one of the phases; raise where the desktop failed or nothing happens."""
    deadline = time.monotonic() + TIMEOUT
    while (state := desktop.state()).phase not in phases:
        if state.phase == "failed" or time.monotonic() > deadline:
            raise SystemExit(f"{desktop.name}: {state.phase}: {state.error}")
        time.sleep(0.001)


def start_once(directory: Path, backend: str, transport: str) -> float:
    """Return the milliseconds that one start takes."""
    desktop = Desktop(directory / "one")
    shutil.rmtree(desktop.path, ignore_errors=True)
    began = time.perf_counter()
    desktop.start(options(backend, transport), orphan_timeout=TIMEOUT)
    until(desktop, "running")
    took = (time.perf_counter() - began) * 1000
    end([desktop])
    return took


def end(desktops: list[Desktop]) -> None:
    """Stop desktops and wait until they are gone."""
    for desktop in desktops:
        desktop.signal_stop()
    for desktop in desktops:
        while not desktop.stopped():
            time.sleep(0.005)


def memory(desktop: Desktop) -> float:
    """Return the MB that a desktop's processes and its runner take."""
    pids = marked_processes(MARKER, os.fspath(desktop.path))
    runner = desktop.runner_pid()
    total = 0
    for pid in [*pids, *([runner] if runner else [])]:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def many(directory: Path, backend: str, transport: str, count: int) -> dict[str, float]:
    """Start ``count`` desktops at once."""
    desktops = [Desktop(directory / f"many-{index}") for index in range(count)]
    began = time.perf_counter()
    for desktop in desktops:
        desktop.start(options(backend, transport), orphan_timeout=TIMEOUT)
    for desktop in desktops:
        until(desktop, "running")
    seconds = time.perf_counter() - began
    megabytes = statistics.median(memory(desktop) for desktop in desktops)
    began = time.perf_counter()
    end(desktops)
    return {
        "desktops": count,
        "all_running_s": round(seconds, 2),
        "mb_each": round(megabytes, 1),
        "all_stopped_s": round(time.perf_counter() - began, 2),
    }


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--desktops", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        directory = Path(name)
        for backend in all_backends().values():
            if missing_programs(backend, options(backend.name, backend.transports[0])):
                continue
            for transport in backend.transports:
                times = [start_once(directory, backend.name, transport) for _ in range(arguments.rounds)]
                row: dict[str, Any] = {"backend": backend.name, "transport": transport}
                row |= {"median_ms": round(statistics.median(times)), "slowest_ms": round(max(times))}
                rows.append(row | many(directory, backend.name, transport, arguments.desktops))
    print(f"{'':22} {'median':>8} {'slowest':>8} | {arguments.desktops} at once: run, stop, MB each")
    for row in rows:
        label = f"{row['backend']} {row['transport']}"
        print(
            f"{label:22} {row['median_ms']:>5} ms {row['slowest_ms']:>5} ms | "
            f"{row['all_running_s']} s, {row['all_stopped_s']} s, {row['mb_each']} MB"
        )
    if arguments.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        arguments.json.write_text(json.dumps({"machine": machine, "results": rows}, indent=1))


if __name__ == "__main__":
    main()
