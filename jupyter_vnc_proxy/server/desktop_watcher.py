"""Notifies listeners when desktops change, stops desktops that have been idle for too long, and removes
those whose application has ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from ..desktops.applications.lifecycle import remove_ended
from ..desktops.manager import DesktopManager
from ..desktops.model import DesktopModel, warning_seconds
from ..desktops.stop_reason import unused_for
from ..errors import VncError

POLL_SECONDS = 2.0
STARTING_POLL_SECONDS = 0.1
PROGRAM_POLL_SECONDS = 0.5
"""Polling intervals: normally, while a desktop starts, and while programs control one."""

MAX_STEP_SECONDS = 2 * POLL_SECONDS
"""The most that one poll counts for a warning: nobody sees a warning while the server or the machine is suspended."""


WATCHED: tuple[Literal["phase", "display", "programs"], ...] = ("phase", "display", "programs")
"""The fields of a model whose changes listeners get."""


@dataclass(frozen=True)
class DesktopChange:
    """A change of a desktop's phase or display, or of the programs that control it.

    ``before`` is ``None`` if the desktop is new to this server, ``after`` if it was removed.
    """

    name: str
    before: DesktopModel | None
    after: DesktopModel | None


class DesktopWatcher:
    """Polls the manager's desktops, and calls ``listeners`` with each change of phase, display or programs."""

    def __init__(
        self, manager: DesktopManager, listeners: Iterable[Callable[[DesktopChange], None]], log: logging.Logger
    ) -> None:
        self._manager = manager
        self._listeners = tuple(listeners)
        self._log = log
        self._models: dict[str, DesktopModel] = {}
        self._task: asyncio.Task[None] | None = None
        self._warned: dict[str, tuple[datetime, float]] = {}  # deadline, seconds of warning that passed
        self._last_look = time.monotonic()

    def start(self) -> None:
        """Start polling in a task; `stop` cancels it. A second call has no effect."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Cancel the task, and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                self.poll()
                await self._cull()
                await remove_ended(self._manager, self._models.values())
            except (VncError, OSError) as error:  # the runtime directory is missing; it may come back
                self._log.debug("cannot list the desktops: %s", error)
            await self._manager.wait_for_change(self._interval())

    def _interval(self) -> float:
        if any(model["phase"] == "starting" for model in self._models.values()):
            return STARTING_POLL_SECONDS
        return PROGRAM_POLL_SECONDS if any(model["programs"] for model in self._models.values()) else POLL_SECONDS

    def poll(self) -> None:
        """Compare the desktops with those of the last call, and notify the listeners of each change."""
        now = {model["name"]: model for model in self._manager.models()}
        before, self._models = self._models, now
        for name in sorted(before.keys() | now.keys()):
            change = DesktopChange(name, before.get(name), now.get(name))
            if _differs(change):
                self._notify(change)

    def _notify(self, change: DesktopChange) -> None:
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:  # e.g. in an administrator's event handler; go on with the others
                self._log.exception("%s: error in the listener %r", change.name, listener)

    async def _cull(self) -> None:
        for name in self.due(datetime.now(timezone.utc), time.monotonic()):
            self._log.info("%s: idle for too long, stopping", name)
            await self._manager.stop(name, unused_for(self._manager.cull_idle_timeout))

    def due(self, now: datetime, monotonic: float) -> list[str]:
        """Return the desktops to stop: they are idle, and were announced to stop for the whole time of the warning.

        The idle time comes from the wall clock, which may jump; that of the warning is monotonic (``monotonic``, in
        seconds) and begins again with each activity. A gap between two calls, as after a suspend, counts as one poll.
        """
        warning = warning_seconds(self._manager.cull_idle_timeout)
        warned, self._warned = self._warned, {}
        step = min(monotonic - self._last_look, MAX_STEP_SECONDS)
        self._last_look = monotonic
        names = []
        for name in list(self._models):
            deadline = self._manager.idle_deadline(name)
            if deadline is None or deadline - now > timedelta(seconds=warning):
                continue
            before, seconds = warned.get(name, (deadline, -step))
            seconds = seconds + step if before == deadline else 0.0
            self._warned[name] = (deadline, seconds)
            if deadline <= now and seconds >= warning:
                names.append(name)
        return names


def _differs(change: DesktopChange) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not after
    return any(before[field] != after[field] for field in WATCHED)
