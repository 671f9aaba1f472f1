"""The system's libraries, and the directories and files that would replace them in the system's programs."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

SYSTEM_PREFIXES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/var/lib")
"""The directories that the distribution's packages and the administrator install to."""

LIBRARY_PATTERNS = ("/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*", "/lib64", "/usr/lib64", "/lib", "/usr/lib")
"""The directories of the system's libraries, for Debian's and Fedora's layouts."""


def is_of_system(path: str | Path) -> bool:
    """Return whether a file or directory belongs to the system, also if a symbolic link elsewhere leads to it."""
    if not os.path.isabs(path):
        return False
    return any(Path(os.path.normpath(path)).is_relative_to(prefix) for prefix in SYSTEM_PREFIXES)


@lru_cache(maxsize=1)
def system_library_directories() -> tuple[str, ...]:
    """Return the directories of the system's libraries, in the order of a search, each once."""
    found = [each for pattern in LIBRARY_PATTERNS for each in sorted(glob.glob(pattern)) if os.path.isdir(each)]
    return tuple({os.path.realpath(each): each for each in reversed(found)}.values())[::-1]


def shadowed_libraries(directory: str) -> list[str]:
    """Return the names of the libraries in ``directory`` that the system has too (``libglib-2.0.so.0``)."""
    return sorted(_libraries(directory) & _system_libraries())


@lru_cache(maxsize=1)
def _system_libraries() -> frozenset[str]:
    return frozenset(name for each in system_library_directories() for name in _libraries(each))


def _libraries(directory: str) -> set[str]:
    try:
        with os.scandir(directory) as entries:
            return {entry.name for entry in entries if _is_library(entry.name)}
    except OSError:
        return set()


def _is_library(name: str) -> bool:
    return ".so." in name or name.endswith(".so")


def unlike(entries: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return ``entries`` without ``others``, in their order."""
    excluded = set(others)
    return [each for each in entries if each not in excluded]
