"""How much memory the machine has for us."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""The limit of a container, of version 2 and 1 (the kernel's admin-guide/cgroup-v2); without one, ``max`` or a number
above all memory. They do not exist in the root group."""


def memory_limit() -> int:
    """Return the bytes of the machine's memory, or of what its container may use of it."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(machine, *(_read(each, machine) for each in CGROUP_LIMITS))


def _read(file: Path, otherwise: int) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return otherwise
