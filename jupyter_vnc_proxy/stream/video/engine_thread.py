"""A thread for the engine's calls, and the priority of the engine's own threads.

Some calls wait for the X server, for as long as a program grabs it. pixelflux raises the priority of its threads (as
root, or through rtkit), so an encoder that is busy would delay what a click does, and the answer to it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NICENESS = 2
"""How much nicer than the main thread the engine's threads are (setpriority(2)): if the processors are busy, each of
them gets two thirds of what another thread gets. More would let other users' programs stop a video."""

_THREADS = Path("/proc/self/task")


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


def lower_engine_threads(spared: int) -> None:
    """Lower the priority of all threads that Python didn't start, but the one with the id ``spared``.

    Spare the thread that calls Python: it holds the interpreter's lock, for which the main thread would wait.
    """
    ours = {spared, *(each.native_id for each in threading.enumerate())}
    niceness = min(19, os.getpriority(os.PRIO_PROCESS, os.getpid()) + NICENESS)
    for thread in _THREADS.iterdir():
        if int(thread.name) not in ours:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it has just ended, or is nicer still
                os.setpriority(os.PRIO_PROCESS, int(thread.name), niceness)
