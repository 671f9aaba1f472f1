"""How much memory the machine has for us, and how large a screen it has room for."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""The limit of a container, of version 2 and 1 (the kernel's admin-guide/cgroup-v2); without one, ``max`` or a number
above all memory. They do not exist in the root group."""

BYTES_PER_PIXEL = 4
SCREEN_SHARE = 64
"""The pixels of a screen take up at most this part of the memory, one 64th, in the X server and again in each program
that reads them."""

ANY_SCREEN_PIXELS = 3840 * 2160
"""Pixels that a screen may have on every machine."""


def memory_limit() -> int:
    """Return the bytes of the machine's memory, or of what its container may use of it."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(machine, *(_read(each, machine) for each in CGROUP_LIMITS))


def largest_size(width: int, height: int) -> tuple[int, int]:
    """Return a size in pixels, made smaller in proportion if the memory has no room for it."""
    pixels = max(ANY_SCREEN_PIXELS, memory_limit() // SCREEN_SHARE // BYTES_PER_PIXEL)
    if width * height <= pixels:
        return width, height
    scale = math.sqrt(pixels / (width * height))
    return int(width * scale), int(height * scale)


def _read(file: Path, otherwise: int) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return otherwise
