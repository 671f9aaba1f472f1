"""A subprocess that takes commands as lines of JSON and answers each with one line."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .paths import REPOSITORY

STOP_TIMEOUT_SECONDS = 5.0


class CommandError(Exception):
    """The process ended, did not answer in time, or answered with an error."""


class CommandProcess:
    """Starts ``argv`` in the repository. Each answer has the ``id`` of its command; standard error goes to ``log``."""

    def __init__(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = Path(argv[-1]).name
        self._log = log
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=REPOSITORY, env=env
            )
        self.pid = self._process.pid
        self._buffer = b""
        self._asked = 0

    def ask(self, do: str, timeout: float = 30.0, **fields: Any) -> dict[str, Any]:
        """Send a command and return its answer; raise `CommandError` on an error or after ``timeout`` seconds."""
        assert self._process.stdin is not None
        try:
            self._asked += 1
            self._process.stdin.write(json.dumps({"do": do, "id": self._asked, **fields}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise CommandError(f"{self.name} ended: {self._last_words()}") from error
        answer: dict[str, Any] = {}
        while answer.get("id") != self._asked:  # skip the answer of a command that timed out
            answer = json.loads(self._line(do, timeout))
        if "error" in answer:
            raise CommandError(f"{self.name}: {do}: {answer['error']}")
        return answer

    def _line(self, do: str, timeout: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise CommandError(f"{self.name} did not answer within {timeout:g} s: {do}")
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                raise CommandError(f"{self.name} ended: {self._last_words()}")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _last_words(self) -> str:
        """Return the last line of the log: of a traceback, the error."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self) -> None:
        """Close its standard input, then terminate it, then kill it, until it has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        for end in (self._process.stdin.close, self._process.terminate, self._process.kill):
            try:
                end()
                self._process.wait(STOP_TIMEOUT_SECONDS)
                break
            except (subprocess.TimeoutExpired, OSError):
                continue
        self._process.stdout.close()


class ProcessOwner:
    """The end of a context manager that has subprocesses: ``_stack`` closes them. Their errors go to ``log``."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._stack = contextlib.ExitStack()

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _child(self, stack: contextlib.ExitStack, argv: list[str], env: dict[str, str] | None = None) -> CommandProcess:
        """Start a subprocess that ``stack`` closes."""
        process = CommandProcess(argv, self._log, env)
        stack.callback(process.close)
        return process

    def _painter_on(self, stack: contextlib.ExitStack, display: str, xauthority: Path) -> CommandProcess:
        """Start the painter on a display."""
        env = {**os.environ, "DISPLAY": display, "XAUTHORITY": os.fspath(xauthority)}
        return self._child(stack, [sys.executable, "-m", "bench.desktop.painter"], env)
