"""Notices the end of the parent process, also without pidfd_open(2), which old kernels and some Pythons lack."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

POLL_SECONDS = 0.5
"""Interval between checks of the parent process if it can't be watched."""


def watch_parent(parent: int, ended: Callable[[], None]) -> Callable[[], None]:
    """Call ``ended`` once, on the running event loop, when ``parent`` is no longer our parent process.

    ``parent`` is what ``os.getppid()`` returned at our start. Return a function that ends the watch.
    """
    loop = asyncio.get_running_loop()
    descriptor: int | None = None
    timer: asyncio.TimerHandle | None = None

    def stop() -> None:
        nonlocal descriptor, timer
        if descriptor is not None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            descriptor = None
        if timer is not None:
            timer.cancel()
            timer = None

    def end() -> None:
        stop()
        ended()

    def check() -> None:
        nonlocal timer
        if os.getppid() != parent:
            end()
        else:
            timer = loop.call_later(POLL_SECONDS, check)

    with contextlib.suppress(AttributeError, OSError):
        descriptor = os.pidfd_open(parent)
    if descriptor is None:
        check()
    else:
        loop.add_reader(descriptor, end)
        if os.getppid() != parent:  # it ended before, and the number may be another's
            loop.call_soon(end)
    return stop
