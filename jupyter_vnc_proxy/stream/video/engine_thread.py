"""A thread for the engine's calls: some wait for the X server, for as long as a program grabs it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class EngineThread:
    """Makes calls in their order. The thread is a daemon, so that a call that hangs does not keep a process alive."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether all calls have returned."""
        return not self._unfinished

    def call(self, work: Callable[[], T]) -> Future[T]:
        """Call ``work`` after the calls before it; return its result-to-be. Any thread may call this."""
        future: Future[T] = Future()

        def settle() -> None:
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)

        with self._lock:
            self._unfinished += 1
            self._calls.put(settle)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="video-engine", daemon=True)
                self._thread.start()
        return future

    def _run(self) -> None:
        while True:
            self._calls.get()()
            with self._lock:
                self._unfinished -= 1
