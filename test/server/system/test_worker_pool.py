"""Threads for work that blocks: calls with the same key run one after another."""

from __future__ import annotations

import asyncio
import threading

import pytest
from support.waiting import until

from jupyter_vnc_proxy.errors import Busy, TimedOut
from jupyter_vnc_proxy.system.worker_pool import MAX_WAITING_FOR_ANOTHER, WorkerPool


async def test_calls_with_the_same_key_run_in_their_order() -> None:
    pool, go, began = WorkerPool("test"), threading.Event(), []

    def work(number: int) -> int:
        began.append(number)
        go.wait()
        return number

    calls = [
        asyncio.ensure_future(pool.run(lambda number=number: work(number), key="one"))  # type: ignore[misc]
        for number in range(1 + MAX_WAITING_FOR_ANOTHER)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await pool.run(lambda: work(-1), key="one")
    assert await pool.run(lambda: "at once", 60, key="other") == "at once"
    await until(lambda: began == [0])
    go.set()
    assert await asyncio.gather(*calls) == began == list(range(1 + MAX_WAITING_FOR_ANOTHER))
    assert await pool.run(lambda: "again", 60, key="one") == "again"


async def test_a_call_that_waited_too_long_is_not_made() -> None:
    pool, go, made = WorkerPool("test"), threading.Event(), []
    first = asyncio.ensure_future(pool.run(go.wait, key="one"))
    await asyncio.sleep(0)
    with pytest.raises(TimedOut):
        await pool.run(lambda: made.append("late"), 0.01, key="one")
    last = asyncio.ensure_future(pool.run(lambda: made.append("last"), key="one"))
    go.set()
    await asyncio.gather(first, last)
    assert made == ["last"]
