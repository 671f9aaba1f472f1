"""An X program that keeps the pointer in the middle of the screen, as 3D programs do, and prints how far it was moved.

    warper.py [hide]

It prints `shown` when it is there, then `moved X Y` with the sum of all motion, `buttons N` with the number of buttons
that are down, and with `hide` it shows no cursor.
"""

from __future__ import annotations

import sys

import xcffib
import xcffib.xproto as x


def main() -> None:
    connection = xcffib.connect()
    core = connection.core
    screen = connection.get_setup().roots[0]
    size = core.GetGeometry(screen.root).reply()
    middle = (size.width // 2, size.height // 2)
    window = connection.generate_id()
    mask = x.CW.OverrideRedirect | x.CW.EventMask
    events = x.EventMask.PointerMotion | x.EventMask.ButtonPress | x.EventMask.ButtonRelease
    core.CreateWindow(
        screen.root_depth, window, screen.root, 0, 0, size.width, size.height, 0, x.WindowClass.InputOutput,
        screen.root_visual, mask, [1, events],
    )  # fmt: skip
    if "hide" in sys.argv:
        cursor, pixmap = connection.generate_id(), connection.generate_id()
        core.CreatePixmap(1, pixmap, screen.root, 1, 1)
        core.CreateCursor(cursor, pixmap, pixmap, *([0] * 6), 0, 0)
        core.ChangeWindowAttributes(window, x.CW.Cursor, [cursor])
    core.MapWindow(window)
    core.WarpPointer(0, screen.root, 0, 0, 0, 0, *middle)
    core.GetInputFocus().reply()
    print("shown", flush=True)
    last, total, buttons = middle, (0, 0), 0
    while True:
        event = connection.wait_for_event()
        if isinstance(event, x.ButtonPressEvent | x.ButtonReleaseEvent):
            buttons += 1 if isinstance(event, x.ButtonPressEvent) else -1
            print(f"buttons {buttons}", flush=True)
        elif isinstance(event, x.MotionNotifyEvent):
            place = (event.root_x, event.root_y)
            if place != middle:
                total = (total[0] + place[0] - last[0], total[1] + place[1] - last[1])
                print("moved", *total, flush=True)
                core.WarpPointer(0, screen.root, 0, 0, 0, 0, *middle)
                connection.flush()
            last = place


if __name__ == "__main__":
    main()
