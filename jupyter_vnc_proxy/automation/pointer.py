"""The pointer of a desktop: its buttons by name, and where it may be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Literal, get_args

from ..errors import InvalidOption
from ..options import Geometry
from .connection import RFBConnection

Button = Literal["left", "middle", "right"]

DRAG_STEPS = 12
"""Positions of the pointer on the way of a drag: programs see a drag after some pixels only."""

DRAG_STEP_SECONDS = 0.02
"""The time that each takes: when a drag begins, window managers grab the pointer, and miss what it does before."""

WHEEL_UP, WHEEL_DOWN, WHEEL_LEFT, WHEEL_RIGHT = 1 << 3, 1 << 4, 1 << 5, 1 << 6
"""Buttons that are steps of a wheel (RFC 6143, section 7.5.5)."""

MAX_STEPS = 1000
"""Steps of a wheel in one call."""


def bit(button: str) -> int:
    """Return a button as a bit of a pointer event; raise `InvalidOption` for an unknown name."""
    names = get_args(Button)
    if button not in names:
        raise InvalidOption(f"There is no button {button!r}; the buttons are {', '.join(names)}.", code="bad-button")
    return 1 << names.index(button)


def check_point(x: int, y: int, size: Geometry) -> None:
    """Raise `InvalidOption` for a point outside of the screen."""
    if not (0 <= x < size.width and 0 <= y < size.height):
        raise InvalidOption(
            f"The point ({x}, {y}) is outside of the screen, which has {size} pixels.", code="outside-screen"
        )


async def click(connection: RFBConnection, x: int, y: int, button: int, count: int = 1) -> None:
    """Press and release a button ``count`` times."""
    await connection.pointer(x, y, 0)
    for _ in range(count):
        try:
            await connection.pointer(x, y, button)
        finally:
            await connection.pointer(x, y, 0)
    await connection.sync()


async def drag(connection: RFBConnection, start: tuple[int, int], end: tuple[int, int], button: int) -> None:
    """Press a button, move, and release it, also if something fails on the way."""
    await connection.pointer(*start, 0)
    at = start
    try:
        for at in (start, *way(start, end)):
            await connection.pointer(*at, button)
            await connection.sync()
            await asyncio.sleep(DRAG_STEP_SECONDS)
    finally:
        await asyncio.shield(connection.pointer(*at, 0))
    await connection.sync()


def way(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Return the positions on the way from one point to another, which is the last of them."""
    for step in range(1, DRAG_STEPS + 1):
        yield (
            start[0] + (end[0] - start[0]) * step // DRAG_STEPS,
            start[1] + (end[1] - start[1]) * step // DRAG_STEPS,
        )


async def scroll(connection: RFBConnection, x: int, y: int, down: int, right: int) -> None:
    """Turn the wheel by steps, up and to the left if they are negative."""
    if max(abs(down), abs(right)) > MAX_STEPS:
        raise InvalidOption(f"A wheel turns by at most {MAX_STEPS} steps at once.", code="bad-steps")
    if down:
        await click(connection, x, y, WHEEL_DOWN if down > 0 else WHEEL_UP, abs(down))
    if right:
        await click(connection, x, y, WHEEL_RIGHT if right > 0 else WHEEL_LEFT, abs(right))
