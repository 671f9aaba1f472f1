"""The pointer's shape, which clients draw themselves."""

from __future__ import annotations

import numpy as np

from ..rfb.encodings import PSEUDO_CURSOR, PSEUDO_VMWARE_CURSOR, PSEUDO_X_CURSOR
from ..rfb.server_protocol import ServerProtocol
from .picture.encoders.cursor import cursor, cursor_vmware, x_cursor
from .picture.framebuffer import Pixels


class Cursor:
    """The shape that the display reported last; an arrow before the first report."""

    def __init__(self) -> None:
        self.change(0, 0, arrow())

    def change(self, x: int, y: int, pixels: Pixels) -> None:
        """Take another shape: BGRA with straight alpha, whose hot spot is the pixel (x, y)."""
        self._shape = x, y, pixels
        self._with_alpha = cursor_vmware(*self._shape)

    def rectangle(self, protocol: ServerProtocol) -> bytes | None:
        """Return the shape in the best form that the client announced; ``None`` if it draws no cursor."""
        if protocol.supports(PSEUDO_VMWARE_CURSOR):
            return self._with_alpha
        if protocol.supports(PSEUDO_CURSOR):
            return cursor(*self._shape, protocol.pixel_format)
        return x_cursor(*self._shape) if protocol.supports(PSEUDO_X_CURSOR) else None


def arrow() -> Pixels:
    """Return a plain arrow in BGRA: white with a black edge."""
    rows, columns = np.mgrid[:17, :12]
    inside = (columns <= rows) & (columns + rows < 17)
    edge = (columns == 0) | (columns == rows) | (columns + rows == 16)
    white = np.where(inside & ~edge, 255, 0)
    return np.dstack([white, white, white, np.where(inside, 255, 0)]).astype(np.uint8)


def straight(pixels: Pixels) -> Pixels:
    """Return BGRA pixels with straight alpha; X's are premultiplied."""
    alpha = pixels[..., 3:].astype(np.uint16)
    colours = np.where(alpha > 0, pixels[..., :3].astype(np.uint16) * 255 // np.maximum(alpha, 1), 0)
    return np.concatenate([np.minimum(colours, 255), alpha], axis=-1).astype(np.uint8)
