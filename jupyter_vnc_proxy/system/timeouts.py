"""A time limit for what is awaited."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from typing import TypeVar

if sys.version_info >= (3, 11):
    from asyncio import timeout
else:
    from async_timeout import timeout

T = TypeVar("T")


async def within(seconds: float | None, work: Awaitable[T]) -> T:
    """Return the result of ``work``; raise ``asyncio.TimeoutError`` after ``seconds``, if that is not ``None``.

    Before Python 3.12, ``asyncio.wait_for`` returns the result even if we are cancelled at the same time. Whoever
    waits for the end of a task that is cancelled then waits for ever.
    """
    async with timeout(seconds):
        return await work
