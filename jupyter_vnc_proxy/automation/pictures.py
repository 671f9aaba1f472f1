"""What of a window is on the screen, and how much two pictures differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidOption
from ..options import Area

if TYPE_CHECKING:
    from PIL.Image import Image


def visible(image: Image, area: Area) -> Area:
    """Return what a screen shows of an area; raise `InvalidOption` if that is nothing."""
    left, top = max(area.x, 0), max(area.y, 0)
    right, bottom = min(area.x + area.width, image.width), min(area.y + area.height, image.height)
    if right <= left or bottom <= top:
        raise InvalidOption("The window is outside of the screen.", code="outside-screen")
    return Area(left, top, right - left, bottom - top)


def changed_pixels(before: Image, after: Image) -> int:
    """Return how many pixels differ; all of them if the size does."""
    if before.size != after.size:
        return after.width * after.height
    from PIL import ImageChops

    difference = ImageChops.difference(before, after)
    if difference.getbbox() is None:
        return 0
    red, green, blue = difference.split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return after.width * after.height - largest.histogram()[0]
