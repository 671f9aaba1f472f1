"""Sees how the desktops change, and stops those that nobody has touched for long enough."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

from ..desktops.manager import DesktopManager
from ..desktops.model import DesktopModel
from ..desktops.stop_reason import unused_for
from ..errors import VncError

SLOW = 2.0
FAST = 0.1
"""Seconds between two looks: while nothing happens, and while a desktop starts."""


@dataclass(frozen=True)
class Change:
    """A desktop whose phase is not what it was; ``before`` is ``None`` where it is new to this server, and ``after``
    where it is gone."""

    name: str
    before: DesktopModel | None
    after: DesktopModel | None


class DesktopWatcher:
    """Looks at the manager's desktops from time to time and tells ``listeners`` of each change of phase or display."""

    def __init__(
        self, manager: DesktopManager, listeners: Iterable[Callable[[Change], None]], log: logging.Logger
    ) -> None:
        self._manager = manager
        self._listeners = tuple(listeners)
        self._log = log
        self._seen: dict[str, DesktopModel] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to look; `stop` ends it."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while not self._stopping:  # Python 3.11's wait_for() loses a cancellation that comes with what it waits for
            try:
                self.look()
                await self._cull()
            except (VncError, OSError) as error:  # no runtime directory now; it may come back
                self._log.debug("the desktops can't be seen: %s", error)
            starting = any(model["phase"] == "starting" for model in self._seen.values())
            await self._manager.wait_for_change(FAST if starting else SLOW)

    def look(self) -> None:
        """Compare what there is with what there was, and tell of each difference."""
        now = {model["name"]: model for model in self._manager.models()}
        before, self._seen = self._seen, now
        for name in sorted(before.keys() | now.keys()):
            change = Change(name, before.get(name), now.get(name))
            if _differs(change):
                self._tell(change)

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:  # a site's handler of events; the others are told, and culling goes on
                self._log.exception("%s: its change could not be told to %r", change.name, listener)

    async def _cull(self) -> None:
        now = datetime.now(timezone.utc)
        for name in list(self._seen):
            deadline = self._manager.idle_deadline(name)
            if deadline is not None and deadline <= now:
                self._log.info("%s: stopping: nobody has touched it", name)
                await self._manager.stop(name, unused_for(self._manager.cull_idle_timeout))


def _differs(change: Change) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not after
    return (before["phase"], before["display"]) != (after["phase"], after["display"])
