"""Measures how long a desktop takes to start, for each backend and transport, and its memory.

    python bench/starts.py [--rounds 7] [--desktops 20] [--json FILE]

The session is ``sleep``, so that its start is not measured. Each row has the median and the slowest of the rounds in
milliseconds, from the start of the runner to the phase ``running`` in ``desktop.json``. Then it starts many desktops at
once: the time until all run, and the memory of a desktop's processes (PSS, which divides shared memory among them).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import all_backends, missing_programs
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.markers import MARKER
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process_groups import marked_processes

TIMEOUT_SECONDS = 60.0


class StartError(Exception):
    """A desktop does not start, for example because its backend needs an option, or refuses to run as root."""


def options(backend: str, transport: str) -> DesktopOptions:
    """Return a desktop's options with a session that does nothing."""
    return DesktopOptions(backend=backend, transport=transport, session_command=("sleep", "1000"))


def wait_for(desktop: Desktop, *phases: str) -> None:
    """Wait for one of the phases; raise `StartError` if the desktop fails or after `TIMEOUT_SECONDS`."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (state := desktop.state()).phase not in phases:
        if state.phase == "failed" or time.monotonic() > deadline:
            message = state.error["message"] if state.error else f"it is still {state.phase}"
            raise StartError(f"{desktop.name}: {message}")
        time.sleep(0.001)


def start_once(directory: Path, backend: str, transport: str) -> float:
    """Return the duration of one start, in milliseconds."""
    desktop = Desktop(directory / "one")
    shutil.rmtree(desktop.path, ignore_errors=True)
    began = time.perf_counter()
    desktop.start(options(backend, transport), orphan_timeout=TIMEOUT_SECONDS)
    wait_for(desktop, "running")
    took = (time.perf_counter() - began) * 1000
    stop([desktop])
    return took


def stop(desktops: list[Desktop]) -> None:
    """Stop desktops and wait for their end."""
    for desktop in desktops:
        desktop.signal_stop()
    for desktop in desktops:
        while not desktop.stopped():
            time.sleep(0.005)


def memory(desktop: Desktop) -> float:
    """Return the memory of a desktop's processes and its runner, in MB."""
    pids = [process.pid for process in marked_processes(MARKER, os.fspath(desktop.path))]
    runner = desktop.runner_pid()
    total = 0
    for pid in [*pids, *([runner] if runner else [])]:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def start_many(directory: Path, backend: str, transport: str, count: int) -> dict[str, float]:
    """Start ``count`` desktops at once."""
    desktops = [Desktop(directory / f"many-{index}") for index in range(count)]
    began = time.perf_counter()
    for desktop in desktops:
        desktop.start(options(backend, transport), orphan_timeout=TIMEOUT_SECONDS)
    for desktop in desktops:
        wait_for(desktop, "running")
    seconds = time.perf_counter() - began
    megabytes = statistics.median(memory(desktop) for desktop in desktops)
    began = time.perf_counter()
    stop(desktops)
    return {
        "desktops": count,
        "all_running_s": round(seconds, 2),
        "mb_each": round(megabytes, 1),
        "all_stopped_s": round(time.perf_counter() - began, 2),
    }


def main() -> None:
    """Measure and print a table."""
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
                try:
                    times = [start_once(directory, backend.name, transport) for _ in range(arguments.rounds)]
                    row: dict[str, Any] = {"backend": backend.name, "transport": transport}
                    row |= {"median_ms": round(statistics.median(times)), "slowest_ms": round(max(times))}
                    rows.append(row | start_many(directory, backend.name, transport, arguments.desktops))
                except StartError as error:
                    print(f"{backend.name} {transport}: {error}", file=sys.stderr)
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
