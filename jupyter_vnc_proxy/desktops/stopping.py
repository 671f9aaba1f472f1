"""Waits for the end of a desktop's runner, and kills it if it takes too long; no wait lasts forever."""

from __future__ import annotations

import asyncio
import logging
import time

from ..errors import TimedOut
from .desktop import Desktop

STOP_TIMEOUT = 6.0
"""Seconds that a runner may take to end its desktop before it is killed; its own limit is five."""

KILL_TIMEOUT = 4.0
"""Seconds that a killed runner may take to end, such as one that waits for a disk."""

POLL = 0.02
"""Seconds between two checks of a runner that is ending."""


async def wait_until_ended(desktop: Desktop, log: logging.Logger) -> None:
    """Wait until the runner has ended; kill it if it takes too long, and raise `TimedOut` if it doesn't end even then.

    The runner is asked to end before, by ``desktop.signal_stop()``, or ends by itself.
    """
    if await _ends_within(desktop, STOP_TIMEOUT):
        return
    log.warning("%s: the runner did not end and is killed", desktop.name)
    desktop.kill_runner()
    if not await _ends_within(desktop, KILL_TIMEOUT):
        raise TimedOut(
            f"The desktop {desktop.name!r} could not be stopped: the process that runs it does not end, though it was "
            "killed. It may be waiting for a disk or a network file system.",
            code="stop-timeout",
        )


async def _ends_within(desktop: Desktop, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not desktop.stopped():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL)
    return True
