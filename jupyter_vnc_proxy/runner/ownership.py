"""Sees whether anybody still wants a desktop, and keeps its house."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable

from ..desktops.desktop import Desktop

WATCH_SECONDS = 2.0
"""Seconds between two looks at the owners and at the logs' sizes."""

LOG_LIMIT = 5 * 1024 * 1024
"""Bytes at which a log is begun anew: sessions write without end."""


class Guardian:
    """Calls ``end`` with the reason when nobody wants the desktop any more, and ``every`` every two seconds.

    ``orphan_timeout``: seconds that it lives on without an owner; ``None`` binds it to our parent process, which was
    ``parent`` when we were started.
    """

    def __init__(
        self,
        desktop: Desktop,
        orphan_timeout: float | None,
        parent: int,
        end: Callable[[str], None],
        every: Callable[[], None],
    ) -> None:
        self._desktop = desktop
        self._orphan_timeout = orphan_timeout
        self._parent = parent
        self._end = end
        self._every = every

    async def watch(self) -> None:
        """Watch until cancelled."""
        orphan_since: float | None = None
        if self._orphan_timeout is None:
            self._watch_parent(self._parent)
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            self._limit_logs()
            self._every()
            if self._orphan_timeout is None:
                continue
            if self._desktop.has_owner():
                orphan_since = None
                continue
            now = time.monotonic()
            orphan_since = now if orphan_since is None else orphan_since
            if now - orphan_since >= self._orphan_timeout:
                self._end(f"no server has looked after it for {self._orphan_timeout:g} s")

    def _watch_parent(self, parent: int) -> None:
        with contextlib.suppress(OSError):
            descriptor = os.pidfd_open(parent)
            asyncio.get_running_loop().add_reader(descriptor, self._parent_ended, descriptor)
        if os.getppid() != parent:
            self._end("its parent process has ended")

    def _parent_ended(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
        self._end("its parent process has ended")

    def _limit_logs(self) -> None:
        for file in self._desktop.log_directory.glob("*.log"):
            with contextlib.suppress(OSError):
                if file.stat().st_size > LOG_LIMIT:
                    os.truncate(file, 0)  # they are all written with O_APPEND
