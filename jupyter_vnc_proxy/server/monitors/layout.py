"""Where the monitors of a desktop are on its screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import Conflict, InvalidOption
from ...options import MAX_SIDE, Area, Geometry

MAX_MONITORS = 8
"""Of one desktop: each has a viewer that gets the whole picture."""


@dataclass(frozen=True)
class Claim:
    """What a viewer wants to be: the monitor ``number``, counted from 1 at the left, of a size in pixels."""

    number: int
    size: Geometry

    @classmethod
    def checked(cls, number: int, width: int, height: int) -> Claim:
        """Return a claim; raise `InvalidOption` if a value is out of range."""
        if not 1 <= number <= MAX_MONITORS:
            raise InvalidOption(f"The number of a monitor must be from 1 to {MAX_MONITORS}.", code="bad-monitor")
        return cls(number, Geometry.checked(width, height))


def arrange(claims: Sequence[Claim]) -> list[Area]:
    """Return the areas of monitors, in the order of the claims: side by side, by number, with aligned upper edges.

    Claims of the same number stand in their order. Raise `Conflict` if there are too many, or if no desktop is as wide.
    """
    if len(claims) > MAX_MONITORS:
        raise Conflict(f"A desktop can have at most {MAX_MONITORS} monitors.", code="too-many-monitors")
    areas: dict[int, Area] = {}
    left = 0
    for index in sorted(range(len(claims)), key=lambda each: claims[each].number):
        width, height = claims[index].size
        areas[index] = Area(left, 0, width, height)
        left += width
    if left > MAX_SIDE and len(claims) > 1:
        raise Conflict(
            f"The monitors need {left} pixels side by side, and a desktop can have at most {MAX_SIDE}. "
            "Make a panel smaller.",
            code="desktop-too-large",
        )
    return [areas[index] for index in range(len(claims))]
