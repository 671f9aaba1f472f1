"""Compresses the pixels of a screen at rest, a chunk at a time, so that nothing waits for it."""

from __future__ import annotations

import asyncio

from .pixel_memory import PixelMemory

INTERVAL_SECONDS = 0.02
"""Seconds between two chunks."""


class Compression:
    """Compresses ``memory`` from `start` on, in the event loop, until everything is compressed, or `stop`."""

    def __init__(self, memory: PixelMemory) -> None:
        self._memory = memory
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, or go on."""
        self._next = None
        if self._memory.rest():
            self._next = asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self.start)

    def stop(self) -> None:
        """Stop; what is compressed stays so."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
