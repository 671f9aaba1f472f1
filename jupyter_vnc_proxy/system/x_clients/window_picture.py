"""The picture of one window with its decoration, whatever covers it or lies beyond the screen's edge.

A window that is partly hidden has no pixels there, unless the X server keeps them apart from the screen's (Composite
extension 0.4). So the server is asked to do so for a moment, in which the program draws the window again.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xcffib
import xcffib.composite as composite  # before a connection is made, as in x_connection
import xcffib.damage as damage
import xcffib.shape as shape
import xcffib.xproto as x

from ...errors import Conflict
from ...options import Area
from ..x_display import connect
from .windows import WindowGone

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..x_connection import XConnection

FIRST_DRAWING_SECONDS = 1.0
"""The time until a program begins to draw its window again; one that has nothing to draw takes all of it."""

STILL_SECONDS = 0.2
"""A window that has not changed for this time is drawn."""

DRAWING_SECONDS = 3.0
"""The time until the picture of a window that changes all the time is taken."""

POLL_SECONDS = 0.005

ALL_PLANES = 0xFFFFFFFF

NONE = 0
"""No region."""

WITH_ALPHA = 32
"""The depth of a window whose pixels say how transparent they are."""


def window_picture(display: str, xauthority: Path, window: int) -> Image:
    """Return a window's own pixels with its decoration: RGB, or RGBA if it isn't a rectangle or is transparent.

    Raise `WindowGone` if it is closed, `Conflict` if it isn't shown, ``xcffib.ConnectionException`` if the display is
    gone. This blocks.
    """
    connection = connect(display, xauthority)
    try:
        return _Camera(connection, window).picture()
    except (x.WindowError, x.DrawableError, x.MatchError) as error:
        raise WindowGone from error
    finally:
        connection.disconnect()


class _Camera:
    def __init__(self, connection: XConnection, window: int) -> None:
        self._x = connection
        self._root = connection.get_setup().roots[0].root
        self._window = window
        self._frame = self._outermost(window)

    def picture(self) -> Image:
        for window in (self._window, self._frame):
            if self._x.core.GetWindowAttributes(window).reply().map_state != x.MapState.Viewable:
                raise Conflict("The window is minimized.", code="window-minimized")
        composited = self._has_composite()
        if composited and (image := self._own_pixels()) is not None:
            return image
        screen, area = self._area(self._root), self._area(self._frame)
        if self._is_seen(screen, area):
            return self._shaped(self._image(self._root, area, 24))
        if not composited:
            raise Conflict("The window is covered, and this X server has only what is on the screen.", code="covered")
        with self._kept_apart():
            if (image := self._own_pixels()) is None:
                raise WindowGone
            return image

    # -- where it is --------------------------------------------------------------------------------------------------

    def _outermost(self, window: int) -> int:
        """Return what the window manager has put around a window: the child of the root window."""
        while (parent := self._x.core.QueryTree(window).reply().parent) not in (self._root, 0):
            window = parent
        return window

    def _area(self, window: int) -> Area:
        """Return the area of a child of the root window, with its border."""
        found = self._x.core.GetGeometry(window).reply()
        borders = 2 * found.border_width
        return Area(found.x, found.y, found.width + borders, found.height + borders)

    def _is_seen(self, screen: Area, area: Area) -> bool:
        """Return whether all of the window is on the screen, and nothing is over it."""
        if area.x < 0 or area.y < 0 or area.x + area.width > screen.width or area.y + area.height > screen.height:
            return False
        children = list(self._x.core.QueryTree(self._root).reply().children)
        above = children[children.index(self._frame) + 1 :] if self._frame in children else children
        core = self._x.core
        for attributes, geometry in [(core.GetWindowAttributes(each), core.GetGeometry(each)) for each in above]:
            with contextlib.suppress(x.WindowError, x.DrawableError):
                seen, other = attributes.reply(), geometry.reply()
                borders = 2 * other.border_width
                overlaps = (
                    other.x < area.x + area.width
                    and other.y < area.y + area.height
                    and other.x + other.width + borders > area.x
                    and other.y + other.height + borders > area.y
                )
                if overlaps and seen.map_state == x.MapState.Viewable and seen._class == x.WindowClass.InputOutput:
                    return False
        return True

    # -- its pixels ---------------------------------------------------------------------------------------------------

    def _has_composite(self) -> bool:
        return self._has(composite.key) and self._has(damage.key)

    def _has(self, extension: Any) -> bool:
        return bool(xcffib.lib.xcb_get_extension_data(self._x._conn, extension.c_key).present)

    def _own_pixels(self) -> Image | None:
        """Return the window's pixels if the X server keeps them apart, as for a compositing manager."""
        pixmap = self._x.generate_id()
        self._x(composite.key).QueryVersion(0, 4).reply()
        try:
            self._x(composite.key).NameWindowPixmap(self._frame, pixmap, is_checked=True).check()
        except x.MatchError:
            return None
        size = self._x.core.GetGeometry(pixmap).reply()
        return self._shaped(self._image(pixmap, Area(0, 0, size.width, size.height), size.depth))

    def _image(self, drawable: int, area: Area, depth: int) -> Image:
        from PIL import Image as images

        reply = self._x.core.GetImage(x.ImageFormat.ZPixmap, drawable, *area, ALL_PLANES).reply()
        # Depths of 24 and 32 have 32 bits a pixel, blue first on every little-endian machine.
        mode, raw = ("RGBA", "BGRa") if depth == WITH_ALPHA else ("RGB", "BGRX")
        return images.frombuffer(mode, (area.width, area.height), bytes(reply.data.buf()), "raw", raw, 0, 1)

    def _shaped(self, image: Image) -> Image:
        """Return the picture without what lies outside of the window's shape, such as round corners."""
        if not self._has(shape.key):
            return image
        extents = self._x(shape.key).QueryExtents(self._frame).reply()
        if not extents.bounding_shaped:
            return image
        from PIL import Image as images

        border = self._x.core.GetGeometry(self._frame).reply().border_width
        rectangles = self._x(shape.key).GetRectangles(self._frame, shape.SK.Bounding).reply().rectangles
        inside = images.new("L", image.size, 0)
        for each in rectangles:
            left, top = each.x + border, each.y + border
            inside.paste(255, (left, top, left + each.width, top + each.height))
        clear = images.new("RGBA", image.size, 0)
        clear.paste(image.convert("RGBA"), (0, 0), inside)
        return clear

    @contextlib.contextmanager
    def _kept_apart(self) -> Any:
        """Have the X server keep the window's pixels apart, and wait until the program has drawn them."""
        extension, core = self._x(composite.key), self._x.core
        self._x(damage.key).QueryVersion(1, 1).reply()
        focus = core.GetInputFocus().reply()
        # The server takes the window off the screen and puts it back, which loses the focus.
        extension.RedirectWindow(self._frame, composite.Redirect.Automatic, is_checked=True).check()
        self._restore(focus)
        try:
            self._wait_until_drawn()
            yield
        finally:
            focus = core.GetInputFocus().reply()
            extension.UnredirectWindow(self._frame, composite.Redirect.Automatic, is_checked=True).check()
            self._restore(focus)

    def _restore(self, focus: Any) -> None:
        if focus.focus != self._x.core.GetInputFocus().reply().focus:
            with contextlib.suppress(x.WindowError, x.MatchError):
                self._x.core.SetInputFocus(focus.revert_to, focus.focus, x.Time.CurrentTime, is_checked=True).check()

    def _wait_until_drawn(self) -> None:
        watched = self._x.generate_id()
        self._x(damage.key).Create(watched, self._frame, damage.ReportLevel.NonEmpty, is_checked=True).check()
        self._take_damage(watched)  # all of the window counts as damaged at first
        start = time.monotonic()
        changed = None
        while (now := time.monotonic()) < start + DRAWING_SECONDS:
            if self._take_damage(watched):
                changed = now
            limit = start + FIRST_DRAWING_SECONDS if changed is None else changed + STILL_SECONDS
            if now > limit:
                break
            time.sleep(POLL_SECONDS)
        self._x(damage.key).Destroy(watched, is_checked=True).check()

    def _take_damage(self, watched: int) -> bool:
        """Return whether anything was drawn since the last call."""
        changed = False
        while (event := self._x.poll_for_event()) is not None:
            changed = changed or isinstance(event, damage.NotifyEvent)
        if changed:
            self._x(damage.key).Subtract(watched, NONE, NONE)
            self._x.flush()
        return changed
