"""The tree of files that Jupyter's Contents API shows, and where its files are on this machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from jupyter_server.services.contents.fileio import path_to_intermediate
from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.utils import ApiPath, to_api_path, to_os_path

from ...errors import Conflict, InvalidOption, VncError

MAX_COPIED_FILES = 1000
"""Files on the clipboard that are looked for in the tree, at the most."""


class Tree:
    """The tree of a contents manager; raises `Conflict` if that doesn't keep it in a directory of this machine."""

    def __init__(self, manager: Any) -> None:
        if not isinstance(manager, FileContentsManager):
            message = "The files of this Jupyter server are not in a directory of its machine, so no desktop has them."
            raise Conflict(message, code="no-local-files")
        self._manager = manager
        self._root = os.path.abspath(manager.root_dir)

    def file(self, path: str) -> Path:
        """Return the file or directory at a path of the Contents API; blocks.

        Raise `VncError` (404) if there is none, as if Jupyter hides it, and (403) if the path leads out of the tree.
        A symbolic link may lead out of it, as in Jupyter's file browser.
        """
        if "\0" in path:
            raise InvalidOption("A path has no NUL.", code="bad-field")
        found = os.path.abspath(to_os_path(ApiPath(path), self._root))
        if os.path.commonpath([found, self._root]) != self._root:
            raise _error("This path leads out of the directory that Jupyter shows.", "outside-tree", 403)
        if not os.path.exists(found) or self._is_hidden(path.strip("/")):
            raise _error("There is no such file.", "no-such-file", 404)
        return Path(found)

    def _is_hidden(self, path: str) -> bool:
        if self._manager.allow_hidden:
            return False
        return any(part.startswith(".") for part in path.split("/"))

    def path(self, file: str) -> str | None:
        """Return the path in the Contents API of a file, ``None`` if it isn't in the tree or is gone; blocks."""
        root = os.path.realpath(self._root)
        for each in (os.path.abspath(file), os.path.realpath(file)):
            for base in (self._root, root):
                if os.path.commonpath([each, base]) == base and os.path.exists(each):
                    found = to_api_path(each, base)
                    return None if self._is_hidden(found) else found
        return None

    def discard(self, path: str) -> None:
        """Remove an incomplete file, and the copy of it that Jupyter may have begun; blocks.

        Raise `VncError` as `file` does, and (403) for what is no file or may not be removed.
        """
        found = self.file(path)
        try:
            if not stat.S_ISREG(found.lstat().st_mode):
                raise _error("Only files can be discarded.", "not-a-file", 403)
            found.unlink()
            Path(path_to_intermediate(found)).unlink(missing_ok=True)  # type: ignore[no-untyped-call]
        except PermissionError:
            raise _error("The file can't be removed.", "not-permitted", 403) from None

    def copied(self, uris: str) -> dict[str, Any]:
        """Return the ``paths`` of the files that are in the tree, and the number ``outside`` of it; blocks."""
        files = local_files(uris)[:MAX_COPIED_FILES]
        paths = [path for each in files if (path := self.path(each)) is not None]
        return {"paths": paths, "outside": len(files) - len(paths)}


def local_files(uris: str) -> list[str]:
    """Return the files of this machine among the URIs of a ``text/uri-list`` (RFC 2483, RFC 8089)."""
    files = []
    for line in uris.splitlines():
        try:
            parts = urlsplit(line.strip())
        except ValueError:
            continue
        if parts.scheme == "file" and parts.path.startswith("/"):
            file = os.fsdecode(unquote_to_bytes(parts.path))
            if "\0" not in file:
                files.append(file)
    return files


def _error(message: str, code: str, status: int) -> VncError:
    error = VncError(message, code=code)
    error.status = status
    return error
