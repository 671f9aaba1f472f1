"""A time limit for what is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def within(seconds: float | None, work: Awaitable[T]) -> T:
    """Return the result of ``work``; raise ``asyncio.TimeoutError`` after ``seconds``, if that is not ``None``.

    Before Python 3.12, ``asyncio.wait_for`` returns the result even if we are cancelled at the same time. Whoever
    waits for the end of a task that is cancelled then waits for ever.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        _ = task.cancelled() or task.exception()  # nobody may ask for it
    if not done and task.cancelled():
        raise asyncio.TimeoutError
    return task.result()
