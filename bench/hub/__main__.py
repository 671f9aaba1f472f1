"""Measures desktops of many users on a real JupyterHub: memory, CPU time, time to running, faults.

    python -m bench.hub [--users 4] [--seconds 15] [--backend auto] [--session xfce] [--json FILE]

It starts a hub with configurable-http-proxy, and a server for each user; then all users start a desktop at once, and a
viewer is connected to each: first while nothing happens, then while the pointer moves. Memory is PSS, which divides
shared pages among processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.desktop.paths import REPOSITORY
from bench.desktop.percentiles import percentile
from bench.desktop.servers.processes import Process, marked, megabytes

sys.path.insert(0, os.fspath(REPOSITORY / "test" / "server"))

from support.hub import Hub

from bench.hub.users import Person

SETTLE_SECONDS = 5.0
"""Time after the viewers are connected before anything is measured."""


def processes(hub: Hub, people: list[Person]) -> dict[str, list[Process]]:
    """Return the processes of all users by name."""
    found: dict[str, list[Process]] = {}
    for person in people:
        for process in marked("JUPYTER_VNC_RUNTIME_DIR", os.fspath(hub.runtime_directory(person.name))):
            found.setdefault(process.name, []).append(process)
    return found


def cpu_seconds(found: dict[str, list[Process]]) -> dict[str, float]:
    """Return the CPU time so far by name."""
    return {name: sum(process.cpu for process in each) for name, each in found.items()}


async def cores(hub: Hub, people: list[Person], seconds: float) -> dict[str, float]:
    """Return the cores that each name uses for some seconds, for all users together."""
    before, began = cpu_seconds(processes(hub, people)), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = cpu_seconds(processes(hub, people)), time.monotonic() - began
    return {name: max(0.0, used - before.get(name, 0.0)) / took for name, used in after.items()}


async def measure(hub: Hub, count: int, seconds: float) -> dict[str, Any]:
    """Return the numbers of one run."""
    people = [Person(hub, f"user-{number}") for number in range(count)]
    await asyncio.gather(*(person.start_server() for person in people))
    await asyncio.gather(*(person.start_desktop() for person in people))
    viewers = [asyncio.ensure_future(person.look()) for person in people]
    await asyncio.sleep(SETTLE_SECONDS)
    idle = await cores(hub, people, seconds)
    for person in people:
        person.moving = True
    moving = await cores(hub, people, seconds)
    found = processes(hub, people)
    memory = {name: sum(megabytes(process.pid) for process in each) for name, each in found.items()}
    for viewer in viewers:
        viewer.cancel()
    for person in people:
        person.leave()
    faults = [fault for person in people for fault in person.faults]
    faults += [line for line in hub.log().splitlines() if "Traceback" in line]
    return {
        "users": count,
        "server_seconds": [person.server_seconds for person in people],
        "desktop_seconds": [person.desktop_seconds for person in people if person.desktop_seconds is not None],
        "received_mb": sum(person.received for person in people) / 1e6,
        "faults": faults,
        "processes": {
            name: {
                "count": len(found[name]),
                "mb": round(memory[name], 1),
                "idle_cores": round(idle.get(name, 0.0), 3),
                "moving_cores": round(moving.get(name, 0.0), 3),
            }
            for name in sorted(memory, key=lambda name: -memory[name])
        },
    }


def table(result: dict[str, Any]) -> str:
    """Return the numbers of one run as text; memory and CPU are for each user."""
    users = result["users"]
    lines = []
    for title, key in (("server", "server_seconds"), ("desktop", "desktop_seconds")):
        seconds = result[key]
        p50, p95 = percentile(seconds, 50), percentile(seconds, 95)
        lines.append(f"{title} ready after: p50 {p50 or 0:.1f} s, p95 {p95 or 0:.1f} s ({len(seconds)} of {users})")
    lines.append(f"faults: {len(result['faults'])}")
    lines += [f"  {fault}" for fault in result["faults"]]
    lines.append(f"{'for each user':34}{'processes':>10}{'MB (PSS)':>10}{'idle %':>9}{'moving %':>10}")
    rows = result["processes"]
    keys = ("count", "mb", "idle_cores", "moving_cores")
    total = {key: sum(row[key] for row in rows.values()) for key in keys}
    for name, row in [*rows.items(), ("total", total)]:
        lines.append(
            f"{name[:33]:34}{row['count'] / users:>10.1f}{row['mb'] / users:>10.1f}"
            f"{100 * row['idle_cores'] / users:>9.1f}{100 * row['moving_cores'] / users:>10.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench.hub", description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=4, help="users with a desktop each (default: 4)")
    parser.add_argument("--seconds", type=float, default=15.0, help="seconds that each CPU time is measured")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--session", default="", help="the desktop session (default: the best one installed)")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="jvh-", dir="/tmp"))
    hub = Hub(directory, {"backend": arguments.backend, "session": arguments.session, "session_command": []})
    try:
        result = asyncio.run(measure(hub, arguments.users, arguments.seconds))
    finally:
        hub.close()
        shutil.rmtree(directory, ignore_errors=True)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    result = {"date": date.today().isoformat(), **machine, "backend": arguments.backend, **result}
    print(f"{result['date']}, {machine['cores']} cores, backend {arguments.backend}, {arguments.users} users")
    print(table(result))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
