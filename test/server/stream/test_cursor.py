"""The cursor's shape on a real display."""

from __future__ import annotations

import struct

import numpy as np
import xcffib.xproto
from support.displays import Display
from support.stream.clients import ready
from support.waiting import until

from jupyter_vnc_proxy.stream.display_source import Listener
from jupyter_vnc_proxy.stream.x11.source import XSource
from jupyter_vnc_proxy.system.x_display import connect

VMWARE_CURSOR = 0x574D5664


class Watched:
    """A cursor that is followed, and what a client that draws it with alpha is sent."""

    def __init__(self, display: Display) -> None:
        self.changes = 0
        self.source = XSource(display.name, display.xauthority)
        self.cursor = self.source.cursor
        self.protocol = ready(VMWARE_CURSOR)

    async def start(self) -> Watched:
        nothing = Listener(lambda _: None, lambda: None, lambda _: None, self._changed, lambda _: None)
        await self.source.start(nothing)
        return self

    def _changed(self) -> None:
        self.changes += 1

    def shape(self) -> tuple[tuple[int, int, int, int], np.typing.NDArray[np.uint8]]:
        """Return hot x, hot y, width and height, and the pixels in RGBA."""
        rectangle = self.cursor.rectangle(self.protocol)
        assert rectangle is not None
        x, y, width, height, encoding, kind = struct.unpack_from(">HHHHiBx", rectangle)
        assert (encoding, kind) == (VMWARE_CURSOR, 1)
        return (x, y, width, height), np.frombuffer(rectangle[14:], np.uint8).reshape(height, width, 4)


def square(display: Display, side: int, red: int) -> xcffib.Connection:
    """Give the root window a square cursor with its hot spot at 2, 1; it is gone with the connection."""
    connection = connect(display.name, display.xauthority)
    core, root = connection.core, connection.get_setup().roots[0].root
    pixmap, context, cursor = (connection.generate_id() for _ in range(3))
    core.CreatePixmap(1, pixmap, root, side, side)
    core.CreateGC(context, pixmap, xcffib.xproto.GC.Foreground, [1])
    core.PolyFillRectangle(pixmap, context, 1, [xcffib.xproto.RECTANGLE.synthetic(0, 0, side, side)])
    core.CreateCursor(cursor, pixmap, pixmap, red, 0, 0, 0, 0, 0, 2, 1)
    core.ChangeWindowAttributes(root, xcffib.xproto.CW.Cursor, [cursor])
    core.GetInputFocus().reply()
    return connection


async def test_the_shape_is_followed_with_its_hot_spot_and_alpha(display: Display) -> None:
    watched = await Watched(display).start()
    program = square(display, 9, 0xFFFF)
    await until(lambda: watched.changes)
    place, pixels = watched.shape()
    assert place == (2, 1, 9, 9)
    assert (pixels == [255, 0, 0, 255]).all()
    program.disconnect()
    await watched.source.close()


async def test_a_shape_whose_program_has_gone_is_the_last_one_or_an_arrow(display: Display) -> None:
    square(display, 9, 0xFFFF).disconnect()
    watched = await Watched(display).start()
    _, pixels = watched.shape()
    assert pixels[0, 0, 3] == 255
    assert pixels[0, -1, 3] in (0, 255), "an arrow, or the square where X lets us see it"
    program = square(display, 7, 0x8080)
    await until(lambda: watched.changes)
    assert watched.shape()[0] == (2, 1, 7, 7)
    program.disconnect()
    watched.source.screen.handle_events()
    assert watched.shape()[0] == (2, 1, 7, 7)
    await watched.source.close()
