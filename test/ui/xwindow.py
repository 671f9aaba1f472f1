"""An X client for the tests: a window of one colour above all others, which prints the keys that it receives.

    xwindow.py RRGGBB WIDTHxHEIGHT+X+Y [managed]

It prints `at X Y` and `shown` when it is visible, `clicked` when it was clicked and has the input focus, and the
keysym of each pressed key in hexadecimal. With `managed`, the window manager chooses its position.
"""

from __future__ import annotations

import re
import sys

import xcffib
import xcffib.xproto as x


def main() -> None:
    colour, place, *managed = sys.argv[1:]
    width, height, left, top = (int(number) for number in re.split(r"[x+]", place))
    connection = xcffib.connect()
    screen = connection.get_setup().roots[0]
    window = connection.generate_id()
    mask = x.CW.BackPixel | x.CW.OverrideRedirect | x.CW.EventMask
    events = x.EventMask.KeyPress | x.EventMask.ButtonPress | x.EventMask.VisibilityChange
    values = [int(colour, 16), int(not managed), events]
    connection.core.CreateWindow(
        screen.root_depth, window, screen.root, left, top, width, height, 0, x.WindowClass.InputOutput,
        screen.root_visual, mask, values,
    )  # fmt: skip
    connection.core.MapWindow(window)
    # The reply comes after the server has processed the requests above.
    connection.core.GetInputFocus().reply()
    while managed and not isinstance(connection.wait_for_event(), x.VisibilityNotifyEvent):
        pass
    corner = connection.core.TranslateCoordinates(window, screen.root, 0, 0).reply()
    print(f"at {corner.dst_x} {corner.dst_y}", "shown", sep="\n", flush=True)
    while True:
        event = connection.wait_for_event()
        if isinstance(event, x.ButtonPressEvent):
            connection.core.SetInputFocus(x.InputFocus.PointerRoot, window, x.Time.CurrentTime)
            connection.core.GetInputFocus().reply()
            print("clicked", flush=True)
        elif isinstance(event, x.KeyPressEvent):
            keysyms = connection.core.GetKeyboardMapping(event.detail, 1).reply().keysyms
            shifted = event.state & (x.KeyButMask.Shift | x.KeyButMask.Lock) and len(keysyms) > 1 and keysyms[1]
            print(f"{keysyms[1 if shifted else 0]:#x}", flush=True)
        elif not managed and isinstance(event, x.VisibilityNotifyEvent) and event.state != x.Visibility.Unobscured:
            connection.core.ConfigureWindow(window, x.ConfigWindow.StackMode, [x.StackMode.Above])
            connection.flush()


if __name__ == "__main__":
    main()
