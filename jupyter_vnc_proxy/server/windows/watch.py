"""Follows the windows of the desktops that run, and emits a Jupyter event whenever some have appeared or closed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

from jupyter_events import EventLogger

from ...desktops.manager import DesktopManager
from ...desktops.windows.report import MAX_LINE_BYTES, WindowModel, decode
from ...errors import VncError
from ..desktop_watcher import DesktopChange
from ..metrics import event_schema

EVENT_SCHEMA = Path(__file__).parents[1] / "event_schemas" / "windows" / "v1.yaml"
EVENT_ID = "https://events.jupyter.org/jupyter_vnc_proxy/windows/v1"

FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 60.0
"""Pauses before a desktop that runs is asked again. One that was started by an earlier version never reports."""


class WindowWatch:
    """Reads the reports of the desktops that run; `close` ends that. ``log`` never gets a title."""

    def __init__(self, manager: DesktopManager, events: EventLogger | None, log: logging.Logger) -> None:
        self._manager = manager
        self._log = log
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._windows: dict[str, list[WindowModel]] = {}
        self._last: dict[str, int] = {}
        self._events = events
        if events is not None and EVENT_ID not in events.schemas:
            events.register_event_schema(event_schema(version("jupyter-events"), EVENT_SCHEMA))

    def desktop_changed(self, change: DesktopChange) -> None:
        """Handle a change that `DesktopWatcher` reports."""
        runs = change.after is not None and change.after["phase"] == "running"
        task = self._tasks.pop(change.name, None)
        if task is not None:
            task.cancel()
        if runs:
            # The windows of a desktop that ran before this server have appeared long ago.
            is_new = change.before is not None
            self._tasks[change.name] = asyncio.get_running_loop().create_task(self._follow(change.name, is_new))
        else:
            self._take(change.name, [])
        if change.after is None:
            self._last.pop(change.name, None)

    def windows(self, name: str) -> list[WindowModel]:
        """Return the open windows of a desktop, by ascending number; raise `UnknownDesktop` if it doesn't exist."""
        self._manager.get(name)
        return self._windows.get(name, [])

    async def close(self) -> None:
        """Follow no more desktops."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, name: str, is_new: bool) -> None:
        """Read a desktop's reports until cancelled."""
        if is_new:
            self._last.setdefault(name, 0)
        pause = FIRST_PAUSE_SECONDS
        while True:
            with contextlib.suppress(OSError, ValueError, VncError):
                async for windows in self._reports(name):
                    pause = FIRST_PAUSE_SECONDS
                    self._take(name, windows)
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)

    async def _reports(self, name: str) -> AsyncIterator[list[WindowModel]]:
        """Yield the reports of a desktop until its runner ends them."""
        socket = self._manager.get(name).paths.window_socket
        reader, writer = await asyncio.open_unix_connection(os.fspath(socket), limit=MAX_LINE_BYTES)
        try:
            while line := await reader.readline():
                yield decode(line)
        finally:
            writer.close()

    def _take(self, name: str, windows: list[WindowModel]) -> None:
        before = self._windows.get(name, [])
        newest = max((each["number"] for each in windows), default=0)
        since = self._last.setdefault(name, newest)
        self._last[name] = max(since, newest)
        self._windows[name] = windows
        if [each["number"] for each in before] != [each["number"] for each in windows]:
            self._emit(name, since)

    def _emit(self, name: str, since: int) -> None:
        if self._events is None:
            return
        try:
            self._events.emit(schema_id=EVENT_ID, data={"name": name, "since": since})
        except Exception:  # of a site's handler
            self._log.exception("%s: error while an event about windows was emitted", name)
