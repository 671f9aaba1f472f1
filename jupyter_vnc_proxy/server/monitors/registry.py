"""Which viewer is which monitor of a desktop, for as long as it is connected."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from ...desktops import locks
from ...desktops.manager import DesktopManager
from ...desktops.model import MonitorModel
from ...desktops.runtime import desktop_path
from ...errors import VncError
from ...options import Area
from ...rfb.rights import Right
from ...system.process_identity import ProcessIdentity
from ..connections import Connection, Connections
from .claims import Claims
from .layout import Claim, arrange
from .layout_file import LayoutFile

DEPARTURE_SECONDS = 0.3
"""After a viewer has left, until its monitor is removed: others may leave at the same time."""

RETURN_SECONDS = 10.0
"""After a viewer's connection was lost, until its monitor is removed: it may come back, as after a reload. While
nobody is connected, nothing is removed."""

CLAIM_SECONDS = 5.0
"""After the first viewer of a desktop has come, until monitors are removed that a server before us has left behind. The
desktop's viewers claim theirs by then."""


class _Desktop:
    """The claims of a desktop's viewers, and the layout that it has, by the connections' ids; empty: one monitor."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.file = LayoutFile(directory)
        self.claims = Claims()
        self.layout: dict[str, tuple[Claim, Area]] = {}
        self.changing = asyncio.Lock()
        self.is_size_fixed = False
        self.is_known = False
        """Whether the display has no monitors but those of the layout."""
        self._runner: ProcessIdentity | None = None

    def has(self, layout: dict[str, tuple[Claim, Area]], is_known: bool = True) -> None:
        """Take note of the layout that the display has now."""
        self.layout, self._runner, self.is_known = layout, self._current_runner(), is_known
        self.is_size_fixed = bool(layout)
        if layout:
            self.file.write(self.models())
        else:
            self.file.release()

    @property
    def was_restarted(self) -> bool:
        """Whether the desktop has another display than the one that has the layout."""
        return bool(self.layout) and self._runner != self._current_runner()

    def _current_runner(self) -> ProcessIdentity | None:
        holder = locks.runner(self._directory)
        return holder.process if holder is not None else None

    def models(self) -> list[MonitorModel]:
        """Return the monitors from left to right; none if there is one."""
        placed = sorted(self.layout.items(), key=lambda each: each[1][1].x)
        return [
            {
                "connection": identifier,
                "number": claim.number,
                "x": area.x,
                "y": area.y,
                "width": area.width,
                "height": area.height,
            }
            for identifier, (claim, area) in placed
        ]


class Monitors:
    """Divides each desktop into the monitors that its viewers claim, once there are two.

    A monitor lasts as long as its viewer's connection, and for `RETURN_SECONDS` if that is lost. While there are
    several, nobody changes the desktop's size in another way. The monitors are of one server's viewers alone.
    """

    def __init__(self, manager: DesktopManager, connections: Connections, log: logging.Logger) -> None:
        self._manager = manager
        self._connections = connections
        self._log = log
        self._desktops: dict[str, _Desktop] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        connections.opened = self._opened
        connections.closed = self._closed

    async def claim(
        self, connection: Connection, claim: Claim, replaced: str | None = None, closed: Collection[int] = ()
    ) -> None:
        """Make a viewer's connection a monitor, or change its size; raise `VncError` if the desktop can't have that.

        ``replaced`` is the id of the viewer's connection before this one, and ``closed`` the numbers of monitors that
        won't come back if they are away.
        """
        desktop = self._desktop(connection.desktop)
        async with desktop.changing:
            desktop.claims.give_up(closed)
            claims = desktop.claims.with_one(connection.id, claim, replaced)
            arrange([*claims.values()])
            if self._connections.find(connection.desktop, connection.id) is None:  # it has left meanwhile
                return
            undo = desktop.claims.replace(claims)
            try:
                await self._apply(connection.desktop, desktop)
            except (VncError, OSError):
                undo()
                raise

    def models(self, name: str) -> list[MonitorModel]:
        """Return a desktop's monitors, from left to right; none if it has one."""
        desktop = self._desktops.get(name)
        if desktop is None:
            return LayoutFile(desktop_path(self._manager.runtime, name)).others()
        return desktop.models() or desktop.file.others()

    async def close(self) -> None:
        """Change no desktop any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for desktop in self._desktops.values():
            desktop.file.release()

    # -- changes -------------------------------------------------------------------------------------------------------

    def _desktop(self, name: str) -> _Desktop:
        if name not in self._desktops:
            self._desktops[name] = _Desktop(self._manager.get(name).path)
        return self._desktops[name]

    async def _apply(self, name: str, desktop: _Desktop) -> None:
        """Give the desktop the monitors that are claimed; the caller holds the lock."""
        claims = dict(desktop.claims.all)
        areas = arrange(list(claims.values()))
        several = len(claims) > 1
        if not several and not desktop.layout and (desktop.is_known or desktop.file.others()):
            return
        await desktop.file.take()
        desktop.is_size_fixed = several or bool(desktop.layout)
        alone = next(iter(claims.values())).size if len(claims) == 1 else None
        layout = desktop.layout
        try:
            await self._manager.divide(name, areas if several else [], alone)
            layout = dict(zip(claims, zip(claims.values(), areas, strict=True), strict=True)) if several else {}
        finally:
            desktop.has(layout)

    def _is_size_fixed(self, name: str) -> bool:
        desktop = self._desktops.get(name)
        return desktop is not None and (desktop.is_size_fixed or bool(desktop.file.others()))

    def _opened(self, connection: Connection) -> None:
        name = connection.desktop
        connection.restricted = partial(self._restricted, connection)
        connection.socket.fix_size(partial(self._is_size_fixed, name))
        desktop = self._desktops.get(name)
        if desktop is not None and desktop.was_restarted:
            self._forget(name, desktop)
            desktop = None
        if desktop is None:
            with contextlib.suppress(VncError):  # it was removed
                self._desktop(name)
                self._start(self._settle(name, CLAIM_SECONDS))
        elif desktop.claims.away and len(self._connections.of(name)) == 1:
            self._start(self._settle(name, RETURN_SECONDS, *desktop.claims.away))

    def _closed(self, connection: Connection) -> None:
        name = connection.desktop
        desktop = self._desktops.get(name)
        if desktop is None:
            return
        if connection.id in desktop.claims.all and connection.is_lost:
            desktop.claims.away.add(connection.id)
            self._start(self._settle(name, RETURN_SECONDS, connection.id))
        elif connection.id in desktop.claims.all:
            desktop.claims.remove(connection.id)
            self._start(self._settle(name, DEPARTURE_SECONDS))
        elif not self._connections.of(name) and not desktop.layout:
            self._forget(name, desktop)

    def _restricted(self, connection: Connection) -> None:
        desktop = self._desktops.get(connection.desktop)
        if desktop is not None and Right.RESIZE not in connection.rights and connection.id in desktop.claims.all:
            desktop.claims.remove(connection.id)
            self._start(self._settle(connection.desktop, DEPARTURE_SECONDS))

    def _forget(self, name: str, desktop: _Desktop) -> None:
        desktop.file.release()
        del self._desktops[name]

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, name: str, delay: float, *away: str) -> None:
        """After a while, remove the claims of these that are still away, and give a desktop what is claimed then."""
        await asyncio.sleep(delay)
        desktop = self._desktops.get(name)
        if desktop is None:
            return
        if desktop.layout and desktop.claims.away and not self._connections.of(name):
            return  # it waits for those who come back
        async with desktop.changing:
            for each in desktop.claims.away.intersection(away):
                desktop.claims.remove(each)
            try:
                if self._manager.get(name).state().monitors_through:
                    await self._apply(name, desktop)
            except (VncError, OSError) as error:  # it has stopped
                desktop.has({}, is_known=False)
                self._log.debug("%s: its monitors stay as they are: %s", name, error)
        if not desktop.claims.all and not self._connections.of(name) and self._desktops.get(name) is desktop:
            self._forget(name, desktop)
