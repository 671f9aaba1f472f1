"""The runtime directory, which holds the desktops' directories: found or created, private (0700), and ours."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from ..errors import Conflict, InvalidOption, other_runtime_directory
from ..options import check_name
from ..system.files.private import NotPrivate, check_private, make_private

MAX_SOCKET_PATH = 107
"""Bytes of a unix socket's path: ``sun_path`` has 108 with its final NUL (unix(7))."""

LONGEST_SOCKET = "rfb.sock"
"""The longest name of a socket in a desktop's directory."""

LONGEST_NAME = "x" * 32
"""A desktop's name of the maximum length."""


class RuntimeDirectory(NamedTuple):
    """The runtime directory, and why those were refused that come before it."""

    path: Path
    refused: tuple[InvalidOption, ...] = ()


SERVER_DIGITS = 8
"""Digits that tell the directories of a user's named servers apart; the directory's path must be short."""


def runtime_directory(configured: str = "") -> Path:
    """Return the directory that holds one directory for each desktop; create it if it is missing.

    It is ``configured``, else ``$JUPYTER_VNC_RUNTIME_DIR``, else the first that can be used of ``jupyter-vnc`` in
    ``$XDG_RUNTIME_DIR``, ``jupyter-vnc-<uid>`` in the directory for temporary files and in ``/tmp``, and
    ``~/.cache/jupyter-vnc``. In a directory that is shared with other users, it is a subdirectory
    ``jupyter-vnc-<uid>``. The modes of existing directories stay as they are.
    Raise `InvalidOption` if it can't be created or written, or if other users can replace it.
    """
    return find_runtime_directory(configured).path


def find_runtime_directory(configured: str = "") -> RuntimeDirectory:
    """Return the same as `runtime_directory`, with the reasons why other directories were refused."""
    chosen = configured or os.environ.get("JUPYTER_VNC_RUNTIME_DIR", "")
    if chosen:
        return RuntimeDirectory(_private(Path(chosen).expanduser().absolute()))
    refused: list[InvalidOption] = []
    for candidate in _defaults():
        if _socket_length(candidate / LONGEST_NAME) <= MAX_SOCKET_PATH:
            try:
                return RuntimeDirectory(_private(candidate), tuple(refused))
            except InvalidOption as error:
                refused.append(error)
    raise refused[0]  # /tmp is short


def _own_name() -> str:
    return f"jupyter-vnc-{os.getuid()}"


def named_server_directory(configured: str, server: str) -> str:
    """Return the runtime directory of a hub's named server, if each has its own; ``configured`` if the name is empty.

    It is below the user's own, where no desktop can have its name.
    """
    if not server:
        return configured
    import hashlib  # with OpenSSL's libraries, which runners don't need

    own = ".server-" + hashlib.sha256(server.encode()).hexdigest()[:SERVER_DIGITS]
    shared = runtime_directory(configured)
    return os.fspath(shared if shared.name == own else shared / own)


def _defaults() -> list[Path]:
    candidates = [Path(tempfile.gettempdir()) / _own_name(), Path("/tmp") / _own_name()]
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if session and os.access(session, os.W_OK) and os.stat(session).st_uid == os.getuid():
        candidates.insert(0, Path(session) / "jupyter-vnc")
    with contextlib.suppress(RuntimeError):  # there is no home directory
        candidates.append(Path.home() / ".cache" / "jupyter-vnc")
    return list(dict.fromkeys(candidates))


def _socket_length(directory: Path) -> int:
    return len(os.fsencode(directory / LONGEST_SOCKET))


def _private(path: Path) -> Path:
    """Return ``path``, or our subdirectory of it if it is shared; create what is missing."""
    try:
        make_private(path)
        try:
            check_private(path)
        except NotPrivate as reason:
            if not reason.shared:
                raise
            path = path / _own_name()
            make_private(path)
            check_private(path)
    except NotPrivate as error:
        raise InvalidOption(
            f"{error.message}, so it can't hold desktops.",
            code="runtime-directory",
            fix=error.fix or other_runtime_directory(),
        ) from error
    except OSError as error:
        raise InvalidOption(
            f"The runtime directory {path} could not be created: {error.strerror}.",
            code="runtime-directory",
            fix=other_runtime_directory(),
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise InvalidOption(
            f"The runtime directory {path} can't be written.",
            code="runtime-directory",
            fix=f"chmod u+rwx {path}",
        )
    return path


def desktop_path(runtime: Path, name: str) -> Path:
    """Return the directory of the desktop ``name``, which may not exist yet.

    Raise `InvalidOption` for a bad name, or if its sockets' paths are too long for the kernel; `Conflict` if there is
    something that is not a directory of ours alone, whose contents must not be believed.
    """
    path = runtime / check_name(name)
    if _socket_length(path) > MAX_SOCKET_PATH:
        raise InvalidOption(
            f"The path {path / LONGEST_SOCKET} is longer than the {MAX_SOCKET_PATH} bytes that a unix socket may have.",
            code="path-too-long",
            fix=other_runtime_directory(),
        )
    check_desktop_directory(path)
    return path


def check_desktop_directory(path: Path) -> None:
    """Raise `Conflict` if ``path`` exists and is not a directory of ours that is open to nobody else."""
    try:
        check_private(path)
    except FileNotFoundError:
        return
    except NotPrivate as error:
        raise Conflict(
            f"{error.message}, so its contents are not used as a desktop's.",
            code="not-private",
            fix=f"mv {path} {path.with_name('.' + path.name)}.old",
        ) from error
    except OSError as error:
        raise Conflict(f"The directory {path} can't be opened: {error.strerror}.", code="not-private") from error
