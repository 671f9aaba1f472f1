"""Checks the directories that a desktop writes to: runtime directory, home, shared memory and X sockets."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from ..desktops.runtime import (
    LONGEST_NAME,
    LONGEST_SOCKET,
    MAX_SOCKET_PATH,
    check_desktop_directory,
    desktop_path,
    find_runtime_directory,
    runtime_directory,
)
from ..errors import Conflict, VncError, other_runtime_directory
from ..options import NAME_PATTERN
from ..runner.diagnosis import HOME_FIX, home_missing
from ..system.files.reading import lock_holder
from ..system.inheritance.account import home_directory
from ..system.inheritance.places import unusable_places
from .file_system import obstacles
from .findings import Finding

GROUP = "Directories"

SHM = Path("/dev/shm")
MIN_SHM_BYTES = 256 * 1024 * 1024
"""Size of shared memory; Chromium's tabs crash with Docker's default of 64 MB."""

MIN_FREE_BYTES = 50 * 1024 * 1024
"""Free space for a session and its logs."""

TMP = Path("/tmp")
MEGABYTE = 1024 * 1024


def free_bytes(path: Path) -> int | None:
    """Return the free space for unprivileged users in bytes, or ``None`` if it is unknown."""
    try:
        figures = os.statvfs(path)
    except OSError:
        return None
    return figures.f_bavail * figures.f_frsize


def runtime(configured: str = "") -> Finding:
    """Check the runtime directory: owner, mode, free space, the length of a socket's path, locks and sockets."""
    topic = "runtime-directory"
    try:
        path, refused = find_runtime_directory(configured)
        with contextlib.suppress(Conflict):  # `planted` reports it
            desktop_path(path, "default")
    except VncError as error:
        return Finding(GROUP, topic, "problem", error.message, _fixes(error), {"code": error.code})
    info = path.stat()
    longest = len(os.fsencode(path / LONGEST_NAME / LONGEST_SOCKET))
    facts = {
        "path": str(path),
        "mode": f"{stat.S_IMODE(info.st_mode):04o}",
        "owner": info.st_uid,
        "free": free_bytes(path),
        "socket_path": longest,
    }
    short = _low_space(path, topic, f"The runtime directory {path}", facts)
    if short is not None:
        return short
    try:
        failed = obstacles(path)
    except OSError as error:
        message = f"Nothing can be created in the runtime directory {path}: {error.strerror}."
        return Finding(GROUP, topic, "problem", message, (other_runtime_directory(),), facts)
    if failed:
        message = f"The file system of the runtime directory {path} {' and '.join(failed)}, which desktops need."
        return Finding(GROUP, topic, "problem", message, (other_runtime_directory(),), facts)
    if longest > MAX_SOCKET_PATH:
        message = (
            f"The path of the runtime directory {path} is long, so the names of desktops must be short: "
            f"the path of a unix socket is limited to {MAX_SOCKET_PATH} bytes."
        )
        return Finding(GROUP, topic, "warning", message, (other_runtime_directory(),), facts)
    if refused:
        message = f"The runtime directory is {path}, because another one could not be used: {refused[0].message}"
        return Finding(GROUP, topic, "note", message, _fixes(refused[0]), facts)
    return Finding(GROUP, topic, "ok", f"The runtime directory {path} is private and writable.", (), facts)


def planted(configured: str = "") -> list[Finding]:
    """Return a finding for each entry of the runtime directory that is not used as a desktop's directory."""
    findings = []
    with contextlib.suppress(VncError, OSError):  # `runtime` reports it
        directory = runtime_directory(configured)
        for entry in sorted(directory.iterdir()):
            if NAME_PATTERN.fullmatch(entry.name) and (entry.is_symlink() or entry.is_dir()):
                try:
                    check_desktop_directory(entry)
                except Conflict as error:
                    findings.append(Finding(GROUP, "desktop-directory", "warning", error.message, _fixes(error)))
    return findings


def _fixes(error: VncError) -> tuple[str, ...]:
    return (error.fix,) if error.fix else ()


def inherited() -> list[Finding]:
    """Check the variables that name directories of another user or of a job that has ended."""
    return [
        Finding(GROUP, "inherited", "note", f"{name} ({os.environ[name]}) {problem}; desktops do without it.")
        for name, problem in unusable_places(os.environ).items()
    ]


def home() -> Finding:
    """Check that the home directory exists and is writable; most sessions need it."""
    topic = "home"
    path = home_directory()
    missing = home_missing()
    if path is None or missing is not None:
        message = missing.message if missing else "There is no home directory."
        return Finding(GROUP, topic, "problem", message, _fixes(missing) if missing else (HOME_FIX,))
    facts = {"path": str(path), "free": free_bytes(path)}
    if not path.is_dir():
        return Finding(GROUP, topic, "warning", f"The home directory {path} does not exist.", (HOME_FIX,), facts)
    if not writable(path):
        message = f"The home directory {path} is not writable, and most sessions write to it."
        return Finding(GROUP, topic, "warning", message, (HOME_FIX,), facts)
    short = _low_space(path, topic, f"The home directory {path}", facts)
    return short or Finding(GROUP, topic, "ok", f"The home directory {path} is writable.", (), facts)


def writable(path: Path) -> bool:
    """Return whether files can be created in ``path``. For root, access() ignores the mode, so check the mount too."""
    return os.access(path, os.W_OK | os.X_OK) and not os.statvfs(path).f_flag & os.ST_RDONLY


def _low_space(path: Path, topic: str, subject: str, facts: Mapping[str, object]) -> Finding | None:
    free = facts["free"]
    if not isinstance(free, int) or free >= MIN_FREE_BYTES:
        return None
    message = f"{subject} has only {free // MEGABYTE} MB of free space."
    return Finding(GROUP, topic, "warning" if free else "problem", message, (f"df -h {path}",), facts)


def shared_memory() -> Finding:
    """Check the size of /dev/shm; browsers on the desktop need more than a container's default of 64 MB."""
    topic = "shared-memory"
    try:
        figures = os.statvfs(SHM)
    except OSError:
        return Finding(GROUP, topic, "warning", f"{SHM} does not exist, and browsers on the desktop need it.")
    size = figures.f_blocks * figures.f_frsize
    facts = {"path": str(SHM), "size": size, "free": figures.f_bavail * figures.f_frsize}
    text = f"{SHM} has {size // MEGABYTE} MB"
    if size < MIN_SHM_BYTES:
        fixes = ("docker run --shm-size 512m …", "chromium --disable-dev-shm-usage")
        return Finding(
            GROUP, topic, "warning", f"{text}, which is too little for Chromium: its tabs crash.", fixes, facts
        )
    return Finding(GROUP, topic, "ok", f"{text}.", (), facts)


def x11_directory() -> Finding:
    """Check the directory of X's sockets, which root must create so that all users can use it."""
    path = TMP / ".X11-unix"
    topic = "x11-directory"
    command = f"install -d -m 1777 {path}"
    fix = command if os.geteuid() == 0 else f"sudo {command}"
    try:
        info = path.stat()
    except OSError:
        if os.geteuid() == 0:
            return Finding(GROUP, topic, "ok", f"{path} does not exist yet; the first X server creates it.")
        message = (
            f"{path} does not exist, so X logs an error, and programs that do not use abstract sockets find no display."
        )
        return Finding(GROUP, topic, "warning", message, (fix,))
    facts = {"mode": f"{stat.S_IMODE(info.st_mode):04o}", "owner": info.st_uid}
    if not os.access(path, os.W_OK | os.X_OK):
        return Finding(GROUP, topic, "warning", f"X cannot create its sockets in {path}.", (fix,), facts)
    return Finding(GROUP, topic, "ok", f"X can create its sockets in {path}.", (), facts)


def locks() -> Finding:
    """Check for lock files of dead X servers. This user can remove their own; others keep a display number taken."""
    ours: list[str] = []
    others: list[str] = []
    alive = 0
    for lock in sorted(TMP.glob(".X*-lock")):
        if not re.fullmatch(r"\.X[0-9]+-lock", lock.name):
            continue
        try:
            pid, owner = lock_holder(lock), lock.lstat().st_uid
        except (OSError, ValueError):
            others.append(str(lock))
            continue
        if Path("/proc", str(pid)).exists():
            alive += 1
        else:
            (ours if owner == os.getuid() else others).append(str(lock))
    facts = {"stale": ours, "stale_of_others": others, "displays": alive}
    if ours or others:
        number = len(ours) + len(others)
        message = (
            f"{'One display has a stale lock file' if number == 1 else f'{number} displays have stale lock files'}, "
            "so desktops use other display numbers."
        )
        fixes = (f"rm -f {' '.join(ours)}",) if ours else ()
        return Finding(GROUP, "display-locks", "note", message, fixes, facts)
    return Finding(GROUP, "display-locks", "ok", "No display has a stale lock file.", (), facts)
