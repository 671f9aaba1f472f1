"""Where a desktop writes: its runtime directory, the home directory, shared memory, the directory of X's sockets."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from ..desktops.runtime import LONGEST_SOCKET, MAX_SOCKET_PATH, desktop_path, runtime_directory
from ..errors import VncError
from .findings import Finding

GROUP = "Places"

SHM = Path("/dev/shm")
ENOUGH_SHM = 256 * 1024 * 1024
"""Bytes of shared memory: Chromium's tabs crash with Docker's 64 MB."""

ENOUGH_ROOM = 50 * 1024 * 1024
"""Bytes that a session and its logs may want to write."""

TMP = Path("/tmp")
MEGABYTE = 1024 * 1024

NAME = "x" * 32
"""The longest name that a desktop may have."""


def free_bytes(path: Path) -> int | None:
    """Return how much an ordinary user can write there, or ``None`` where nobody knows."""
    try:
        figures = os.statvfs(path)
    except OSError:
        return None
    return figures.f_bavail * figures.f_frsize


def runtime(configured: str = "") -> Finding:
    """Look at the runtime directory: whose it is, who may read it, how long a socket's path is, how much is free."""
    topic = "runtime-directory"
    try:
        path = runtime_directory(configured)
        desktop_path(path, "default")
    except VncError as error:
        return Finding(GROUP, topic, "problem", error.message, (error.fix,) if error.fix else (), {"code": error.code})
    info = path.stat()
    longest = len(os.fsencode(path / NAME / LONGEST_SOCKET))
    facts = {
        "path": str(path),
        "mode": f"{stat.S_IMODE(info.st_mode):04o}",
        "owner": info.st_uid,
        "free": free_bytes(path),
        "socket_path": longest,
    }
    short = _room(path, topic, f"The runtime directory {path}", facts)
    if short is not None:
        return short
    if longest > MAX_SOCKET_PATH:
        message = (
            f"The runtime directory {path} is so long that the names of desktops must be short: "
            f"a unix socket's path has {MAX_SOCKET_PATH} bytes."
        )
        return Finding(GROUP, topic, "warning", message, ("export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops",), facts)
    return Finding(GROUP, topic, "ok", f"The runtime directory {path} is private and can be written.", (), facts)


def home() -> Finding:
    """See whether the home directory is there and can be written: most sessions need it."""
    path = Path.home()
    topic = "home"
    facts = {"path": str(path), "free": free_bytes(path)}
    if not path.is_dir():
        return Finding(
            GROUP, topic, "warning", f"The home directory {path} is not there.", ("export HOME=/tmp/home",), facts
        )
    if not writable(path):
        message = f"The home directory {path} can't be written, which most sessions need."
        return Finding(GROUP, topic, "warning", message, ("export HOME=/tmp/home",), facts)
    short = _room(path, topic, f"The home directory {path}", facts)
    return short or Finding(GROUP, topic, "ok", f"The home directory {path} can be written.", (), facts)


def writable(path: Path) -> bool:
    """Tell whether files can be made there: root may do so by its mode, and not where the file system is read-only."""
    return os.access(path, os.W_OK | os.X_OK) and not os.statvfs(path).f_flag & os.ST_RDONLY


def _room(path: Path, topic: str, subject: str, facts: Mapping[str, object]) -> Finding | None:
    free = facts["free"]
    if not isinstance(free, int) or free >= ENOUGH_ROOM:
        return None
    message = f"{subject} has {free // MEGABYTE} MB left to write to."
    return Finding(GROUP, topic, "warning" if free else "problem", message, (f"df -h {path}",), facts)


def shared_memory() -> Finding:
    """See how much /dev/shm holds: browsers on the desktop want more than a container's 64 MB."""
    topic = "shared-memory"
    try:
        figures = os.statvfs(SHM)
    except OSError:
        return Finding(GROUP, topic, "warning", f"There is no {SHM}, which browsers on the desktop need.")
    size = figures.f_blocks * figures.f_frsize
    facts = {"path": str(SHM), "size": size, "free": figures.f_bavail * figures.f_frsize}
    text = f"{SHM} holds {size // MEGABYTE} MB"
    if size < ENOUGH_SHM:
        fixes = ("docker run --shm-size 512m …", "chromium --disable-dev-shm-usage")
        return Finding(GROUP, topic, "warning", f"{text}, too little for Chromium, whose tabs crash.", fixes, facts)
    return Finding(GROUP, topic, "ok", f"{text}.", (), facts)


def x11_directory() -> Finding:
    """Look at the directory of X's sockets, which only root can make for everybody."""
    path = TMP / ".X11-unix"
    topic = "x11-directory"
    command = f"install -d -m 1777 {path}"
    fix = command if os.geteuid() == 0 else f"sudo {command}"
    try:
        info = path.stat()
    except OSError:
        if os.geteuid() == 0:
            return Finding(GROUP, topic, "ok", f"{path} is not there yet; the first X server makes it.")
        message = f"{path} is not there; X complains, and programs that don't know its abstract socket find no display."
        return Finding(GROUP, topic, "warning", message, (fix,))
    facts = {"mode": f"{stat.S_IMODE(info.st_mode):04o}", "owner": info.st_uid}
    if not os.access(path, os.W_OK | os.X_OK):
        return Finding(GROUP, topic, "warning", f"X can't make its sockets in {path}.", (fix,), facts)
    return Finding(GROUP, topic, "ok", f"X can make its sockets in {path}.", (), facts)


def locks() -> Finding:
    """Look for the locks of displays whose server is dead: ours can go, another's keep a number taken."""
    ours: list[str] = []
    others: list[str] = []
    alive = 0
    for lock in sorted(TMP.glob(".X*-lock")):
        if not re.fullmatch(r"\.X[0-9]+-lock", lock.name):
            continue
        try:
            pid, owner = int(lock.read_text()), lock.lstat().st_uid
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
            f"{'A display has' if number == 1 else f'{number} displays have'} a lock of a server that is dead; "
            "another number is taken instead."
        )
        fixes = (f"rm -f {' '.join(ours)}",) if ours else ()
        return Finding(GROUP, "display-locks", "note", message, fixes, facts)
    return Finding(GROUP, "display-locks", "ok", "No display has a stale lock.", (), facts)
