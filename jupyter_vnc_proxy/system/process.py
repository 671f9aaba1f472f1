"""One process: start it, wait until it is ready, stop its whole process group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .fork.forked_process import ForkedProcess
from .fork.standby import Standby
from .pipes import follow_lines, read_line
from .process_groups import POLL, cpu_seconds, group_ended, group_waited, signal_group
from .process_identity import ProcessIdentity
from .timeouts import within
from .unix_sockets import is_listening

GROUP_GRACE = 0.5
"""Seconds that the rest of a process group has to end after its leader."""

MAX_STRETCH = 10.0
"""Times that a start may take of its time-out, if the machine lets it wait for a CPU."""

MIN_PATIENCE = 0.05
"""Seconds of its time-out that a start must have lost for it to be worth another wait."""

KILL_TIMEOUT = 1.0
"""Seconds that a killed process may take to end; one that waits for a disk takes longer, and we don't wait for it."""

LISTENING_POLL = 0.03
"""Seconds between two checks for a listening socket, at the most: the kernel has no event for it, and lists all sockets
of the machine."""

PIPE = "{pipe}"
"""Placeholder in an argv for the number of the readiness pipe."""

REPORTS = "{reports}"
"""Placeholder in an argv for the number of the pipe whose lines go to `Process.on_report`."""


@dataclass(frozen=True)
class Started:
    """Ready as soon as it was started."""


@dataclass(frozen=True)
class WritesLine:
    """Ready when it writes a line to the pipe whose number replaces `PIPE` in its argv."""


@dataclass(frozen=True)
class Listens:
    """Ready when it listens on this unix socket; checked without connecting."""

    socket: Path


Ready = Started | WritesLine | Listens


class ProcessFailed(Exception):
    """The process ended, hung or could not be executed before it was ready."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass
class Process:
    """One program in a session and process group of its own, its output in a file.

    ``umask`` is its umask; -1 keeps ours. ``on_report`` is called with each line that it writes to the pipe whose
    number replaces `REPORTS` in its argv. With ``asks`` it reads a line from its standard input, which `answer` writes.
    ``standby`` becomes the program, if it can and is still there. It ``inherits`` these of our descriptors.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Ready = field(default_factory=Started)
    umask: int = -1
    directory: Path | None = None
    on_report: Callable[[str], None] | None = None
    asks: bool = False
    standby: Standby | None = None
    inherits: Sequence[int] = ()
    started_at: float = 0.0
    is_ready: bool = False
    _answer: str | None = None
    _process: asyncio.subprocess.Process | ForkedProcess | None = None
    _identity: ProcessIdentity | None = None

    async def start(self, timeout: float) -> str:
        """Start it and wait until it is ready; return the line that it wrote to its readiness pipe, or nothing.

        Raise `ProcessFailed` if it can't be executed, ends, or isn't ready within ``timeout`` seconds; then it is
        stopped. The time that it waits for a CPU or for the answer that it asks for does not count.
        """
        reader, writer = os.pipe()
        reports, report_writer = os.pipe() if REPORTS in self.argv else (None, None)
        numbers = {word: number for word, number in ((PIPE, writer), (REPORTS, report_writer)) if number is not None}
        try:
            try:
                with open(self.log, "ab") as log:  # noqa: ASYNC230 - a local file
                    self._process = self._become(numbers, log) or await self._execute(numbers, log)
            except OSError as error:
                if reports is not None:
                    os.close(reports)
                raise ProcessFailed(f"could not be executed: {error.strerror}") from error
            finally:
                os.close(writer)
                if report_writer is not None:
                    os.close(report_writer)
            self._identity = ProcessIdentity.child_or_ended(self._process.pid)
            if reports is not None:
                follow_lines(reports, self.on_report or (lambda line: None))
            self.started_at = time.monotonic()
            if self._answer is not None:
                self.answer(self._answer)
            line = await self._until_ready(reader, timeout)
            self.is_ready = True
            return line
        finally:
            os.close(reader)

    def _become(self, numbers: Mapping[str, int], log: IO[bytes]) -> ForkedProcess | None:
        """Have the standby child become it, if it has a standard input to read."""
        if self.standby is None or not self.asks:
            return None
        return self.standby.become(self.argv, numbers, self.env, log, self.umask, self.directory)

    async def _execute(self, numbers: Mapping[str, int], log: IO[bytes]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *_die_with_parent(self.env),
            *(str(numbers.get(word, word)) for word in self.argv),
            env=dict(self.env),
            stdin=asyncio.subprocess.PIPE if self.asks else asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=[*self.inherits, *(number for word, number in numbers.items() if word in self.argv)],
            start_new_session=True,
            umask=self.umask,
            cwd=self.directory,
        )

    def answer(self, line: str) -> None:
        """Write the line that it asks for, as soon as it has been started, and close its standard input."""
        self._answer = line
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has ended
                self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.close()

    @property
    def is_short_of_cpu(self) -> bool:
        """Whether it has waited for a CPU longer than it has run."""
        ran, waited = cpu_seconds(self.pid or 0)
        return waited > ran

    def _lost_seconds(self) -> float:
        """Return the seconds of a start that don't count against it."""
        assert self._process is not None
        elapsed = time.monotonic() - self.started_at
        return elapsed if self.asks and self._answer is None else min(elapsed, group_waited(self._process.pid))

    async def _until_ready(self, reader: int, timeout: float) -> str:
        waiting = asyncio.ensure_future(self._readiness(reader))
        ended = asyncio.ensure_future(self.wait())
        patience = timeout
        latest = self.started_at + MAX_STRETCH * timeout
        try:
            while True:
                await asyncio.wait({waiting, ended}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    return waiting.result()
                if ended.done():
                    self._signal_group(signal.SIGKILL, just_ended=True)  # the rest of it
                    raise ProcessFailed(f"ended while starting ({describe_status(ended.result())})", ended.result())
                now = time.monotonic()
                patience = min(timeout - (now - self.started_at - self._lost_seconds()), latest - now)
                if patience < MIN_PATIENCE:
                    break
            await self.stop(0.5)
            raise ProcessFailed(f"was not ready within {timeout:g} s")
        finally:
            for task in (waiting, ended):
                task.cancel()
            # Awaiting each would take our own cancellation for its.
            await asyncio.wait({waiting, ended})
            for task in (waiting, ended):
                _ = task.cancelled() or task.exception()  # it is told, or of no interest any more

    async def _readiness(self, reader: int) -> str:
        if isinstance(self.ready, WritesLine):
            return await read_line(reader)
        if isinstance(self.ready, Listens):
            pause = POLL
            while not (self.ready.socket.exists() and is_listening(self.ready.socket)):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LISTENING_POLL)
        return ""

    @property
    def pid(self) -> int | None:
        """The process id, or ``None`` before the start."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def wait(self) -> int:
        """Wait until it ends; return its exit status, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, grace: float) -> None:
        """End its process group: SIGTERM, and after ``grace`` seconds SIGKILL. Do nothing if it never started."""
        if self._process is None:
            return
        running = self.running
        if running:
            self._signal_group(signal.SIGTERM)
            with contextlib.suppress(asyncio.TimeoutError):
                await within(grace, self._process.wait())
                await group_ended(self._process.pid, GROUP_GRACE)
        self._signal_group(signal.SIGKILL, just_ended=running)
        with contextlib.suppress(asyncio.TimeoutError):
            await within(KILL_TIMEOUT, self._process.wait())

    def _signal_group(self, number: signal.Signals, *, just_ended: bool = False) -> None:
        assert self._identity is not None
        signal_group(self._identity, number, just_ended=just_ended)


def _die_with_parent(env: Mapping[str, str]) -> list[str]:
    """Return a command prefix that ends the process when we are killed (prctl(2), PR_SET_PDEATHSIG)."""
    setpriv = shutil.which("setpriv", path=env.get("PATH"))
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def describe_status(status: int) -> str:
    """Return an exit status in words: ``exit status 1``, ``signal SIGSEGV``."""
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
