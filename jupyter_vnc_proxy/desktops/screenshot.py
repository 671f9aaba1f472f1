"""Pictures of a desktop: from its X display, or as an RFB client if the X display lacks part of the picture."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, TypeVar

from ..errors import Conflict, InvalidOption, TimedOut, VncError
from ..options import Area
from ..rfb.client import RFBClient
from ..system import x_display
from .desktop import Desktop
from .state import DesktopState

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..system.x_clients.windows import Window

T = TypeVar("T")

Subject = Area | int | None
"""What a screenshot is of: an area of the screen, a window (its identifier), or the whole screen."""


class WindowModel(TypedDict):
    """A window of a desktop in the REST API; its size in pixels includes the decoration."""

    id: int
    title: str
    application: str
    width: int
    height: int
    active: bool
    minimized: bool


def screenshot(desktop: Desktop, subject: Subject = None) -> bytes:
    """Return the desktop's screen, an area of it or a window as a PNG.

    Raise `Conflict` if the desktop doesn't run or the window can't be seen, `InvalidOption` if the area isn't on the
    screen, `TimedOut` if the display hangs.
    """
    if isinstance(subject, int):
        return x_display.png(_window_picture(desktop, subject))
    image = picture(desktop)
    return x_display.png(image if subject is None else part(image, subject))


def picture(desktop: Desktop) -> Image:
    """Return the desktop's screen, 8 bits RGB; raise as `screenshot` does."""

    def read(display: str, state: DesktopState) -> Image:
        if state.x_screenshots:
            return x_display.picture(display, desktop.xauthority)
        with contextlib.closing(RFBClient(desktop.path / state.raw_socket)) as client:
            return _image(client.width, client.height, client.framebuffer())

    return _on_display(desktop, read)


def part(image: Image, area: tuple[int, int, int, int]) -> Image:
    """Return an area (x, y, width, height in pixels); raise `InvalidOption` unless all of it is on the screen."""
    x, y, width, height = area
    if width < 1 or height < 1 or x < 0 or y < 0 or x + width > image.width or y + height > image.height:
        raise InvalidOption(
            f"The area {tuple(area)} (x, y, width, height) is not within the screen, "
            f"which has {image.width}x{image.height} pixels.",
            code="outside-screen",
        )
    return image.crop((x, y, x + width, y + height))


def windows(desktop: Desktop) -> list[WindowModel]:
    """Return the windows of the desktop's X display; those of Wayland programs are not there. Raise as `picture`."""

    def read(display: str, state: DesktopState) -> list[WindowModel]:
        if not state.x_screenshots:
            return []
        from ..system.x_clients.windows import Windows

        with contextlib.closing(Windows(display, desktop.xauthority)) as found:
            return [_window_model(each) for each in found.all()]

    return _on_display(desktop, read)


def _window_model(window: Window) -> WindowModel:
    return {
        "id": window.id,
        "title": window.title,
        "application": window.application,
        "width": window.frame.width,
        "height": window.frame.height,
        "active": window.is_active,
        "minimized": window.is_minimized,
    }


def _window_picture(desktop: Desktop, window: int) -> Image:
    def read(display: str, state: DesktopState) -> Image:
        if not state.x_screenshots:
            raise Conflict("This desktop's display has no single windows.", code="no-windows")
        from ..system.x_clients.window_picture import window_picture
        from ..system.x_clients.windows import WindowGone

        try:
            return window_picture(display, desktop.xauthority, window)
        except WindowGone:
            raise Conflict("The window is closed.", code="window-gone") from None

    return _on_display(desktop, read)


def _on_display(desktop: Desktop, read: Callable[[str, DesktopState], T]) -> T:
    state = desktop.state()
    display = state.usable_display()
    try:
        return read(display, state)
    except VncError:
        raise
    except TimeoutError as error:
        raise TimedOut(f"The display {display} does not respond.") from error
    except Exception as error:  # the display went away
        raise Conflict(f"The display {display} could not be read: {error}.", code="display-gone") from error


def _image(width: int, height: int, pixels: bytearray) -> Image:
    """Return pixels (blue, green, red and a byte without meaning each) as a picture."""
    from PIL import Image as images

    return images.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1)
