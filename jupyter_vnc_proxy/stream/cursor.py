"""The pointer's shape, which viewers draw themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import messages
from .source import Pixels, Screen
from .viewer import Viewer


class Cursor:
    """Follows the display's cursor; ``on_change`` is called when it has another shape.

    A shape that can't be had is the last one that could, or an arrow.
    """

    def __init__(self, screen: Screen, on_change: Callable[[], None]) -> None:
        import xcffib.xfixes

        self._connection = screen.connection
        self._fixes = self._connection(xcffib.xfixes.key)
        self._fixes.SelectCursorInput(screen.root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        screen.handlers[xcffib.xfixes.CursorNotifyEvent] = lambda _: self._take()
        self._on_change = on_change
        self._show(0, 0, arrow())
        self._read()

    def _read(self) -> None:
        import xcffib.xproto

        try:
            reply = self._fixes.GetCursorImage().reply()
        except xcffib.xproto.AccessError:  # its program has gone, and X's SECURITY extension guards what it left
            return
        pixels = np.array(reply.cursor_image, np.uint32).view(np.uint8).reshape(reply.height, reply.width, 4)
        self._show(reply.xhot, reply.yhot, straight(pixels))

    def _show(self, hot_x: int, hot_y: int, pixels: Pixels) -> None:
        self._shape = hot_x, hot_y, pixels
        self._with_alpha = messages.cursor_vmware(*self._shape)

    def _take(self) -> None:
        self._read()
        self._on_change()

    def send_to(self, viewer: Viewer) -> None:
        """Send the shape as finely as the viewer can draw it."""
        if viewer.supports(messages.PSEUDO_VMWARE_CURSOR):
            viewer.add_rectangle(self._with_alpha)
        elif viewer.supports(messages.PSEUDO_CURSOR):
            viewer.add_rectangle(messages.cursor(*self._shape, viewer.protocol.pixel_format))
        elif viewer.supports(messages.PSEUDO_X_CURSOR):
            viewer.add_rectangle(messages.x_cursor(*self._shape))


def arrow() -> Pixels:
    """Return a plain arrow in BGRA: white with a black edge."""
    rows, columns = np.mgrid[:17, :12]
    inside = (columns <= rows) & (columns + rows < 17)
    edge = (columns == 0) | (columns == rows) | (columns + rows == 16)
    white = np.where(inside & ~edge, 255, 0)
    return np.dstack([white, white, white, np.where(inside, 255, 0)]).astype(np.uint8)


def straight(pixels: Pixels) -> Pixels:
    """Return BGRA pixels with straight alpha, where X's are multiplied with it."""
    alpha = pixels[..., 3:].astype(np.uint16)
    colours = np.where(alpha > 0, pixels[..., :3].astype(np.uint16) * 255 // np.maximum(alpha, 1), 0)
    return np.concatenate([np.minimum(colours, 255), alpha], axis=-1).astype(np.uint8)
