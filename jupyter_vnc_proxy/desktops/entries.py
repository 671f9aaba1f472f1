"""The desktops that a manager knows: one entry for each name."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ..system.process_identity import ProcessIdentity
from . import locks
from .desktop import Desktop

ACTIVITY_SECONDS = 1.0
"""Seconds between two writes of the last input's time: a moving mouse sends sixty messages in one."""


@dataclass
class Turn:
    """Lets one operation on a name run at a time; ``users`` counts those that run or wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass
class Entry:
    """One desktop of this manager: the file that makes us its owner, its viewers here, its last noted input."""

    desktop: Desktop | None = None
    owned: IO[bytes] | None = None
    clients: int = 0
    noted: float = -ACTIVITY_SECONDS
    turn: Turn = field(default_factory=Turn)

    def own(self, server: ProcessIdentity) -> None:
        """Make this Jupyter server an owner, if it isn't one."""
        if self.owned is None and self.desktop is not None:
            self.owned = self.desktop.own(server)

    def release(self) -> bool:
        """Own the desktop no more; return whether we did."""
        owned, self.owned = self.owned, None
        if owned is not None:
            locks.disown(owned)
        return owned is not None

    def abandon(self) -> None:
        """Own the desktop no more, and leave its runner running when we end."""
        self.release()
        if self.desktop is not None:
            self.desktop.let_live()

    def note_activity(self) -> None:
        """Store the time of an input, at most once in `ACTIVITY_SECONDS`."""
        now = time.monotonic()
        if self.desktop is not None and now - self.noted >= ACTIVITY_SECONDS:
            self.noted = now
            self.desktop.note_activity()


class Entries:
    """The entries by name. A name without a desktop has an entry only while an operation on it runs or waits."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> Entry | None:
        """Return the entry of this name, or ``None``."""
        return self._entries.get(name)

    def at(self, path: Path) -> Desktop:
        """Return the desktop in the directory ``path``: the one that we know, or a new one."""
        entry = self._entries.get(path.name)
        if entry is not None and entry.desktop is not None and entry.desktop.path == path:
            return entry.desktop
        return Desktop(path)

    def keep(self, desktop: Desktop) -> Entry:
        """Return the entry of this desktop, created if necessary."""
        entry = self._entries.setdefault(desktop.name, Entry())
        entry.desktop = desktop
        return entry

    def forget(self, name: str) -> None:
        """Remove the desktop of this name; operations that wait for their turn keep it."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            entry.release()
            if entry.turn.users:
                self._entries[name] = Entry(turn=entry.turn)

    def is_busy(self, name: str) -> bool:
        """Return whether an operation on this name runs or waits."""
        entry = self._entries.get(name)
        return entry is not None and entry.turn.users > 0

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait until no other operation on this name runs."""
        turn = self._entries.setdefault(name, Entry()).turn
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            entry = self._entries.get(name)
            if entry is not None and entry.desktop is None and not entry.turn.users:
                del self._entries[name]
