"""Removes a tree of files, without following symbolic links or entering what is mounted in it."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import Conflict

DIRECTORY = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class _Level:
    """A directory that is being emptied: its identity, the names left to remove, and whether anything stays in it."""

    name: str
    identity: tuple[int, int]
    names: list[str]
    keeps: bool = field(default=False)


class _Removal:
    """Removes what is below ``root``, with one open directory however deep the tree is.

    ``mounts`` and ``failures`` are what stays.
    """

    def __init__(self, root: Path) -> None:
        self.mounts: list[Path] = []
        self.failures: list[tuple[Path, OSError]] = []
        self._root = root
        self._descriptor = os.open(root, os.O_RDONLY | DIRECTORY)
        self._mount = _mount_of(self._descriptor)
        self._levels = [_level("", self._descriptor)]

    def close(self) -> None:
        os.close(self._descriptor)

    def empty(self, last: Collection[str]) -> bool:
        """Remove everything, the entries of the root that are named ``last`` only if nothing else stays.

        Return whether nothing stays.
        """
        top = self._levels[0]
        spared = [name for name in top.names if name in last]
        top.names = [name for name in top.names if name not in last]
        self._run()
        if top.keeps:
            return False
        top.names = spared
        self._run()
        return not top.keeps

    def _run(self) -> None:
        while True:
            level = self._levels[-1]
            if level.names:
                self._remove(level, level.names.pop())
            elif len(self._levels) > 1:
                self._leave()
            else:
                return

    def _remove(self, level: _Level, name: str) -> None:
        """Remove one entry; enter it instead if it is a directory on the same mount."""
        try:
            try:
                os.unlink(name, dir_fd=self._descriptor)  # a link to a directory, too
            except IsADirectoryError:
                self._enter(name)
        except FileNotFoundError:
            pass
        except OSError as error:
            level.keeps = True
            path = self._path(name)
            if error.errno in (errno.EBUSY, errno.EXDEV):
                self.mounts.append(path)
            else:
                self.failures.append((path, error))

    def _enter(self, name: str) -> None:
        with _opened(name, os.O_PATH | DIRECTORY, self._descriptor) as found:  # which asks no file system yet
            if _mount_of(found) != self._mount:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            descriptor = os.open(".", os.O_RDONLY | DIRECTORY, dir_fd=found)
        try:
            level = _level(name, descriptor)
        except OSError:
            os.close(descriptor)
            raise
        self._use(descriptor)
        self._levels.append(level)

    def _leave(self) -> None:
        """Return to the parent of an emptied directory, and remove that."""
        left = self._levels.pop()
        level = self._levels[-1]
        self._use(os.open("..", os.O_RDONLY | DIRECTORY, dir_fd=self._descriptor))
        if _identity(self._descriptor) != level.identity:
            raise Conflict(f"{self._path(left.name)} was moved while it was removed.", code="not-removed")
        if left.keeps:
            level.keeps = True
            return
        try:
            os.rmdir(left.name, dir_fd=self._descriptor)
        except OSError as error:
            level.keeps = True
            self.failures.append((self._path(left.name), error))

    def _use(self, descriptor: int) -> None:
        os.close(self._descriptor)
        self._descriptor = descriptor

    def _path(self, name: str) -> Path:
        return self._root.joinpath(*(level.name for level in self._levels), name)


@contextmanager
def _opened(name: str, flags: int, directory: int) -> Iterator[int]:
    descriptor = os.open(name, flags, dir_fd=directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _level(name: str, descriptor: int) -> _Level:
    return _Level(name, _identity(descriptor), os.listdir(descriptor))


def _identity(descriptor: int) -> tuple[int, int]:
    info = os.fstat(descriptor)
    return info.st_dev, info.st_ino


def _mount_of(descriptor: int) -> object:
    """Return the id of the mount that an open directory is on, else its device's number (proc(5), fdinfo).

    A bind mount of the same file system has the same device, and a subvolume of Btrfs another without being a mount.
    """
    try:
        text = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    except OSError:
        text = ""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key == "mnt_id":
            return value.strip()
    return os.fstat(descriptor).st_dev


def remove_tree(path: Path, last: Collection[str] = ()) -> None:
    """Remove the directory ``path`` and what is in it; do nothing if there is none.

    What is mounted in it stays, and so do the entries of ``path`` that are named ``last`` unless all else is gone: then
    raise `Conflict`, with the commands that help. Symbolic links are removed, and never followed. Blocks.
    """
    try:
        removal = _Removal(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _not_removed(path, error) from error
    try:
        is_empty = removal.empty(last)
    except OSError as error:
        raise _not_removed(path, error) from error
    finally:
        removal.close()
    if removal.mounts:
        first = removal.mounts[0]
        message = f"{first} is a mount, so {path} was not removed."
        raise Conflict(message, code="mounted", fix="; ".join(f"umount {each}" for each in removal.mounts))
    if not is_empty:
        raise _not_removed(*removal.failures[0])
    try:
        os.rmdir(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _not_removed(path, error) from error


def _not_removed(path: Path, error: OSError) -> Conflict:
    return Conflict(f"{path} could not be removed: {error.strerror}.", code="not-removed", fix=f"ls -la {path.parent}")
