"""The processes of the browser, and the CPU time of their threads."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from jupyter_vnc_proxy.system.process_groups import descendants

from .servers import processes

MARKER = "DESKTOP_BENCH_BROWSER"
"""Environment variable of the browser's processes; its value is the server's directory.

Chromium's children overwrite their environment, but not who their parents are.
"""

SERVICE = "network"
"""What ``--type=utility`` is called here: in a headless browser, most of it is the network service."""


def thread_seconds(marker: str) -> dict[str, float]:
    """Return the CPU time so far by kind of process and name of thread, as in ``renderer main``, in seconds."""
    found: dict[str, float] = {}
    for pid in _pids(marker):
        for (_, thread), seconds in processes.thread_seconds(pid).items():
            name = f"{_kind(pid)} {thread.rstrip('0123456789/')}"
            found[name] = found.get(name, 0.0) + seconds
    return found


def _pids(marker: str) -> set[int]:
    roots = [each.pid for each in processes.marked(MARKER, marker) if Path(each.argv[0]).name.startswith("chrom")]
    return {pid for root in roots for pid in (root, *(each.pid for each in descendants(root)))}


def suspend_tabs(marker: str, seconds: float) -> None:
    """Stop the processes of all pages for a while, as a browser does with tabs in the background."""
    renderers = [pid for pid in _pids(marker) if _kind(pid) == "renderer"]
    try:
        _signal(renderers, signal.SIGSTOP)
        time.sleep(seconds)
    finally:
        _signal(renderers, signal.SIGCONT)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _kind(pid: int) -> str:
    """Return a process's kind by its command line, which Chromium may join to one word."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ").split()
    except OSError:
        return "browser"
    kinds = [word.partition("=")[2] for word in words if word.startswith("--type=")]
    return {"gpu-process": "gpu", "utility": SERVICE}.get(kinds[0], kinds[0]) if kinds else "browser"


def by_process(used: dict[str, float]) -> dict[str, float]:
    """Sum up by kind of process."""
    found: dict[str, float] = {}
    for name, seconds in used.items():
        kind = name.partition(" ")[0]
        found[kind] = found.get(kind, 0.0) + seconds
    return found


def used_between(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Return the seconds that each thread's name used between two calls of `thread_seconds`."""
    return {name: max(0.0, round(seconds - before.get(name, 0.0), 3)) for name, seconds in after.items()}
