"""What is on a desktop: from its X display, or as a viewer gets it where no X display has all of it."""

from __future__ import annotations

import contextlib

from ..errors import Conflict
from ..rfb.client import Viewer
from ..system import x_display
from .desktop import Desktop

WITHOUT_X_PICTURE = frozenset(("wayland",))
"""Backends whose X display has windows, but no picture of them all."""


def picture(desktop: Desktop) -> bytes:
    """Return what is on the desktop as a PNG; raise `Conflict` where it doesn't run."""
    state = desktop.state()
    if state.phase != "running" or state.display is None:
        raise Conflict(f"The desktop {desktop.name!r} is {state.phase}, not running.", code="not-running")
    try:
        if state.backend in WITHOUT_X_PICTURE:
            with contextlib.closing(Viewer(desktop.path / state.raw_socket)) as viewer:
                return viewer.picture()
        return x_display.screenshot(state.display, desktop.xauthority)
    except Exception as error:  # the display went away
        raise Conflict(f"The display {state.display} could not be read: {error}.", code="display-gone") from error
