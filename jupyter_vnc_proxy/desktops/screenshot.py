"""Pictures of a desktop: from its X display, or as an RFB client if the X display lacks part of the picture."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..errors import Conflict, TimedOut
from ..rfb.client import RFBClient
from ..system import x_display
from .desktop import Desktop

if TYPE_CHECKING:
    from PIL.Image import Image


def screenshot(desktop: Desktop) -> bytes:
    """Return the desktop's screen as a PNG; raise `Conflict` if it doesn't run, `TimedOut` if it hangs."""
    return x_display.png(picture(desktop))


def picture(desktop: Desktop) -> Image:
    """Return the desktop's screen, 8 bits RGB; raise as `screenshot` does."""
    state = desktop.state()
    display = state.usable_display()
    try:
        if state.x_screenshots:
            return x_display.picture(display, desktop.xauthority)
        with contextlib.closing(RFBClient(desktop.path / state.raw_socket)) as client:
            return _image(client.width, client.height, client.framebuffer())
    except TimeoutError as error:
        raise TimedOut(f"The display {display} does not respond.") from error
    except Exception as error:  # the display went away
        raise Conflict(f"The display {display} could not be read: {error}.", code="display-gone") from error


def _image(width: int, height: int, pixels: bytearray) -> Image:
    """Return pixels (blue, green, red and a byte without meaning each) as a picture."""
    from PIL import Image as images

    return images.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1)
