"""Waits for a started desktop, from outside."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import StartFailed
from .desktop import Desktop
from .state import DesktopState

POLL = 0.02
"""Seconds between two reads of a starting desktop's state."""


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
