"""Stops an orphaned desktop and truncates its logs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable

from ..desktops.desktop import Desktop
from ..system.process_identity import watch_parent

WATCH_SECONDS = 2.0
"""Seconds between two checks of the owners and of the logs' sizes."""

MAX_LOG_BYTES = 5 * 1024 * 1024
"""Bytes at which a log is truncated: sessions write without end."""


class OwnershipWatcher:
    """Calls ``on_orphaned`` with the reason if the desktop loses its owners, and ``on_tick`` every two seconds.

    ``orphan_timeout``: seconds that the desktop keeps running without an owner; ``None`` binds it to our parent process
    instead, which was ``parent`` when we were started.
    """

    def __init__(
        self,
        desktop: Desktop,
        orphan_timeout: float | None,
        parent: int,
        on_orphaned: Callable[[str], None],
        on_tick: Callable[[], None],
    ) -> None:
        self._desktop = desktop
        self._orphan_timeout = orphan_timeout
        self._parent = parent
        self._on_orphaned = on_orphaned
        self._on_tick = on_tick
        self._orphan_since: float | None = None

    async def watch(self) -> None:
        """Watch until cancelled."""
        with contextlib.ExitStack() as stack:
            if self._orphan_timeout is None:
                stack.callback(watch_parent(self._parent, self._parent_ended))
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                self._truncate_logs()
                self._on_tick()
                if self._orphan_timeout is not None:
                    self._check_owners(self._orphan_timeout)

    def _parent_ended(self) -> None:
        self._on_orphaned("its parent process has ended")

    def _check_owners(self, orphan_timeout: float) -> None:
        now = time.monotonic()
        if self._desktop.has_owner():
            self._orphan_since = None
            return
        self._orphan_since = now if self._orphan_since is None else self._orphan_since
        if now - self._orphan_since >= orphan_timeout:
            self._on_orphaned(f"it has had no Jupyter server for {orphan_timeout:g} s")

    def _truncate_logs(self) -> None:
        for file in self._desktop.log_directory.glob("*.log"):
            with contextlib.suppress(OSError):
                if file.stat().st_size > MAX_LOG_BYTES:
                    os.truncate(file, 0)  # every process writes with O_APPEND
