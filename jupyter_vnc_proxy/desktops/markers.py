"""The environment variables that tell which desktop a process belongs to, and the environment of a new runner."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..system.process_groups import environment_entries

MARKER = "JUPYTER_VNC_DESKTOP"
"""Environment variable of every process of a desktop; its value is the desktop's directory."""

RUNNER_MARKER = "JUPYTER_VNC_RUNNER"
"""Environment variable of a runner that a server or a command started, and of none of its desktop's processes.

Its value is the number of the descriptor of the lock that the runner inherits. If the runner was started on another
desktop, it is no part of that one and outlives it.
"""

OF_THE_SESSION = ("SSH_AGENT_PID", "SSH_AUTH_SOCK", "GPG_AGENT_INFO")
"""Variables of a desktop's session that name processes which end with it; others name files in its directory."""

SESSION_DIRECTORY = "session"
"""The name of the directory with the files of the session, in a desktop's directory."""

RUN_FOR_USER = "run-for-user"
"""The script there that runs its arguments with the user's variables, if the session's differ; no shell has this
name."""

LAUNCH_VARIABLE = "GIO_LAUNCH_DESKTOP"
"""The variable of a session that has such scripts: one of them, which GLib starts programs with."""


def outside_desktop(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment``, without what ties it to a desktop if it is that of a program on one."""
    outside = {key: value for key, value in environment.items() if key != RUNNER_MARKER}
    directory = outside.pop(MARKER, None)
    if not directory:
        return outside
    return {key: value for key, value in outside.items() if key not in OF_THE_SESSION and directory not in value}


def runner_environment(lock: int) -> dict[str, str]:
    """Return the environment of a runner that inherits the descriptor ``lock``, from a server or a command."""
    return {**outside_desktop(os.environ), RUNNER_MARKER: str(lock)}


def is_runner(pid: int) -> bool:
    """Return whether a process is the runner of a desktop, which a server or a command started."""
    prefix = os.fsencode(f"{RUNNER_MARKER}=")
    try:
        return any(entry.startswith(prefix) for entry in environment_entries(pid))
    except OSError:
        return False
