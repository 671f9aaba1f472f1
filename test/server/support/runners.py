"""Runners as real processes, seen from outside: their state file, their processes, their exit."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.system.process_groups import environment_entries
from support.waiting import LONG_SECONDS

COMMAND = (sys.executable, "-m", "jupyter_vnc_proxy")

IMPATIENT = (
    sys.executable,
    "-c",
    "import sys; from jupyter_vnc_proxy import cli; from jupyter_vnc_proxy.runner import backoff, ownership, runner\n"
    "backoff.MAX_PAUSE_SECONDS, runner.EARLY_END_SECONDS, ownership.WATCH_SECONDS = 0.05, 0.2, 0.1\n"
    "sys.exit(cli.main(sys.argv[1:]))",
)
"""The same, with times that are short enough for a test."""

NO_PIDFD = """
import errno, os, signal, sys
def failing(*arguments): raise OSError(errno.ENOSYS, "Function not implemented")
{}
from jupyter_vnc_proxy.cli import main
sys.exit(main(sys.argv[1:]))
"""

WITHOUT_PIDFD = {
    "missing": (sys.executable, "-c", NO_PIDFD.format("del os.pidfd_open, signal.pidfd_send_signal")),
    "ENOSYS": (sys.executable, "-c", NO_PIDFD.format("os.pidfd_open = signal.pidfd_send_signal = failing")),
}
"""The same in a Python, and on a kernel, without pidfds."""

IDLE = ("sleep", "1000")
"""A session that shows nothing and runs until it is stopped."""


class Run:
    """One ``python -m jupyter_vnc_proxy run``."""

    def __init__(self, runtime: Path, argv: Sequence[str], name: str) -> None:
        self.name = name
        self.path = runtime / name
        self._before = self._written()
        self.output = runtime / f".{name}-{time.monotonic_ns()}.out"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def state(self) -> dict[str, Any]:
        """The contents of ``desktop.json``, or nothing before this runner wrote it."""
        if self._written() == self._before:
            return {}
        loaded: dict[str, Any] = json.loads((self.path / "desktop.json").read_bytes())
        return loaded

    def _written(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return (self.path / "desktop.json").stat().st_mtime_ns
        return 0

    def until(self, timeout: float = LONG_SECONDS, **wanted: Any) -> dict[str, Any]:
        """Wait until the state has these values, and return it; fail at once if the runner ends."""
        deadline = time.monotonic() + timeout
        while True:
            ended = self.process.poll() is not None
            state = self.state
            if wanted.items() <= state.items():
                return state
            assert not ended, f"the runner ended ({self.process.returncode}): {state}\n{self.text()}"
            assert time.monotonic() < deadline, f"not {wanted} within {timeout:g} s: {state}\n{self.text()}"
            time.sleep(0.005)

    def end(self, number: signal.Signals = signal.SIGTERM, timeout: float = LONG_SECONDS) -> int:
        """Send a signal, wait for the end and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def wait(self, timeout: float = LONG_SECONDS) -> int:
        """Wait until it ends by itself and return the exit status."""
        return self.process.wait(timeout)

    def text(self) -> str:
        """Its output."""
        return self.output.read_text()

    def processes(self) -> dict[str, int]:
        """Return the desktop's processes: program name → process id."""
        marker = os.fsencode(f"JUPYTER_VNC_DESKTOP={self.path}")
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if marker in environment_entries(int(entry.name)):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    found[os.path.basename(words[0]).decode()] = int(entry.name)
        return found


class Runners:
    """Starts runners that share a runtime directory, and ends them."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._made: list[Run] = []

    def start(
        self,
        *arguments: str,
        backend: str = "tigervnc",
        session: Sequence[str] = IDLE,
        name: str = "default",
        command: Sequence[str] = COMMAND,
    ) -> Run:
        """Start a runner; ``session`` is the argv of its session, empty for the installed one."""
        argv = [*command, "run", f"--name={name}", f"--backend={backend}", *arguments]
        run = Run(self._runtime, [*argv, "--", *session] if session else argv, name)
        self._made.append(run)
        return run

    def close(self) -> None:
        """End the runners that still run."""
        for run in self._made:
            if run.process.poll() is None:
                run.process.terminate()
        for run in self._made:
            try:
                run.process.wait(LONG_SECONDS)
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()
