"""The processes of a test, and what they complained of."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def processes_of(directory: Path) -> dict[int, str]:
    """Return the processes, ourselves excepted, that carry ``directory`` in their environment: pid → command line."""
    wanted = os.fsencode(directory)
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def complaints(log: str) -> list[str]:
    """Return the lines of a log in which Python reports an error or a warning of ours."""
    return [line for line in log.splitlines() if "Traceback" in line or "Warning:" in line]
