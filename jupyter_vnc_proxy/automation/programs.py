"""Runs programs on a desktop, with the variables of its session."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ..desktops.desktop import Desktop
from ..desktops.markers import LAUNCH_VARIABLE, MARKER, RUN_FOR_USER, is_runner
from ..errors import Conflict, InvalidOption
from ..system.process_groups import descendants, environment_of

Output = int | IO[Any] | None
"""Where a program writes, as `subprocess.Popen` takes it."""


def environment(desktop: Desktop) -> dict[str, str]:
    """Return the variables that the session's programs have; raise `Conflict` if the desktop doesn't run."""
    display = desktop.state().usable_display()
    runner = desktop.runner_pid()
    found = []
    for process in descendants(runner, spare=is_runner) if runner is not None else ():
        try:
            variables = environment_of(process.pid)
        except OSError:  # it has ended
            continue
        if variables.get(MARKER) == str(desktop.path) and variables.get("DISPLAY") == display:
            is_service = "DBUS_STARTER_ADDRESS" in variables
            rank = (_is_of_session(process.pid, desktop), not is_service, "DBUS_SESSION_BUS_ADDRESS" in variables)
            found.append((rank, variables))
    if not found:
        raise Conflict(f"The desktop {desktop.name!r} has no session.", code="no-session")
    return max(found, key=lambda each: each[0])[1]


def run(
    desktop: Desktop, argv: Sequence[str], cwd: str | Path | None, stdout: Output, stderr: Output
) -> subprocess.Popen[bytes]:
    """Start a program on a desktop, as its menu would.

    Raise `InvalidOption` if it can't be started, `Conflict` if the desktop doesn't run.
    """
    if isinstance(argv, str) or not argv:
        raise InvalidOption("Give the program and its arguments as a list of words, as in ['xterm', '-e', 'top'].")
    variables = environment(desktop)
    words = [os.fspath(word) for word in argv]
    launcher = variables.get(LAUNCH_VARIABLE, "")
    if Path(launcher).parent.parent == desktop.path:  # the session's variables differ from the user's
        words.insert(0, str(Path(launcher).with_name(RUN_FOR_USER)))
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env=variables,
            start_new_session=True,  # an interrupted cell interrupts no window
        )
    except OSError as error:
        raise InvalidOption(f"{words[0]} could not be started: {error.strerror}.", code="bad-program") from error


def _is_of_session(pid: int, desktop: Desktop) -> bool:
    """Return whether a process writes to the session's log, as the session and what it starts does."""
    try:
        return os.readlink(f"/proc/{pid}/fd/2") == str(desktop.log_directory / "session.log")
    except OSError:
        return False
