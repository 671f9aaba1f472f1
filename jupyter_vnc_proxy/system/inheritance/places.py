"""Variables that name files and directories of another user, or of a job that has ended, as after `su -m`."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from .account import may_enter

RUNTIME_DIRECTORY = "XDG_RUNTIME_DIR"

HOMES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
"""Directories that programs create if they are missing (XDG Base Directories)."""

TEMPORARY = "TMPDIR"

ICE_AUTHORITY = "ICEAUTHORITY"
"""The file with the session manager's cookies, which it writes."""


def unusable_places(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of ``environment`` that name a place that can't be used, with why: "does not exist"."""
    checks = dict.fromkeys(HOMES, _home_problem) | {
        RUNTIME_DIRECTORY: runtime_directory_problem,
        TEMPORARY: _directory_problem,
        ICE_AUTHORITY: _file_problem,
    }
    found = ((name, check(environment[name])) for name, check in sorted(checks.items()) if environment.get(name))
    return {name: problem for name, problem in found if problem is not None}


def runtime_directory_problem(path: str) -> str | None:
    """Return why an XDG_RUNTIME_DIR can't be used, as in "does not exist"; ``None`` if it can."""
    try:
        info = Path(path).stat() if os.path.isabs(path) else None
    except OSError:
        info = None
    if info is None or not stat.S_ISDIR(info.st_mode):
        return "does not exist"
    if info.st_uid != os.getuid():
        return "belongs to another user"
    return _directory_problem(path)


def _directory_problem(path: str) -> str | None:
    if not may_enter(Path(path)):
        return "is closed to this user"
    if not os.path.isdir(path):
        return "does not exist"
    return None if os.access(path, os.W_OK | os.X_OK) else "is not writable"


def _home_problem(path: str) -> str | None:
    """One that is only read-only is left alone, since an administrator may want that."""
    if not os.path.isabs(path):
        return "is not an absolute path"
    if os.path.exists(path) and not os.path.isdir(path):
        return "is not a directory"
    if not may_enter(Path(path)):
        return "is closed to this user"
    if os.path.exists(path):
        return None
    existing = next(each for each in Path(path).parents if each.exists())
    return None if os.access(existing, os.W_OK | os.X_OK) else "can't be created"


def _file_problem(path: str) -> str | None:
    if os.path.exists(path):
        return None if os.access(path, os.R_OK | os.W_OK) else "is not writable"
    return _directory_problem(os.path.dirname(path) or ".")
