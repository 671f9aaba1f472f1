"""An event loop on a thread of its own, for callers that block, whether or not they have a loop themselves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")

END_SECONDS = 5.0
"""The time that the thread may take to end."""


class LoopThread:
    """Runs coroutines until it is closed."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this thread, where nothing may wait for it."""
        return threading.current_thread() is self._thread

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of a coroutine, or raise its error; cancel it if the caller is interrupted."""
        if self._loop.is_closed():
            work.close()
            raise RuntimeError("this desktop is closed")
        call = _Call(work)
        try:
            return asyncio.run_coroutine_threadsafe(call.run(), self._loop).result()
        except BaseException:  # an interruption, maybe before the call has begun
            self._loop.call_soon_threadsafe(call.cancel)
            raise

    def close(self) -> None:
        """Cancel what still runs, and end the thread; do nothing if it has ended."""
        if self._loop.is_closed():
            return
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()


class _Call(Generic[T]):
    """A coroutine that can be cancelled before it has begun; both on the loop's thread."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self._task: asyncio.Task[Any] | None = None
        self._is_cancelled = False

    async def run(self) -> T:
        """Return the coroutine's result."""
        if self._is_cancelled:
            self._work.close()
            raise asyncio.CancelledError
        self._task = asyncio.current_task()
        return await self._work

    def cancel(self) -> None:
        """Cancel the coroutine unless it has ended."""
        self._is_cancelled = True
        if self._task is not None:
            self._task.cancel()


async def _cancel_others() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
