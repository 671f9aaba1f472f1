"""The recordings that this server makes: at most one of each desktop."""

from __future__ import annotations

import asyncio
import logging
import secrets
from pathlib import Path

from ...desktops.desktop import Desktop
from ...desktops.recordings import state
from ...desktops.recordings.order import Order, partial_name
from ...desktops.recordings.requirements import check
from ...desktops.recordings.state import EndedRecordingModel, RecordingModel, already_recorded
from ...errors import Conflict
from ..access import forbidden
from .process import RecordingProcess


class Recordings:
    """Starts, pauses and stops recordings; ``max_seconds`` and ``max_bytes`` are 0 for no limit."""

    def __init__(self, log: logging.Logger, is_allowed: bool, max_seconds: float, max_bytes: int) -> None:
        self._log = log
        self._is_allowed = is_allowed
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._processes: dict[str, RecordingProcess] = {}

    def check(self, desktop: Desktop) -> str:
        """Return the display to record; raise `VncError` if the desktop can't be recorded now. Blocks."""
        if not self._is_allowed:
            raise forbidden("The administrator has turned recording off.", "recording-off")
        display = check(desktop.state())
        if state.current(desktop.path) is not None:
            raise already_recorded()
        return display

    async def start(self, desktop: Desktop, display: str, path: str, file: Path) -> RecordingModel:
        """Record a desktop that was checked into a new file, whose path in Jupyter's tree is ``path``."""
        if self._find(desktop.name) is not None:
            raise already_recorded()
        order = Order(
            directory=str(desktop.path),
            display=display,
            xauthority=str(desktop.xauthority),
            path=path,
            file=str(file),
            partial=str(partial_name(file, secrets.token_hex(4))),
            media_format=file.suffix[1:],
            max_seconds=self._max_seconds,
            max_bytes=self._max_bytes,
        )
        process = RecordingProcess(order, desktop.log_directory, self._log)
        self._processes[desktop.name] = process
        model = await process.start()
        self._log.info("%s: recording", desktop.name)
        return model

    async def ask(self, desktop: Desktop, line: str) -> RecordingModel:
        """Pause or resume a recording; raise `Conflict` if this server doesn't make it."""
        return await self._get(desktop).ask(line)

    async def stop(self, desktop: Desktop) -> EndedRecordingModel:
        """End a recording; return its file. If it has just ended, return how."""
        return await self._get(desktop, or_ended=True).stop()

    async def close(self) -> None:
        """End all recordings, whose files are kept."""
        running = [each for each in self._processes.values() if each.is_running]
        await asyncio.gather(*(each.close() for each in running))

    def _get(self, desktop: Desktop, or_ended: bool = False) -> RecordingProcess:
        found = self._processes.get(desktop.name) if or_ended else self._find(desktop.name)
        if found is not None and (found.is_running or found.ended is not None):
            return found
        if state.current(desktop.path) is not None:
            message = "Another Jupyter server records this desktop; it can be stopped there."
            raise Conflict(message, code="recorded-elsewhere")
        raise Conflict("This desktop is not being recorded.", code="not-recorded")

    def _find(self, name: str) -> RecordingProcess | None:
        found = self._processes.get(name)
        return found if found is not None and found.is_running else None
