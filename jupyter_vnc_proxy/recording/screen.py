"""The pictures of an X display, with the pointer, and whether there is a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xcffib
import xcffib.damage  # before a connection is made: xcffib knows the events of those extensions alone
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto

from ..stream.x11.shared_memory import SharedMemory
from ..system.x_display import connect

Pixels = npt.NDArray[np.uint8]
"""Blue, green, red and a byte without meaning, of each pixel in each row."""

BYTES_PER_PIXEL = 4
DEPTH = 24

ALL_PLANES = 0xFFFFFFFF


class UnknownPixels(Exception):
    """The display has not 24 bits a pixel."""


class Screen:
    """Takes pictures of a display; every method raises ``xcffib.ConnectionException`` once that has ended or hangs."""

    def __init__(self, display: str, xauthority: Path) -> None:
        self._connection = connect(display, xauthority)
        self._shared: SharedMemory | None = None
        self._shm: Any = None
        self._segment = 0
        root = self._connection.get_setup().roots[0]
        if root.root_depth != DEPTH:
            raise UnknownPixels(f"the display has {root.root_depth} bits a pixel")
        self._root = root.root
        self.width, self.height = root.width_in_pixels, root.height_in_pixels
        self._damage_extension = self._connection(xcffib.damage.key)
        self._damage_extension.QueryVersion(1, 1).reply()
        self._fixes = self._connection(xcffib.xfixes.key)
        self._fixes.QueryVersion(5, 0).reply()
        self._damage = self._connection.generate_id()
        self._damage_extension.Create(self._damage, self._root, xcffib.damage.ReportLevel.NonEmpty)
        mask = [xcffib.xproto.EventMask.StructureNotify]
        self._connection.core.ChangeWindowAttributes(self._root, xcffib.xproto.CW.EventMask, mask)
        self._fixes.SelectCursorInput(self._root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        self._pointer = (-1, -1)
        self._allocate()

    def close(self) -> None:
        """Disconnect."""
        self._connection.disconnect()
        if self._shared is not None:
            self._shared.close()
            self._shared = None

    def has_changed(self) -> bool:
        """Return whether there is another picture than the last one: drawn, resized, or with another pointer."""
        changed = False
        while (event := self._connection.poll_for_event()) is not None:
            changed = True
            if isinstance(event, xcffib.xproto.ConfigureNotifyEvent) and event.window == self._root:
                self._resize(event.width, event.height)
        pointer = self._connection.core.QueryPointer(self._root).reply()
        return changed or self._pointer != (pointer.root_x, pointer.root_y)

    def picture(self) -> Pixels:
        """Return what the screen shows now; it is overwritten by the next call."""
        self._damage_extension.Subtract(self._damage, 0, 0)
        while True:
            width, height = self.width, self.height
            try:
                pixels = self._read(width, height)
            except xcffib.xproto.MatchError:  # the screen is smaller by now
                size = self._connection.core.GetGeometry(self._root).reply()
                self._resize(size.width, size.height)
                continue
            self._paint_pointer(pixels)
            return pixels

    def _resize(self, width: int, height: int) -> None:
        if (width, height) != (self.width, self.height):
            self.width, self.height = width, height
            self._allocate()

    def _allocate(self) -> None:
        """Share memory of the screen's size with the X server, if it can."""
        if self._shared is not None:
            self._shm.Detach(self._segment)
            self._shared.close()
            self._shared = None
        if not self._connection.core.QueryExtension(len("MIT-SHM"), "MIT-SHM").reply().present:
            return
        self._shm = self._connection(xcffib.shm.key)
        shared = SharedMemory(self.width * self.height * BYTES_PER_PIXEL)
        self._segment = self._connection.generate_id()
        try:
            self._shm.Attach(self._segment, shared.identifier, False, is_checked=True).check()
        except xcffib.Error:  # the X server is in a container of its own
            shared.forget()
            shared.close()
            return
        shared.forget()
        self._shared = shared

    def _read(self, width: int, height: int) -> Pixels:
        size, pixmap = width * height * BYTES_PER_PIXEL, xcffib.xproto.ImageFormat.ZPixmap
        if self._shared is not None:
            self._shm.GetImage(self._root, 0, 0, width, height, ALL_PLANES, pixmap, self._segment, 0).reply()
            pixels = self._shared.bytes[:size]
        else:
            reply = self._connection.core.GetImage(pixmap, self._root, 0, 0, width, height, ALL_PLANES).reply()
            pixels = np.frombuffer(bytearray(reply.data.buf()), np.uint8)
        return pixels.reshape(height, width, BYTES_PER_PIXEL)

    def _paint_pointer(self, pixels: Pixels) -> None:
        """Draw the pointer, which X keeps apart."""
        reply: Any = self._fixes.GetCursorImage().reply()
        self._pointer = (reply.x, reply.y)
        shape = np.array(reply.cursor_image, np.uint32).view(np.uint8).reshape(reply.height, reply.width, 4)
        blend(pixels, shape, reply.x - reply.xhot, reply.y - reply.yhot)


def blend(pixels: Pixels, shape: Pixels, x: int, y: int) -> None:
    """Draw a shape, BGRA with premultiplied alpha, over a picture; its left upper corner is (x, y)."""
    height, width = pixels.shape[:2]
    left, top = max(0, x), max(0, y)
    right, bottom = min(width, x + shape.shape[1]), min(height, y + shape.shape[0])
    if left >= right or top >= bottom:
        return
    part = shape[top - y : bottom - y, left - x : right - x].astype(np.uint16)
    under = pixels[top:bottom, left:right, :3]
    under[...] = np.minimum(255, part[..., :3] + under * (255 - part[..., 3:]) // 255)
