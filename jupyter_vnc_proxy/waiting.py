"""Waiting for a desktop that was started, from outside."""

from __future__ import annotations

import time
from collections.abc import Callable

from .desktop import Desktop
from .errors import StartFailed
from .state import DesktopState

POLL = 0.02
"""Seconds between two looks at a desktop that starts."""


def wait_until_up(desktop: Desktop, timeout: float, progress: Callable[[DesktopState], None] | None = None) -> None:
    """Wait until a desktop that was started runs; raise `StartFailed` where it fails, or takes ``timeout`` s."""
    deadline = time.monotonic() + timeout
    while True:
        state = desktop.state()
        if progress is not None:
            progress(state)
        if state.phase == "running":
            return
        if state.error is not None:
            error = state.error
            raise StartFailed(
                error["message"], code=error["code"], fix=error["fix"], part=error["part"], log=error["log"]
            )
        if state.phase == "stopped":
            raise StartFailed("The desktop was stopped while it started.", code="stopped")
        if time.monotonic() > deadline:
            raise StartFailed(f"The desktop is not up after {timeout:g} s.", code="start-timeout", part=state.step)
        time.sleep(POLL)
