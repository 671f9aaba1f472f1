"""Directories that no other user can read, write or replace. Nothing here changes the mode of what exists.

The rules for parents are those of ``StrictModes`` in sshd_config(5): each is owned by us or root, and nobody else can
write to it. Two exceptions: a directory with the sticky bit, such as ``/tmp``, in which nobody can replace what is
another's; and a group without other members, because many systems give each user such a group and a umask of 002.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import grp
import os
import pwd
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The permissions of everybody but the owner."""

MAX_LINKS = 40
"""Symbolic links in a path, at the most: the kernel's own limit (path_resolution(7))."""

OVERFLOW_UID = Path("/proc/sys/kernel/overflowuid")
UID_MAP = Path("/proc/self/uid_map")


class NotPrivate(Exception):
    """Other users can read, write or replace a directory.

    ``message`` is a sentence without its full stop, ``fix`` a command or ``None``.
    ``shared``: a subdirectory of it may be private, as in ``/tmp``.
    """

    def __init__(self, message: str, fix: str | None = None, shared: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.shared = shared


def check_private(path: Path) -> None:
    """Raise `NotPrivate` unless ``path`` is a directory of ours that is open to nobody else, ``OSError`` without one.

    The directory is opened and not followed, so that the answer is about what is there.
    """
    info = _directory_status(path)
    if info.st_uid != os.getuid():
        shared = info.st_uid in _trusted_users() and os.access(path, os.W_OK | os.X_OK)
        raise NotPrivate(f"The directory {path} belongs to another user", shared=shared)
    if info.st_mode & OTHERS:
        mode = stat.S_IMODE(info.st_mode)
        message = f"The directory {path} is open to other users (mode {mode:04o})"
        raise NotPrivate(message, f"chmod 700 {path}", shared=True)


def _directory_status(path: Path) -> os.stat_result:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        if not path.is_symlink():
            raise
        raise NotPrivate(f"{path} is a symbolic link") from None
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def make_private(path: Path) -> None:
    """Create the directory ``path`` and its parents, for ourselves alone (0700) if they are missing.

    Raise `NotPrivate` if other users can replace one of its parents, ``OSError`` if one can't be created.
    """
    missing = [path]
    while not os.path.lexists(missing[-1].parent):
        missing.append(missing[-1].parent)
    check_parents(path)
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory, 0o700)


def check_parents(path: Path) -> None:
    """Raise `NotPrivate` if other users can replace one of the existing directories that lead to ``path``."""
    current = Path("/")
    waiting = list(reversed(path.absolute().parent.parts[1:]))
    links = 0
    _check_parent(current, path)
    while waiting:
        part = waiting.pop()
        entry = current.parent if part == ".." else current / part
        try:
            info = entry.lstat()
        except FileNotFoundError:
            return
        if not stat.S_ISLNK(info.st_mode):
            current = entry
            _check_parent(current, path)
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        if info.st_uid not in _trusted_users():
            raise NotPrivate(f"{entry}, which leads to {path}, belongs to another user")
        target = Path(os.readlink(entry))
        if target.is_absolute():
            current = Path("/")
        waiting += [each for each in reversed(target.parts) if each != "/"]


def _check_parent(directory: Path, path: Path) -> None:
    info = directory.lstat()
    if not stat.S_ISDIR(info.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))
    if info.st_uid not in _trusted_users():
        raise NotPrivate(f"The directory {directory}, which contains {path}, belongs to another user")
    if info.st_mode & stat.S_ISVTX:
        return
    if info.st_mode & stat.S_IWOTH or (info.st_mode & stat.S_IWGRP and not _is_own_group(info.st_gid)):
        message = f"Other users can write to the directory {directory}, and so replace {path} in it"
        raise NotPrivate(message, f"chmod go-w {directory}" if os.getuid() in (0, info.st_uid) else None)


def _trusted_users() -> set[int]:
    """Return the ids of root and of ourselves; in a user namespace, also that of users whom it does not map.

    There, real root is such a user: it owns ``/`` and ``/tmp`` (user_namespaces(7)).
    """
    return {0, os.getuid(), *_unmapped_user()}


@functools.lru_cache(maxsize=1)
def _unmapped_user() -> frozenset[int]:
    try:
        overflow = int(OVERFLOW_UID.read_text())
        ranges = [tuple(map(int, line.split())) for line in UID_MAP.read_text().splitlines()]
    except (OSError, ValueError):
        return frozenset()
    is_mapped = any(first <= overflow < first + count for first, _, count in ranges)
    return frozenset() if is_mapped else frozenset({overflow})


@functools.lru_cache(maxsize=16)
def _is_own_group(number: int) -> bool:
    """Return whether nobody but us and root is a member of a group."""
    ours = {0, os.getuid()}
    try:
        members = [pwd.getpwnam(name).pw_uid for name in grp.getgrgid(number).gr_mem]
    except KeyError:  # an unknown group, or a member without an entry
        return False
    members += [user.pw_uid for user in pwd.getpwall() if user.pw_gid == number]
    return set(members) <= ours
