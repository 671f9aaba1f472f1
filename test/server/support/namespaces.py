"""Pid namespaces, as containers have: a program in one of its own, with any process id that a test wants."""

from __future__ import annotations

import shutil
import subprocess

import pytest

UNSHARE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=SIGTERM")

AS_PID = (
    "echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid && shift || exit\n"
    '"$@" & child=$!\n'
    "trap 'kill -TERM $child' TERM\n"
    "while kill -0 $child 2>/dev/null; do wait $child; done"
)
"""Runs a command with a process id (proc_sys_kernel(5)), and ends with it."""


def _works() -> bool:
    probe = [*UNSHARE, "sh", "-c", "echo 4000 > /proc/sys/kernel/ns_last_pid"]
    return shutil.which("unshare") is not None and subprocess.run(probe, capture_output=True).returncode == 0


needs_namespaces = pytest.mark.skipif(not _works(), reason="the user may not make pid namespaces here")


def in_container(pid: int | None = None) -> tuple[str, ...]:
    """Return what begins the argv of a program that runs in a pid namespace of its own, with this process id."""
    return UNSHARE if pid is None else (*UNSHARE, "sh", "-c", AS_PID, "sh", str(pid))
