"""The pointer's shape, which viewers draw themselves."""

from __future__ import annotations

import numpy as np

from ..rfb import server_messages
from .client import Client
from .picture.framebuffer import Pixels


class Cursor:
    """What the display's source says of its cursor; an arrow until it does."""

    def __init__(self) -> None:
        self.change(0, 0, arrow())

    def change(self, x: int, y: int, pixels: Pixels) -> None:
        """It has another shape: BGRA with straight alpha, whose pixel at (x, y) is where it points."""
        self._shape = x, y, pixels
        self._with_alpha = server_messages.cursor_vmware(*self._shape)

    def send_to(self, viewer: Client) -> None:
        """Send the shape as finely as the viewer can draw it."""
        if viewer.supports(server_messages.PSEUDO_VMWARE_CURSOR):
            viewer.add_rectangle(self._with_alpha)
        elif viewer.supports(server_messages.PSEUDO_CURSOR):
            viewer.add_rectangle(server_messages.cursor(*self._shape, viewer.protocol.pixel_format))
        elif viewer.supports(server_messages.PSEUDO_X_CURSOR):
            viewer.add_rectangle(server_messages.x_cursor(*self._shape))


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
