"""An X client for the tests: a window over the whole screen with a square, black cursor; its argument is the side."""

from __future__ import annotations

import sys

import xcffib
import xcffib.xproto as x


def main() -> None:
    side = int(sys.argv[1])
    connection = xcffib.connect()
    core = connection.core
    screen = connection.get_setup().roots[0]
    window, cursor, pixmap, context = (connection.generate_id() for _ in range(4))
    core.CreatePixmap(1, pixmap, screen.root, side, side)
    core.CreateGC(context, pixmap, x.GC.Foreground, [1])
    core.PolyFillRectangle(pixmap, context, 1, [x.RECTANGLE.synthetic(0, 0, side, side)])
    core.CreateCursor(cursor, pixmap, pixmap, *([0] * 6), side // 2, side // 2)
    core.CreateWindow(
        screen.root_depth, window, screen.root, 0, 0, 8192, 8192, 0, x.WindowClass.InputOutput, screen.root_visual,
        x.CW.BackPixel | x.CW.OverrideRedirect | x.CW.Cursor, [0xFFFFFF, 1, cursor],
    )  # fmt: skip
    core.MapWindow(window)
    core.GetInputFocus().reply()
    print("shown", flush=True)
    connection.wait_for_event()


if __name__ == "__main__":
    main()
