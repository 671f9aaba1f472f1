"""Waits on a thread until an X server responds again."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

import xcffib

from ...system.x_connection import XConnection, XTimeout

PAUSE_SECONDS = 0.5
"""Between two attempts to connect."""


class Reconnection:
    """Makes ``count`` connections by ``connect``, however long that takes; then calls ``done`` in the event loop.

    ``done`` gets the connections, or none if the X server has ended.
    """

    def __init__(
        self, connect: Callable[[], XConnection], count: int, done: Callable[[list[XConnection]], None]
    ) -> None:
        self._connect = connect
        self._count = count
        self._done = done
        self._cancelled = threading.Event()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._try, name="x-reconnection", daemon=True).start()

    def cancel(self) -> None:
        """Do not call ``done``."""
        self._cancelled.set()

    def _try(self) -> None:
        made: list[XConnection] = []
        while len(made) < self._count and not self._cancelled.is_set():
            try:
                made.append(self._connect())
            except XTimeout:
                self._cancelled.wait(PAUSE_SECONDS)
            except (OSError, xcffib.XcffibException):
                for connection in made:
                    connection.disconnect()
                made = []
                break
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._finish, made)

    def _finish(self, made: list[XConnection]) -> None:
        if self._cancelled.is_set():
            for connection in made:
                connection.disconnect()
        else:
            self._done(made)
