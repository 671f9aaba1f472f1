"""One child process: start it, see that it is ready, stop its whole group."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL = 0.004
"""Seconds between two looks at a condition that the kernel has no event for."""

GROUP_GRACE = 0.5
"""Seconds that the rest of a group has once its leader has ended."""

READY_LINE = 64
"""Bytes that a child may write to its readiness pipe."""


@dataclass(frozen=True)
class Started:
    """Ready as soon as it was started."""


@dataclass(frozen=True)
class WritesLine:
    """Ready when it writes a line to the pipe whose number stands in its argv in place of `PIPE`."""


@dataclass(frozen=True)
class Listens:
    """Ready when it listens on this unix socket. Seen in ``/proc/net/unix``, never by connecting."""

    socket: Path


Ready = Started | WritesLine | Listens

SWEEPS = 10
"""Looks for processes that are left, at the most; one that is being killed may have forked just before."""

PR_SET_CHILD_SUBREAPER = 36
"""From <linux/prctl.h>."""

PIPE = "{pipe}"
"""Stands in an argv for the number of the readiness pipe."""

REPORTS = "{reports}"
"""Stands in an argv for the number of the pipe whose lines `Child.told` gets."""

REPORT_LINE = 8192
"""Bytes of such a line; a longer one is cut."""


class ChildFailed(Exception):
    """The child ended, hung or could not be executed before it was ready."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass
class Child:
    """One program in a session and process group of its own, its output in a file.

    ``umask`` is given to it; -1 leaves ours. ``told`` gets each line that it writes to the pipe whose number stands in
    its argv in place of `REPORTS`, for as long as it lives.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Ready = field(default_factory=Started)
    umask: int = -1
    directory: Path | None = None
    told: Callable[[str], None] | None = None
    started_at: float = 0.0
    _process: asyncio.subprocess.Process | None = None

    async def start(self, timeout: float) -> str:
        """Start it and wait until it is ready; return what it wrote to its pipe (or nothing).

        Raise `ChildFailed` where it can't be executed, ends, or isn't ready within ``timeout`` seconds; it is
        stopped then.
        """
        reader, writer = os.pipe()
        reports, told = os.pipe() if REPORTS in self.argv else (None, None)
        numbers = {PIPE: writer, REPORTS: told}
        try:
            argv = [str(numbers.get(word, word)) for word in self.argv]
            try:
                with open(self.log, "ab") as log:  # noqa: ASYNC230 - a local file
                    self._process = await asyncio.create_subprocess_exec(
                        *_die_with_parent(self.env),
                        *argv,
                        env=dict(self.env),
                        stdin=asyncio.subprocess.DEVNULL,
                        stdout=log,
                        stderr=asyncio.subprocess.STDOUT,
                        pass_fds=[number for word, number in numbers.items() if number and word in self.argv],
                        start_new_session=True,
                        umask=self.umask,
                        cwd=self.directory,
                    )
            except OSError as error:
                if reports is not None:
                    os.close(reports)
                raise ChildFailed(f"could not be executed: {error.strerror}") from error
            finally:
                os.close(writer)
                if told is not None:
                    os.close(told)
            if reports is not None:
                _follow(reports, self.told or (lambda line: None))
            self.started_at = time.monotonic()
            return await self._until_ready(reader, timeout)
        finally:
            os.close(reader)

    async def _until_ready(self, reader: int, timeout: float) -> str:
        waiting = asyncio.ensure_future(self._readiness(reader))
        ended = asyncio.ensure_future(self.wait())
        try:
            await asyncio.wait({waiting, ended}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
            if ended.done():
                await self.stop(0)  # what it left in its group
                raise ChildFailed(f"ended while starting ({describe(ended.result())})", ended.result())
            await self.stop(0.5)
            raise ChildFailed(f"was not ready within {timeout:g} s")
        finally:
            for task in (waiting, ended):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ChildFailed):
                    await task

    async def _readiness(self, reader: int) -> str:
        if isinstance(self.ready, WritesLine):
            return await _read_line(reader)
        if isinstance(self.ready, Listens):
            while not is_listening(self.ready.socket):  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(POLL)
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
        """Wait for its end; return its exit status, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, grace: float) -> None:
        """End its whole group: SIGTERM, after ``grace`` seconds SIGKILL. Does nothing where it never started."""
        if self._process is None:
            return
        if self.running:
            signal_group(self._process.pid, signal.SIGTERM)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
                await _group_ended(self._process.pid, GROUP_GRACE)
        signal_group(self._process.pid, signal.SIGKILL)
        await self._process.wait()


async def _group_ended(group: int, timeout: float) -> None:
    """Wait for those in a group whose leader has ended: a bus removes its socket when it is asked to end."""
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


def _die_with_parent(env: Mapping[str, str]) -> list[str]:
    """Return the prefix that ends a child when we are killed outright (prctl(2), PR_SET_PDEATHSIG)."""
    setpriv = shutil.which("setpriv", path=env.get("PATH"))
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


async def _read_line(descriptor: int) -> str:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    os.set_blocking(descriptor, False)
    loop.add_reader(descriptor, readable.set)
    text = b""
    try:
        while b"\n" not in text:
            await readable.wait()
            readable.clear()
            try:
                chunk = os.read(descriptor, READY_LINE)
            except BlockingIOError:  # told twice of the same bytes
                continue
            if not chunk:  # closed without a line: its end is what will be reported
                await asyncio.Event().wait()
            text += chunk
        return text.decode("ascii", "replace").strip()
    finally:
        loop.remove_reader(descriptor)


def _follow(descriptor: int, told: Callable[[str], None]) -> None:
    """Give each line from a pipe to ``told``, until nobody can write to it any more; close it then."""
    loop = asyncio.get_running_loop()
    os.set_blocking(descriptor, False)
    rest = b""

    def readable() -> None:
        nonlocal rest
        try:
            chunk = os.read(descriptor, REPORT_LINE)
        except BlockingIOError:
            return
        if not chunk:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            return
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:REPORT_LINE]
        for line in lines:
            told(line.decode("utf-8", "replace"))

    loop.add_reader(descriptor, readable)


def is_listening(path: Path) -> bool:
    """Tell whether a unix socket listens at ``path``: flag ``__SO_ACCEPTCON`` in ``/proc/net/unix`` (proc(5))."""
    return any(int(columns[3], 16) & 0x10000 for columns in _sockets(path))


def count_connections(path: Path) -> int:
    """Return how many connections the listener at ``path`` has accepted: state 3, ``SS_CONNECTED``, ibid."""
    return sum(columns[5] == b"03" for columns in _sockets(path))


def _sockets(path: Path) -> Iterator[list[bytes]]:
    """Yield the columns of ``/proc/net/unix`` for each socket that is bound to ``path``."""
    wanted = os.fsencode(path)
    with open("/proc/net/unix", "rb") as table:
        for line in table:
            columns = line.rstrip(b"\n").split(None, 7)
            if len(columns) == 8 and columns[7] == wanted:
                yield columns


def describe(status: int) -> str:
    """Say an exit status in words: ``exit status 1``, ``signal SIGSEGV``."""
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; does nothing where it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def marked_processes(variable: str, value: str) -> list[int]:
    """Return our processes that were started with ``variable=value`` in their environment, ourselves excepted."""
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
    """SIGKILL every process that `marked_processes` finds, until a look finds none that could still fork."""
    for _ in range(SWEEPS):
        pids = marked_processes(variable, value)
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends (prctl(2)): a container's first process often never
    reaps, and they would stay as zombies."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(own: Container[int]) -> None:
    """Reap adopted descendants that have ended; ``own`` are the children that somebody else waits for."""
    for task in os.scandir("/proc/self/task"):
        with contextlib.suppress(OSError):
            for pid in map(int, Path(task.path, "children").read_bytes().split()):
                if pid not in own:
                    with contextlib.suppress(ChildProcessError):
                        os.waitpid(pid, os.WNOHANG)
