"""Waits until a desktop is up, or its runner has ended; kills a runner that takes too long. No wait lasts forever."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from ..errors import StartFailed, TimedOut
from ..options import DesktopOptions
from .desktop import Desktop
from .state import DesktopState

STOP_TIMEOUT = 6.0
"""Seconds that a runner may take to end its desktop before it is killed; its own limit is five."""

KILL_TIMEOUT = 4.0
"""Seconds that a killed runner may take to end, such as one that waits for a disk."""

SETTLE_SECONDS = 1.0
"""A session that cannot start usually ends within this time."""

PROCESSES = 4
"""Processes that start one after the other: display, VNC server, session, websockify."""

POLL = 0.02
"""Seconds between two looks at a desktop that is starting or ending."""

STEP_TIMEOUT = 2.0
"""Seconds that a request waits for the next step of a start, within the time-outs of proxies."""


def up_timeout(options: DesktopOptions) -> float:
    """Return the seconds after which a desktop must be up."""
    return PROCESSES * options.start_timeout


def wait_until_up(
    desktop: Desktop, timeout: float, settle: float = 0.0, progress: Callable[[DesktopState], None] | None = None
) -> None:
    """Wait until a started desktop runs; raise `StartFailed` if it fails, or takes ``timeout`` s.

    ``settle``: seconds to wait on for a failure, if no window manager shows that the session came up.
    """
    deadline = time.monotonic() + timeout
    settled: float | None = None
    while True:
        state = desktop.state()
        now = time.monotonic()
        if progress is not None:
            progress(state)
        if state.phase == "running":
            settled = now + settle if settled is None else settled
            if state.step is None or now >= settled:
                return
        if state.error is not None:
            error = state.error
            raise StartFailed(
                error["message"], code=error["code"], fix=error["fix"], part=error["part"], log=error["log"]
            )
        if state.phase == "stopped":
            raise StartFailed("The desktop was stopped while it started.", code="stopped")
        if now > deadline:
            raise StartFailed(f"The desktop is not up after {timeout:g} s.", code="start-timeout", part=state.step)
        time.sleep(POLL)


async def wait_for_step(desktop: Desktop, step: str) -> None:
    """Wait while a desktop starts and is at ``step``, at most `STEP_TIMEOUT` seconds; raise `UnknownDesktop`.

    A runner that dies writes nothing: the state tells, once the time is over.
    """
    deadline = time.monotonic() + STEP_TIMEOUT
    seen = None
    while time.monotonic() < deadline:
        written = desktop.state_file.stat().st_mtime_ns if desktop.exists() else None
        if written is None or written != seen:
            state = desktop.state()
            if (state.phase, state.step) != ("starting", step):
                return
        seen = written
        await asyncio.sleep(POLL)


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
