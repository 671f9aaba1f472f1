"""Threads of our own for work that blocks: programs, trees of files, displays.

The event loop's default executor is shared with others, `socket.getaddrinfo` among them: work that hangs must not fill
it. These threads are daemons, so that an interpreter never waits at its end for a program that hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import Busy, TimedOut
from .timeouts import within

T = TypeVar("T")

MAX_WAITING = 32
"""Calls that may wait for a thread; further ones are refused."""

MAX_WAITING_FOR_ANOTHER = 4
"""Calls that may wait for the one with the same key; further ones are refused."""


@dataclass(frozen=True)
class _Call:
    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    ended: Callable[[], None]


class WorkerPool:
    """At most ``threads`` threads, started when they are needed, and at most ``waiting`` calls that wait for one."""

    def __init__(self, name: str, threads: int = 4, waiting: int = MAX_WAITING) -> None:
        self._name = name
        self._max_threads = threads
        self._max_calls = threads + waiting
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._unfinished = 0
        self._behind: dict[Hashable, deque[_Call]] = {}

    async def run(self, work: Callable[[], T], timeout: float | None = None, key: Hashable | None = None) -> T:
        """Return what ``work()`` returns on a thread, or raise what it raises.

        Calls with the same ``key`` run one after another, in their order, and take one thread. Raise `TimedOut` after
        ``timeout`` seconds; the thread is free again when ``work`` returns. Raise `Busy` if too many calls wait.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._admit(_Call(work, loop, future, lambda: self._release(key)), key)
        try:
            return await within(timeout, future)
        except asyncio.TimeoutError as error:
            raise TimedOut(f"There was no result within {timeout:g} seconds.") from error

    def _admit(self, call: _Call, key: Hashable | None) -> None:
        with self._lock:
            behind = None if key is None else self._behind.get(key)
            if behind is not None and len(behind) >= MAX_WAITING_FOR_ANOTHER:
                raise Busy("The same request is being handled already; try again later.")
            if self._unfinished >= self._max_calls:
                raise Busy("Too many requests wait for this machine's programs; try again later.")
            self._unfinished += 1
            if behind is not None:
                behind.append(call)
                return
            if key is not None:
                self._behind[key] = deque()
            self._calls.put(call)
            if self._threads < min(self._max_threads, self._unfinished):
                self._threads += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._threads}", daemon=True).start()

    def _release(self, key: Hashable | None) -> None:
        with self._lock:
            self._unfinished -= 1
            if key is None:
                return
            if self._behind[key]:
                self._calls.put(self._behind[key].popleft())
            else:
                del self._behind[key]

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            result: Any = None
            failure: BaseException | None = None
            try:
                if not call.future.cancelled():  # its caller has given up while it waited
                    result = call.work()
            except BaseException as error:
                failure = error
            call.ended()
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                call.loop.call_soon_threadsafe(_settle, call.future, result, failure)
            del call, result, failure


def _settle(future: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if future.done():
        return
    if failure is None:
        future.set_result(result)
    elif isinstance(failure, StopIteration):  # a future can't hold it
        future.set_exception(RuntimeError(repr(failure)))
    else:
        future.set_exception(failure)
