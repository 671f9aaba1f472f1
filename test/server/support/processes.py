"""The processes that a test started, and the errors in their logs."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from jupyter_vnc_proxy.system.process_groups import environment_entries


def processes_of(directory: Path) -> dict[int, str]:
    """Return the other processes with ``directory`` in their environment: process id → command line."""
    wanted = os.fsencode(directory)
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if any(wanted in each for each in environment_entries(int(entry.name))):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def running(directory: Path, command: str) -> list[int]:
    """Return the ids of those `processes_of` a directory that run a command, such as ``sleep 1000``."""
    found = []
    for pid, line in processes_of(directory).items():
        program, _, arguments = line.rstrip().partition(" ")
        if f"{os.path.basename(program)} {arguments}" == command:
            found.append(pid)
    return found


def complaints(log: str) -> list[str]:
    """Return the lines of a log that begin a traceback or are a Python warning."""
    return [line for line in log.splitlines() if "Traceback" in line or "Warning:" in line]
