"""Screenshots of a desktop: from its X display, or as an RFB client if the X display lacks part of the picture."""

from __future__ import annotations

import contextlib

from ..errors import Conflict
from ..rfb.client import Viewer
from ..system import x_display
from .desktop import Desktop


def screenshot(desktop: Desktop) -> bytes:
    """Return the desktop's screen as a PNG; raise `Conflict` if it doesn't run."""
    state = desktop.state()
    display = state.usable_display()
    try:
        if state.x_screenshots:
            return x_display.screenshot(display, desktop.xauthority)
        with contextlib.closing(Viewer(desktop.path / state.raw_socket)) as viewer:
            return viewer.picture()
    except Exception as error:  # the display went away
        raise Conflict(f"The display {display} could not be read: {error}.", code="display-gone") from error
