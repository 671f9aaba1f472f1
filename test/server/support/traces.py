"""Checks for what a desktop leaves on the machine: files, sockets, processes, TCP listeners."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from support.processes import processes_of
from support.runners import Run
from support.waiting import wait_until


def tcp_listeners(pids: set[int]) -> list[str]:
    """Return the TCP sockets on which these processes listen, by their inodes in /proc (proc(5))."""
    listening = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A":
                listening.add(f"socket:[{columns[9]}]")
    found = []
    for pid in pids:
        try:
            links = list(Path(f"/proc/{pid}/fd").iterdir())
        except FileNotFoundError:
            continue  # it has ended
        for link in links:
            try:
                target = os.readlink(link)
            except FileNotFoundError:
                continue  # closed meanwhile, so it does not listen
            if target in listening:
                found.append(f"{pid}: {target}")
    return found


def assert_no_trace(run: Run, display: str) -> None:
    """Check that a desktop that has ended left no process, socket, cookie or display."""
    number = display.removeprefix(":")
    wait_until(lambda: not processes_of(run.path), what="no process is left")
    assert not list(run.path.glob("*.sock"))
    assert not (run.path / "Xauthority").exists()
    assert_used_or_gone(number)


def is_left(number: str) -> bool:
    """Return whether a display's lock file or socket has no process; one that is ending has none for a moment."""
    with contextlib.suppress(FileNotFoundError):
        if not Path("/proc", Path(f"/tmp/.X{number}-lock").read_text().strip()).exists():
            return True
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(FileNotFoundError):
        try:
            probe.connect(f"/tmp/.X11-unix/X{number}")
        except ConnectionRefusedError:
            return True
    return False


def assert_used_or_gone(number: str) -> None:
    """Check that a display's files are gone, or that another X server has taken its number."""
    wait_until(lambda: not is_left(number), what="no display is left")
