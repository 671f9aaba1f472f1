"""A program of ours that is spoken to in lines of JSON: one line in, one line out."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
STOP_TIMEOUT = 5.0


class ChildError(Exception):
    """It ended, hung, or could not do what it was asked for."""


class Child:
    """Starts it in the repository; each answer has the ``id`` of its command. ``log`` gets its standard error."""

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
        """Send a command and return its answer; raise `ChildError` where it names an error or none comes."""
        assert self._process.stdin is not None
        try:
            self._asked += 1
            self._process.stdin.write(json.dumps({"do": do, "id": self._asked, **fields}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ChildError(f"{self.name} ended: {self._last_words()}") from error
        answer: dict[str, Any] = {}
        while answer.get("id") != self._asked:  # an answer that came too late is nobody's
            answer = json.loads(self._line(do, timeout))
        if "error" in answer:
            raise ChildError(f"{self.name}: {do}: {answer['error']}")
        return answer

    def _line(self, do: str, timeout: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise ChildError(f"{self.name} did not answer within {timeout:g} s: {do}")
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                raise ChildError(f"{self.name} ended: {self._last_words()}")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:].strip()

    def close(self) -> None:
        """End it: the end of its input asks it to, a signal makes it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        for end in (self._process.stdin.close, self._process.terminate, self._process.kill):
            try:
                end()
                self._process.wait(STOP_TIMEOUT)
                break
            except (subprocess.TimeoutExpired, OSError):
                continue
        self._process.stdout.close()
