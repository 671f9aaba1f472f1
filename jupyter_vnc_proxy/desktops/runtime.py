"""The runtime directory, which holds the desktops' directories: found or created, private (0700), and ours."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from ..errors import InvalidOption
from ..options import check_name

MAX_SOCKET_PATH = 107
"""Bytes of a unix socket's path: ``sun_path`` has 108 with its final NUL (unix(7))."""

LONGEST_SOCKET = "rfb.sock"
"""The longest name of a socket in a desktop's directory."""


SERVER_DIGITS = 8
"""Digits that tell the directories of a user's named servers apart; the directory's path must be short."""


def runtime_directory(configured: str = "") -> Path:
    """Return the directory that holds one directory for each desktop; create it if it is missing.

    It is ``configured``, else ``$JUPYTER_VNC_RUNTIME_DIR``, else ``$XDG_RUNTIME_DIR/jupyter-vnc``, else
    ``jupyter-vnc-<uid>`` in the directory for temporary files, or in ``/tmp`` if that path is too long.
    Raise `InvalidOption` if it can't be created or written, or belongs to another user.
    """
    chosen = configured or os.environ.get("JUPYTER_VNC_RUNTIME_DIR", "")
    if chosen:
        return _private(Path(chosen).expanduser().absolute())
    for candidate in _defaults():
        if _socket_length(candidate / ("x" * 32)) <= MAX_SOCKET_PATH:
            return _private(candidate)
    raise AssertionError("the last of the defaults is short")


def named_server_directory(configured: str, server: str) -> str:
    """Return the runtime directory of a hub's named server, if each has its own; ``configured`` if the name is empty.

    It is below the user's own, where no desktop can have its name.
    """
    if not server:
        return configured
    own = ".server-" + hashlib.sha256(server.encode()).hexdigest()[:SERVER_DIGITS]
    shared = runtime_directory(configured)
    return os.fspath(shared if shared.name == own else shared / own)


def _defaults() -> list[Path]:
    own = f"jupyter-vnc-{os.getuid()}"
    candidates = [Path(tempfile.gettempdir()) / own, Path("/tmp") / own]
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and os.access(session, os.W_OK) and os.stat(session).st_uid == os.getuid():
        candidates.insert(0, Path(session) / "jupyter-vnc")
    return candidates


def _socket_length(directory: Path) -> int:
    return len(os.fsencode(directory / LONGEST_SOCKET))


def _private(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.lstat()
    except OSError as error:
        raise InvalidOption(
            f"The runtime directory {path} could not be created: {error.strerror}.",
            code="runtime-directory",
            fix="export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops",
        ) from error
    if not stat.S_ISDIR(info.st_mode):
        raise InvalidOption(f"{path} is not a directory.", code="runtime-directory")
    if info.st_uid != os.getuid():
        raise InvalidOption(f"The runtime directory {path} belongs to another user.", code="runtime-directory")
    if info.st_mode & 0o077:
        path.chmod(0o700)
    if not os.access(path, os.W_OK | os.X_OK):
        raise InvalidOption(
            f"The runtime directory {path} can't be written.",
            code="runtime-directory",
            fix=f"chmod u+rwx {path}",
        )
    return path


def desktop_path(runtime: Path, name: str) -> Path:
    """Return the directory of the desktop ``name``, which may not exist yet.

    Raise `InvalidOption` for a bad name, or if its sockets' paths are too long for the kernel.
    """
    path = runtime / check_name(name)
    if _socket_length(path) > MAX_SOCKET_PATH:
        raise InvalidOption(
            f"The path {path / LONGEST_SOCKET} is longer than the {MAX_SOCKET_PATH} bytes that a unix socket may have.",
            code="path-too-long",
            fix="export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops",
        )
    return path
