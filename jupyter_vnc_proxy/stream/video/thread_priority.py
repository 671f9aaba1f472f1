"""The priority of the engine's threads: below the X server's, Jupyter's and our main thread's, which take the input.

pixelflux raises the priority of its threads (as root, or through rtkit), so an encoder that is busy would delay what a
click does, and the answer to it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

NICENESS = 2
"""How much nicer than the main thread the engine's threads are (setpriority(2)): if the processors are busy, each of
them gets two thirds of what another thread gets. More would let other users' programs stop a video."""

_THREADS = Path("/proc/self/task")


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
