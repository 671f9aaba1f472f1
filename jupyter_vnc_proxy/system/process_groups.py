"""Process groups, processes marked by an environment variable, and those that descend from another."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Container
from dataclasses import replace
from pathlib import Path

from .process_identity import ENDED_STATES, ProcessIdentity, ProcessStat, read_stat

POLL = 0.004
"""Seconds between two checks of a condition that the kernel has no event for."""

TREE_POLL = 0.02
"""Seconds between two searches for descendants, which read all of /proc."""

EXECVE_SECONDS = 0.1
"""How long a process that is being executed is waited for, at the most, to show its environment."""

MAX_SWEEPS = 10
"""Searches for processes that are left, at the most; one that is being killed may have forked just before."""

PR_SET_CHILD_SUBREAPER = 36
"""From <linux/prctl.h>."""

Spare = Callable[[int], bool]
"""Returns whether a process, by its id, is to be left alone with all that descends from it."""


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


def signal_group(leader: ProcessIdentity, number: signal.Signals, *, just_ended: bool = False) -> None:
    """Send a signal to the process group of ``leader``, which leads its session, too; do nothing if it is gone.

    Once the leader was reaped, the group's number may be another's. Then no group is signalled if another process has
    the number, and else only the members that descend from us, unless the leader has ``just_ended``.
    """
    if leader.has_number():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, number)
    elif leader.is_here() and not Path("/proc", str(leader.pid)).exists():
        for member, stat in _all() if just_ended else _tree(os.getpid()):
            if stat.group == stat.session == leader.pid:
                member.signal(number)


def marked_processes(variable: str, value: str) -> list[ProcessIdentity]:
    """Return the user's processes that were started with ``variable=value`` in their environment, without ourselves."""
    wanted = os.fsencode(f"{variable}={value}")
    found = []
    for pid in _pids():
        if pid == os.getpid():
            continue
        with contextlib.suppress(OSError):
            process = ProcessIdentity.of(pid)  # before its environment, which then is its own or a later process's
            if wanted in environment_entries(pid):
                found.append(process)
    return found


def environment_entries(pid: int) -> list[bytes]:
    """Return the entries of the environment that a process was started with; raise `OSError` if it can't be read.

    For a moment after execve(2), and after its caller knows of the success, the kernel shows an empty environment
    (environ_read() in Linux' fs/proc/base.c). Wait until it is over.
    """
    file, is_empty = Path("/proc", str(pid), "environ"), False
    deadline = time.monotonic() + EXECVE_SECONDS
    while True:
        text = file.read_bytes()
        if text or is_empty or time.monotonic() > deadline:
            return text.split(b"\0")
        is_empty = not _is_being_executed(pid)
        if not is_empty:
            time.sleep(POLL / 4)


def _is_being_executed(pid: int) -> bool:
    """Return whether a process has a program, as kernel threads and zombies don't, and no environment yet."""
    with contextlib.suppress(OSError):
        return bool(os.readlink(f"/proc/{pid}/exe")) and read_stat(pid).environment_end == 0
    return False


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with; raise `OSError` if it can't be read."""
    return dict(os.fsdecode(each).split("=", 1) for each in environment_entries(pid) if b"=" in each)


def end_marked(variable: str, value: str) -> None:
    """Send SIGKILL to the `marked_processes`, until none is left that could still fork."""
    for _ in range(MAX_SWEEPS):
        processes = marked_processes(variable, value)
        if not processes:
            return
        for process in processes:
            process.signal(signal.SIGKILL)
        time.sleep(POLL)


def descendants(ancestor: int, spare: Spare = lambda pid: False) -> list[ProcessIdentity]:
    """Return the living processes that descend from the process id ``ancestor``.

    Those that ``spare`` returns true for are left out, with all that descends from them.
    """
    return [process for process, _ in _tree(ancestor, spare)]


async def end_descendants(grace: float, spare: Spare) -> None:
    """End what descends from us: SIGTERM, and after ``grace`` seconds SIGKILL until none is left.

    An agent that hides its environment (``ssh-agent``, ``gpg-agent``) is found in no other way.
    """
    deadline = time.monotonic() + grace
    for process in descendants(os.getpid(), spare):
        process.signal(signal.SIGTERM)
    while time.monotonic() < deadline and descendants(os.getpid(), spare):  # noqa: ASYNC110 - the kernel has no event
        await asyncio.sleep(TREE_POLL)
    for _ in range(MAX_SWEEPS):
        left = descendants(os.getpid(), spare)
        if not left:
            return
        for process in left:
            process.signal(signal.SIGKILL)
        await asyncio.sleep(TREE_POLL)


def _tree(ancestor: int, spare: Spare = lambda pid: False) -> list[tuple[ProcessIdentity, ProcessStat]]:
    children: dict[int, list[tuple[ProcessIdentity, ProcessStat]]] = {}
    for process, stat in _all():
        children.setdefault(stat.parent, []).append((process, stat))
    found, waiting = [], [ancestor]
    while waiting:
        for process, stat in children.pop(waiting.pop(), ()):
            if not spare(process.pid):
                found.append((process, stat))
                waiting.append(process.pid)
    return found


def _all() -> list[tuple[ProcessIdentity, ProcessStat]]:
    """Return all processes that live."""
    own = ProcessIdentity.own()
    found = []
    for pid in _pids():
        with contextlib.suppress(ProcessLookupError):
            stat = read_stat(pid)
            if stat.state not in ENDED_STATES:
                found.append((replace(own, pid=pid, start_time=stat.start_time), stat))
    return found


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Return how long a process's main thread has run, and how long it has waited for a CPU, in seconds.

    Both are 0 if it has ended, or the kernel doesn't tell (``CONFIG_SCHED_INFO``; proc(5), ``schedstat``).
    """
    try:
        ran, waited = Path("/proc", str(pid), "schedstat").read_bytes().split()[:2]
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9


def group_waited(group: int) -> float:
    """Return how long the living members of a process group have waited for a CPU, in seconds together."""
    members = [process.pid for process, stat in _all() if stat.group == group]
    return sum(cpu_seconds(pid)[1] for pid in members)


def _pids() -> list[int]:
    return [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends (prctl(2)).

    So they still descend from us, and are reaped: a container's first process often reaps none of them.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(own: Container[int]) -> None:
    """Reap adopted descendants that have ended, but none of ``own``, the process ids that other code waits for."""
    for task in os.scandir("/proc/self/task"):
        with contextlib.suppress(OSError):
            for pid in map(int, Path(task.path, "children").read_bytes().split()):
                if pid not in own:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(pid, os.WNOHANG)
