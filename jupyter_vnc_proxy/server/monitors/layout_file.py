"""The file by which one Jupyter server at a time divides a desktop, and tells the others how."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from ...desktops.model import MonitorModel
from ...errors import Conflict

FILE_NAME = "monitors.lock"

LOCK_SECONDS = 0.5
"""How long to wait for the lock, which a server that reads the file holds for a moment."""

LOCK_POLL_SECONDS = 0.02


class LayoutFile:
    """A desktop's file, locked by the server whose viewers are its monitors (flock(2)); it contains their models."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._lock: IO[str] | None = None

    async def take(self) -> None:
        """Lock the file until `release`; raise `Conflict` if another server has it."""
        if self._lock is not None:
            return
        lock = _open_private(self._path)
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if time.monotonic() < deadline:
                    await asyncio.sleep(LOCK_POLL_SECONDS)
                    continue
                lock.close()
                raise Conflict(
                    "Viewers that are connected through another Jupyter server are this desktop's monitors.",
                    code="monitors-elsewhere",
                ) from error
            self._lock = lock
            return

    def write(self, monitors: Sequence[MonitorModel]) -> None:
        """Tell the other servers which monitors there are; the file is ours."""
        assert self._lock is not None
        self._lock.truncate(0)
        self._lock.write(json.dumps(monitors))
        self._lock.flush()

    def release(self) -> None:
        """Let other servers divide the desktop; do nothing if the file isn't ours."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def others(self) -> list[MonitorModel]:
        """Return the monitors that another server's viewers are; none if there is no such server."""
        if self._lock is not None:
            return []
        with contextlib.suppress(OSError, ValueError), open(self._path, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return cast("list[MonitorModel]", json.load(file))
        return []


def _open_private(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")
