"""What /proc shows of this process: its arguments and its environment, which execve(2) has left in its memory.

A forked process shows those of its parent. Like PostgreSQL and setproctitle, we overwrite them, so that process lists,
and whoever searches for a desktop's processes, see what they would see of a program that was executed. We write
through /proc/self/mem: a wrong address is an error there, and no crash.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ARG_START = 45
"""Index of ``arg_start`` among the fields of /proc/self/stat behind the name; the other three follow (proc(5))."""

ARGUMENTS, ENVIRONMENT, MEMORY = Path("/proc/self/cmdline"), Path("/proc/self/environ"), Path("/proc/self/mem")


class Area(NamedTuple):
    """A part of our memory: addresses, and the file in which the kernel shows it."""

    start: int
    end: int
    file: Path


def own_arguments() -> list[str]:
    """Return the arguments that this process shows."""
    return os.fsdecode(ARGUMENTS.read_bytes()).split("\0")


def can_show() -> bool:
    """Return whether `show` works here: some sandboxes hide the addresses, or let nobody write."""
    try:
        for area in _areas():
            _write(area, area.file.read_bytes()[: area.end - area.start])
    except (OSError, ValueError, IndexError):
        return False
    return True


def has_room_for(environment: Iterable[str]) -> bool:
    """Return whether `show` can show these entries of an environment, here or in a process forked from this one."""
    area = _areas()[1]
    return sum(len(os.fsencode(entry)) + 1 for entry in environment) <= area.end - area.start


def move_environment() -> None:
    """Have the C library keep our environment elsewhere, so that `show` may overwrite the memory that it was in."""
    kept = dict(os.environ)
    os.environ.clear()
    ctypes.CDLL(None).clearenv()
    os.environ.update(kept)


def show(arguments: Iterable[str], environment: Iterable[str]) -> None:
    """Show these instead of the present ones: as many from the beginning as there is room for.

    Call `move_environment` before. Raise ``OSError`` if that isn't possible.
    """
    for area, entries in zip(_areas(), (arguments, environment), strict=True):
        text, room = b"", area.end - area.start
        for entry in entries:
            longer = text + os.fsencode(entry) + b"\0"
            if len(longer) > room:
                break
            text = longer
        _write(area, text.ljust(room, b"\0"))


def _areas() -> tuple[Area, Area]:
    """Return where the arguments and the environment are; raise ``OSError`` if the kernel doesn't tell."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    first, second, third, fourth = map(int, fields[ARG_START : ARG_START + 4])
    if not 0 < first < second <= third < fourth:
        raise OSError("the addresses of arguments and environment are hidden")
    return Area(first, second, ARGUMENTS), Area(third, fourth, ENVIRONMENT)


def _write(area: Area, text: bytes) -> None:
    with open(MEMORY, "r+b", buffering=0) as memory:
        written = os.pwrite(memory.fileno(), text, area.start)
    if written != len(text) or not area.file.read_bytes().startswith(text.rstrip(b"\0")):
        raise OSError(f"{area.file} does not show what was written")
