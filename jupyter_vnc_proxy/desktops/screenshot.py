"""What is on a desktop: from its X display, or as a viewer gets it where no X display has all of it."""

from __future__ import annotations

import contextlib
import io

from ..errors import Conflict
from ..rfb.client import RFBClient
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
            with contextlib.closing(RFBClient(desktop.path / state.raw_socket)) as client:
                return _png(client.width, client.height, client.framebuffer())
        return x_display.screenshot(state.display, desktop.xauthority)
    except Exception as error:  # the display went away
        raise Conflict(f"The display {state.display} could not be read: {error}.", code="display-gone") from error


def _png(width: int, height: int, pixels: bytearray) -> bytes:
    """Return pixels (blue, green, red and a byte without meaning each) as a PNG, 8 bits RGB."""
    from PIL import Image

    png = io.BytesIO()
    Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1).save(png, "PNG", compress_level=1)
    return png.getvalue()
