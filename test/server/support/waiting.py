"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


LONG_SECONDS = 60.0
"""The time that anything may take on a busy machine; a test that waits in vain takes as long."""


def wait_until(condition: Callable[[], T], timeout: float = LONG_SECONDS, what: str = "") -> T:
    """Poll until ``condition`` returns a true value, and return it; fail after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout:g} s: {what or getattr(condition, '__name__', condition)}")
        time.sleep(0.01)


async def until(condition: Callable[[], T], timeout: float = LONG_SECONDS, what: str = "") -> T:
    """The same without blocking the event loop."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout:g} s: {what or getattr(condition, '__name__', condition)}")
        await asyncio.sleep(0.01)


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
