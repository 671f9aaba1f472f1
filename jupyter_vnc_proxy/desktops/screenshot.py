"""Screenshots of a desktop: from its X display, or as an RFB client if the X display lacks part of the picture."""

from __future__ import annotations

import contextlib
import io

from ..errors import Conflict, TimedOut
from ..rfb.client import RFBClient
from ..system import x_display
from .desktop import Desktop


def screenshot(desktop: Desktop) -> bytes:
    """Return the desktop's screen as a PNG; raise `Conflict` if it doesn't run, `TimedOut` if it hangs."""
    state = desktop.state()
    display = state.usable_display()
    try:
        if state.x_screenshots:
            return x_display.screenshot(display, desktop.xauthority)
        with contextlib.closing(RFBClient(desktop.path / state.raw_socket)) as client:
            return _png(client.width, client.height, client.framebuffer())
    except TimeoutError as error:
        raise TimedOut(f"The display {display} does not respond.") from error
    except Exception as error:  # the display went away
        raise Conflict(f"The display {display} could not be read: {error}.", code="display-gone") from error


def _png(width: int, height: int, pixels: bytearray) -> bytes:
    """Return pixels (blue, green, red and a byte without meaning each) as a PNG, 8 bits RGB."""
    from PIL import Image

    png = io.BytesIO()
    Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1).save(png, "PNG", compress_level=1)
    return png.getvalue()
