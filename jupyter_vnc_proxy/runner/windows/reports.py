"""Reports the windows that appear on a desktop's display to whoever reads its socket."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...desktops.windows.report import (
    MAX_APPLICATION_CHARACTERS,
    MAX_LINE_BYTES,
    MAX_TITLE_CHARACTERS,
    MAX_WINDOWS,
    WindowModel,
    clean,
    encode,
)
from ...system.timeouts import within
from ...system.unix_sockets import PrivateServer

if TYPE_CHECKING:
    from .watcher import NewWindow, WindowWatcher

log = logging.getLogger("jupyter_vnc_proxy")

MAX_READERS = 8
"""Simultaneous readers, which are Jupyter servers; further ones are closed."""

WRITE_SECONDS = 10.0
"""How long a reader may take for a report before it is closed."""


class WindowReports:
    """Serves the reports of a desktop on the unix socket ``path`` (0600), from `open` to `close`."""

    def __init__(self, desktop: str, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._desktop = desktop
        self._clock = clock
        self._watcher: WindowWatcher | None = None
        self._starting: asyncio.Task[None] | None = None
        self._windows: dict[int, WindowModel] = {}
        self._last = 0
        self._changed: set[asyncio.Event] = set()
        self._server = PrivateServer(path, self._serve, MAX_READERS, MAX_LINE_BYTES)

    def open(self, display: str, xauthority: Path) -> None:
        """Report the windows of a display; raise ``xcffib.ConnectionException`` if it is gone."""
        from .watcher import WindowWatcher  # with xcffib

        self._watcher = WindowWatcher(display, xauthority, self.update)
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        try:
            await self._server.start()
        except OSError as error:  # the desktop is usable without it
            log.warning("%s: windows that appear can't be reported: %s", self._desktop, error)

    async def close(self) -> None:
        """Watch no more, and end the connections; do nothing if no display is watched."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        if self._starting is not None:
            await self._starting
            self._starting = None
        self._windows = {}
        await self._server.close()

    def update(self, windows: dict[int, NewWindow]) -> None:
        """Report these windows, by id."""
        kept = {window: model for window, model in self._windows.items() if window in windows}
        for window in list(windows.keys() - kept.keys())[-MAX_WINDOWS:]:
            kept[window] = self._model(windows[window])
        self._windows = kept
        for each in self._changed:
            each.set()

    def _model(self, window: NewWindow) -> WindowModel:
        # A number that is also larger than those of the desktop's earlier runs.
        self._last = max(self._last + 1, int(self._clock() * 1000))
        return {
            "number": self._last,
            "title": clean(window.title, MAX_TITLE_CHARACTERS),
            "application": clean(window.application, MAX_APPLICATION_CHARACTERS),
            "dialog": window.dialog,
            "urgent": window.urgent,
        }

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        changed = asyncio.Event()
        changed.set()
        self._changed.add(changed)
        gone = asyncio.get_running_loop().create_task(reader.read(1))
        gone.add_done_callback(lambda _: changed.set())
        try:
            while await changed.wait() and not gone.done():
                changed.clear()
                writer.write(encode(sorted(self._windows.values(), key=lambda each: each["number"])))
                await within(WRITE_SECONDS, writer.drain())
        except (OSError, asyncio.TimeoutError):
            pass  # the reader is gone, or hangs
        finally:
            self._changed.discard(changed)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
