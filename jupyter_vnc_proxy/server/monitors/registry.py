"""Which viewer is which monitor of a desktop, for as long as it is connected."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...desktops.manager import DesktopManager
from ...desktops.model import MonitorModel
from ...errors import VncError
from ...options import Area
from ...rfb.rights import Right
from ..connections import Connection, Connections
from .layout import Claim, arrange

DEPARTURE_SECONDS = 0.3
"""After a viewer has left, until its monitor is removed: others may leave at the same time."""

CLAIM_SECONDS = 5.0
"""After the first viewer of a desktop has come, until monitors are removed that a server before us has left behind. The
desktop's viewers claim theirs by then."""


@dataclass
class _Desktop:
    """The claims by the connections' ids, in their order, and the layout that the desktop has; empty: one monitor."""

    claims: dict[str, Claim] = field(default_factory=dict)
    layout: dict[str, tuple[Claim, Area]] = field(default_factory=dict)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_known: bool = False
    """Whether the display has no monitors but those of the layout."""


class Monitors:
    """Divides each desktop into the monitors that its viewers claim, once there are two.

    A monitor lasts as long as its viewer's connection. While there are several, nobody changes the desktop's size in
    another way. The monitors are of this server's viewers alone.
    """

    def __init__(self, manager: DesktopManager, connections: Connections, log: logging.Logger) -> None:
        self._manager = manager
        self._connections = connections
        self._log = log
        self._desktops: dict[str, _Desktop] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        connections.opened = self._opened
        connections.closed = self._closed

    async def claim(self, connection: Connection, claim: Claim) -> None:
        """Make a viewer's connection a monitor, or change its size; raise `VncError` if the desktop can't have that."""
        desktop = self._desktops.setdefault(connection.desktop, _Desktop())
        async with desktop.changing:
            before = dict(desktop.claims)
            arrange([*({**before, connection.id: claim}).values()])
            if self._connections.find(connection.desktop, connection.id) is None:  # it has left meanwhile
                return
            desktop.claims[connection.id] = claim
            try:
                await self._apply(connection.desktop, desktop)
            except (VncError, OSError):
                if connection.id in desktop.claims:
                    desktop.claims.pop(connection.id)
                    desktop.claims |= {key: old for key, old in before.items() if key == connection.id}
                raise

    def models(self, name: str) -> list[MonitorModel]:
        """Return a desktop's monitors, from left to right; none if it has one."""
        desktop = self._desktops.get(name, _Desktop())
        placed = sorted(desktop.layout.items(), key=lambda each: each[1][1].x)
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

    async def close(self) -> None:
        """Change no desktop any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- changes -------------------------------------------------------------------------------------------------------

    async def _apply(self, name: str, desktop: _Desktop) -> None:
        """Give the desktop the monitors that are claimed; the caller holds the lock."""
        claims = dict(desktop.claims)
        areas = arrange(list(claims.values()))
        several = len(claims) > 1
        if not several and not desktop.layout and desktop.is_known:
            return
        self._fix_sizes(name, several or bool(desktop.layout))
        alone = next(iter(claims.values())).size if len(claims) == 1 else None
        try:
            await self._manager.divide(name, areas if several else [], alone)
            desktop.layout = dict(zip(claims, zip(claims.values(), areas, strict=True), strict=True)) if several else {}
            desktop.is_known = True
        finally:
            self._fix_sizes(name, bool(desktop.layout))

    def _fix_sizes(self, name: str, are_fixed: bool) -> None:
        for each in self._connections.of(name):
            each.socket.fix_size(are_fixed)

    def _opened(self, connection: Connection) -> None:
        connection.restricted = partial(self._restricted, connection)
        desktop = self._desktops.get(connection.desktop)
        if desktop is None:
            self._desktops[connection.desktop] = _Desktop()
            self._start(self._settle(connection.desktop, CLAIM_SECONDS))
        elif desktop.layout:
            connection.socket.fix_size(True)

    def _closed(self, connection: Connection) -> None:
        desktop = self._desktops.get(connection.desktop)
        if desktop is not None and desktop.claims.pop(connection.id, None) is not None:
            self._start(self._settle(connection.desktop, DEPARTURE_SECONDS))
        elif desktop is not None and not self._connections.of(connection.desktop) and not desktop.layout:
            del self._desktops[connection.desktop]

    def _restricted(self, connection: Connection) -> None:
        desktop = self._desktops.get(connection.desktop)
        if desktop is not None and Right.RESIZE not in connection.rights and connection.id in desktop.claims:
            del desktop.claims[connection.id]
            self._start(self._settle(connection.desktop, DEPARTURE_SECONDS))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, name: str, delay: float) -> None:
        """After a while, give a desktop the monitors that are claimed then."""
        await asyncio.sleep(delay)
        desktop = self._desktops.get(name)
        if desktop is None:
            return
        async with desktop.changing:
            try:
                if self._manager.get(name).state().monitors_through:
                    await self._apply(name, desktop)
            except (VncError, OSError) as error:  # it has stopped
                desktop.layout = {}
                self._log.debug("%s: its monitors stay as they are: %s", name, error)
        if not desktop.claims and not self._connections.of(name) and self._desktops.get(name) is desktop:
            del self._desktops[name]
