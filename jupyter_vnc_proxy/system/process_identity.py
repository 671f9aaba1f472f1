"""Which process a number means: signals and watches a process, and never another one that has its number.

The kernel reuses process ids, and each container has its own. A process is identified by the machine's boot id, its pid
namespace, its id and its start time (proc(5), pid_namespaces(7)). The calls for pidfds are missing in old kernels, some
Pythons and some sandboxes; then the start time is checked just before kill(2).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

POLL_SECONDS = 0.5
"""Interval between checks of the parent process if it can't be watched."""

ENDED_STATES = "ZXx"
"""The states in /proc/<pid>/stat of a process that has ended and whose parent has not reaped it."""


class ProcessStat(NamedTuple):
    """Fields of /proc/<pid>/stat (proc(5)); ``start_time`` is in clock ticks since the boot.

    ``environment_end`` is an address; 0 without an environment, if it is hidden, and for a moment after execve(2).
    """

    state: str
    parent: int
    group: int
    session: int
    start_time: int
    environment_end: int


def read_stat(pid: int | str) -> ProcessStat:
    """Return the fields of a process, also of one that was not reaped; raise ``ProcessLookupError`` if we see none."""
    try:
        text = Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ProcessLookupError(f"there is no process {pid}") from error
    fields = text.rpartition(")")[2].split()  # the name before may contain spaces and parentheses
    state, parent, group, session = fields[0], *map(int, fields[1:4])
    environment_end = int(fields[48]) if len(fields) > 48 else 0  # some sandboxes have fewer fields
    return ProcessStat(state, parent, group, session, int(fields[19]), environment_end)


@functools.cache
def _here() -> tuple[str, int]:
    """Return the boot id, or the machine's name if a sandbox hides it, and our pid namespace's inode (0: unknown)."""
    try:
        boot = BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        boot = "host-" + os.uname().nodename.replace(".", "-").replace("/", "-")
    try:
        return boot, os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return boot, 0


@dataclass(frozen=True)
class ProcessIdentity:
    """One process, on any machine and in any container. ``start_time`` is in clock ticks since the boot."""

    boot: str
    namespace: int
    pid: int
    start_time: int

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Return the process that has the number ``pid`` here and now; raise ``ProcessLookupError`` if none has."""
        return cls(*_here(), pid, read_stat(pid).start_time)

    @classmethod
    def own(cls) -> ProcessIdentity:
        """Return the process that calls this."""
        return cls(*_here(), os.getpid(), read_stat("self").start_time)

    @classmethod
    def child(cls, pid: int) -> ProcessIdentity:
        """Return our child ``pid``; raise ``ProcessLookupError`` if it was reaped, whoever has its number."""
        stat = read_stat(pid)
        if stat.parent != os.getpid():
            raise ProcessLookupError(f"{pid} is no child of ours")
        return cls(*_here(), pid, stat.start_time)

    @classmethod
    def child_or_ended(cls, pid: int) -> ProcessIdentity:
        """Return our child ``pid``; if it was reaped before we could look, one that no process has.

        What that child left in its session can still be found: the kernel gives the number to nobody meanwhile.
        """
        try:
            return cls.child(pid)
        except ProcessLookupError:
            return cls(*_here(), pid, 0)

    @classmethod
    def parse(cls, text: str) -> ProcessIdentity:
        """Return the process that ``str()`` of an identity names; raise ``ValueError`` for any other text."""
        boot, namespace, pid, start_time = text.split(".")
        if not (boot and namespace.isdecimal() and pid.isdecimal() and start_time.isdecimal()):
            raise ValueError("this is not a process's identity")
        return cls(boot, int(namespace), int(pid), int(start_time))

    def __str__(self) -> str:
        return f"{self.boot}.{self.namespace}.{self.pid}.{self.start_time}"

    def is_here(self) -> bool:
        """Return whether its number means it here: the same boot of the same machine, and the same pid namespace."""
        return (self.boot, self.namespace) == _here()

    def has_number(self) -> bool:
        """Return whether its number is still its own: it lives here, or has ended and was not reaped."""
        with contextlib.suppress(ProcessLookupError):
            return self.is_here() and read_stat(self.pid).start_time == self.start_time
        return False

    def is_alive(self) -> bool:
        """Return whether it lives here."""
        with contextlib.suppress(ProcessLookupError):
            return self.has_number() and read_stat(self.pid).state not in ENDED_STATES
        return False

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal to this process and to no other; return whether it was sent."""
        if not self.is_here():
            return False
        descriptor = _open_pidfd(self.pid)
        try:
            return self.has_number() and _send(descriptor, self.pid, number)
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _open_pidfd(pid: int) -> int | None:
    """Return a pidfd of the process that has the number now, or ``None`` if there is none, or no such call."""
    with contextlib.suppress(AttributeError, OSError, OverflowError):
        return os.pidfd_open(pid)
    return None


def _send(descriptor: int | None, pid: int, number: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if descriptor is not None:
            try:
                signal.pidfd_send_signal(descriptor, number)
                return True
            except ProcessLookupError:
                return False
            except (AttributeError, OSError):  # ENOSYS, or a sandbox's EPERM
                pass
        os.kill(pid, number)
        return True
    return False


def watch_parent(parent: int, ended: Callable[[], None]) -> Callable[[], None]:
    """Call ``ended`` once, on the running event loop, when ``parent`` is no longer our parent process.

    ``parent`` is what ``os.getppid()`` returned at our start. Return a function that ends the watch.
    """
    loop = asyncio.get_running_loop()
    descriptor: int | None = None
    timer: asyncio.TimerHandle | None = None

    def stop() -> None:
        nonlocal descriptor, timer
        if descriptor is not None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            descriptor = None
        if timer is not None:
            timer.cancel()
            timer = None

    def end() -> None:
        stop()
        ended()

    def check() -> None:
        nonlocal timer
        if os.getppid() != parent:
            end()
        else:
            timer = loop.call_later(POLL_SECONDS, check)

    descriptor = _open_pidfd(parent)
    if descriptor is None:
        check()
    else:
        loop.add_reader(descriptor, end)
        if os.getppid() != parent:  # it ended before, and the number may be another's
            loop.call_soon(end)
    return stop


UNKNOWN_STATUS = 255
"""The status of a child that somebody else has reaped, as asyncio reports it."""


def watch_child(pid: int, ended: Callable[[int], None]) -> None:
    """Reap our child ``pid`` when it ends, and call ``ended`` on the running event loop with its exit status.

    The status is negative for a signal.
    """
    loop = asyncio.get_running_loop()

    def reap() -> int:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError:
            return UNKNOWN_STATUS

    def wait() -> None:
        status = reap()
        with contextlib.suppress(RuntimeError):  # the loop was closed
            loop.call_soon_threadsafe(ended, status)

    def readable(descriptor: int) -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        ended(reap())

    descriptor = _open_pidfd(pid)
    if descriptor is None:
        threading.Thread(target=wait, name=f"waitpid-{pid}", daemon=True).start()
    else:
        loop.add_reader(descriptor, readable, descriptor)
