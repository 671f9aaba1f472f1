"""A time limit for what is awaited: the result, the limit, and a cancellation at any time."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_vnc_proxy.system.timeouts import within


async def answer(turns: int) -> str:
    for _ in range(turns):
        await asyncio.sleep(0)
    return "answer"


@pytest.mark.parametrize("seconds", [None, 60.0])
async def test_it_returns_the_result(seconds: float | None) -> None:
    assert await within(seconds, answer(3)) == "answer"


async def test_what_takes_longer_is_cancelled() -> None:
    never = asyncio.get_running_loop().create_future()
    with pytest.raises(asyncio.TimeoutError):
        await within(0.01, never)
    assert never.cancelled()


async def test_an_error_of_the_work_is_raised() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await within(60, fail())


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancellation_at_the_time_of_the_result_is_not_lost(turns: int) -> None:
    """As `asyncio.wait_for` lost it before Python 3.12."""
    result = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(within(60, result))
    await answer(turns)
    result.set_result("answer")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
