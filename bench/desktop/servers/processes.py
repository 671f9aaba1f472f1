"""CPU time and memory of a server's processes, found by a variable that all of them inherit."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STOP_TIMEOUT = 10.0


@dataclass(frozen=True)
class Process:
    """One process: what it is called, and its seconds of CPU time so far."""

    pid: int
    name: str
    argv: tuple[str, ...]
    cpu: float


def _name(argv: tuple[str, ...]) -> str:
    """Return what a process is called: the program, or the Python module or script that runs."""
    program = Path(argv[0]).name.split(" ")[0].rstrip(":")
    if not program.startswith("python") or len(argv) < 2:
        return program
    if "-m" in argv and argv.index("-m") + 1 < len(argv):
        module = argv[argv.index("-m") + 1]
        rest = argv[argv.index("-m") + 2 :]
        return f"{module} {rest[0]}" if module == "jupyter_vnc_proxy" and rest else module
    return Path(argv[1]).name


def marked(variable: str, value: str) -> list[Process]:
    """Return the processes that have ``variable`` with ``value`` in their environment."""
    wanted = f"{variable}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError):
            if wanted not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            argv = tuple((entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0"))
            # The name may hold spaces and parentheses; after the last of them come state, ppid … (proc(5)).
            numbers = (entry / "stat").read_text().rpartition(")")[2].split()
            if numbers[0] != "Z":
                cpu = (int(numbers[11]) + int(numbers[12])) / TICKS
                found.append(Process(int(entry.name), _name(argv), argv, cpu))
    return found


def environment(pid: int) -> dict[str, str]:
    """Return the variables that a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def megabytes(pid: int, without: Collection[int] = ()) -> float:
    """Return a process's PSS in MB: what it has alone, and its share of what it shares.

    ``without``: the numbers of System V segments that don't count, since they are the painter's.
    """
    total, counts = 0, True
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            fields = line.split()
            if "-" in fields[0] and not fields[0].endswith(":"):
                counts = not (line.find("/SYSV") >= 0 and int(fields[4]) in without)
            elif fields[0] == "Pss:" and counts:
                total += int(fields[1])
    return total / 1024


def cores(before: list[Process], after: list[Process], seconds: float) -> dict[str, float]:
    """Return how many cores each name took between two looks, ``seconds`` apart, those that took none included."""
    earlier = {process.pid: process.cpu for process in before}
    used: dict[str, float] = {}
    for process in after:
        used[process.name] = used.get(process.name, 0.0) + process.cpu - earlier.get(process.pid, 0.0)
    return {name: round(cpu / seconds, 4) for name, cpu in sorted(used.items())}


def end(variable: str, value: str) -> list[str]:
    """End what is left of a server, by the process ids; return the names of those that had to be killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = marked(variable, value)
        names = [process.name for process in left]
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT
        while marked(variable, value) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not marked(variable, value):
            return names if number == signal.SIGKILL else []
    return names
