"""Process groups, processes marked by an environment variable, and orphans that we adopt."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Container
from pathlib import Path

POLL = 0.004
"""Seconds between two checks of a condition that the kernel has no event for."""

MAX_SWEEPS = 10
"""Searches for processes that are left, at the most; one that is being killed may have forked just before."""

PR_SET_CHILD_SUBREAPER = 36
"""From <linux/prctl.h>."""


async def group_ended(group: int, timeout: float) -> None:
    """Wait until a process group whose leader has ended is empty: a D-Bus, for one, removes its socket at its end."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:  # noqa: ASYNC222 - those that we adopted; it does not block
                pass
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        await asyncio.sleep(POLL)


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; do nothing if it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def marked_processes(variable: str, value: str) -> list[int]:
    """Return the user's processes that were started with ``variable=value`` in their environment, without ourselves."""
    wanted = os.fsencode(f"{variable}={value}")
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if wanted in Path(entry.path, "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end_marked(variable: str, value: str) -> None:
    """Send SIGKILL to the `marked_processes`, until none is left that could still fork."""
    for _ in range(MAX_SWEEPS):
        pids = marked_processes(variable, value)
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends (prctl(2)): a container's first process often reaps none of
    them, and they would stay as zombies."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(own: Container[int]) -> None:
    """Reap adopted descendants that have ended, but none of ``own``, the process ids that other code waits for."""
    for task in os.scandir("/proc/self/task"):
        with contextlib.suppress(OSError):
            for pid in map(int, Path(task.path, "children").read_bytes().split()):
                if pid not in own:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(pid, os.WNOHANG)
