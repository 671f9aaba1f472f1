"""The operations about screenshots; they raise `VncError`."""

from __future__ import annotations

import re
from typing import Any

from ...desktops.screenshot import Subject
from ...errors import InvalidOption
from ...options import Area
from ..web.operations import Call

WINDOW = "window"
"""The query's argument that names a window, which may be covered on the screen."""

NUMBER = r"(\d{1,9})"
WINDOW_ID = re.compile(NUMBER, re.ASCII)
"""X's identifiers have 29 bits."""

AREA = re.compile(",".join([NUMBER] * 4), re.ASCII)
"""Four numbers: x, y, width, height."""


async def screenshot(call: Call) -> bytes:
    """Return a screenshot as a PNG: of the ``window`` or the ``area`` of the query, or of the whole screen."""
    subject = _subject(call.query(WINDOW), call.query("area"))
    return await call.manager.blocking.screenshot(call.manager.get(call.name), subject)


async def windows(call: Call) -> Any:
    """Return the windows, in the order in which they were opened."""
    return await call.manager.blocking.windows(call.manager.get(call.name))


def _subject(window: str, area: str) -> Subject:
    if window and area:
        raise InvalidOption("Give 'window' or 'area', not both.", code="bad-field")
    if window:
        if WINDOW_ID.fullmatch(window) is None:
            raise InvalidOption("The argument 'window' is the identifier of a window.", code="bad-field")
        return int(window)
    if area:
        numbers = AREA.fullmatch(area)
        if numbers is None:
            raise InvalidOption("The argument 'area' is x,y,width,height in pixels.", code="bad-field")
        return Area(*map(int, numbers.groups()))
    return None
