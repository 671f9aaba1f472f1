"""CPU time and memory of a server's processes, which are found by an inherited environment variable."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from jupyter_vnc_proxy.system.process_groups import environment_entries

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """A process; ``cpu`` is its CPU time so far, in seconds."""

    pid: int
    name: str
    argv: tuple[str, ...]
    cpu: float


def _name(argv: tuple[str, ...]) -> str:
    """Return the name of a process: its program, or the Python module or script that it runs."""
    program = Path(argv[0]).name.split(" ")[0].rstrip(":")
    if not program.startswith("python") or len(argv) < 2:
        return program
    # Our own programs are started as `python -I own_python.py USER_SITE MODULE …`: see system/own_python.py.
    words = [Path(word).name for word in argv]
    for option, distance in (("-m", 1), ("own_python.py", 2)):
        if option in words and words.index(option) + distance < len(argv):
            module, *rest = argv[words.index(option) + distance :]
            return f"{module} {rest[0]}" if module == "jupyter_vnc_proxy" and rest else module
    return Path(argv[1]).name


def marked(variable: str, value: str) -> list[Process]:
    """Return the processes with ``variable`` set to ``value``."""
    wanted = f"{variable}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError):
            if wanted not in environment_entries(int(entry.name)):
                continue
            argv = tuple((entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0"))
            # The name may contain spaces and parentheses; state, ppid … follow the last one (proc(5)).
            numbers = (entry / "stat").read_text().rpartition(")")[2].split()
            if numbers[0] != "Z":
                cpu = (int(numbers[11]) + int(numbers[12])) / TICKS_PER_SECOND
                found.append(Process(int(entry.name), _name(argv), argv, cpu))
    return found


def megabytes(pid: int, without: Collection[int] = ()) -> float:
    """Return a process's proportional set size (PSS) in MB.

    ``without``: identifiers of System V segments that are not counted, because they belong to the painter.
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


def thread_seconds(pid: int) -> dict[tuple[int, str], float]:
    """Return the CPU time so far of each thread of a process, by its id and its name, in seconds.

    The first thread is called ``main``. Threads that have ended are missing.
    """
    found: dict[tuple[int, str], float] = {}
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError, IndexError):
                name = "main" if int(task.name) == pid else (task / "comm").read_text().strip()
                numbers = (task / "stat").read_text().rpartition(")")[2].split()
                found[int(task.name), name] = (int(numbers[11]) + int(numbers[12])) / TICKS_PER_SECOND
    return found


def used_seconds(before: list[Process], after: list[Process]) -> dict[str, float]:
    """Return the CPU time that each name used between two lists, in seconds."""
    earlier = {process.pid: process.cpu for process in before}
    used: dict[str, float] = {}
    for process in after:
        used[process.name] = used.get(process.name, 0.0) + process.cpu - earlier.get(process.pid, 0.0)
    return used


def cores(before: list[Process], after: list[Process], seconds: float) -> dict[str, float]:
    """Return the cores that each name used between two lists taken ``seconds`` apart, including unused ones."""
    return {name: round(cpu / seconds, 4) for name, cpu in sorted(used_seconds(before, after).items())}


def end(variable: str, value: str) -> list[str]:
    """Terminate, then kill, what is left of a server; return the names of the processes that had to be killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = marked(variable, value)
        names = [process.name for process in left]
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while marked(variable, value) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not marked(variable, value):
            return names if number == signal.SIGKILL else []
    return names
