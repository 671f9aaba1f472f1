"""An X client for the tests: a window over the whole screen, which prints what pointer and keyboard do on it.

It prints `shown`, then lines such as `move 10 20`, `press 1 10 20 4`, `release 1 10 20 4` (button, place, modifiers),
`key 0x63 4` (keysym, modifiers) and `unkey 0x63` for its release. It has the input focus.
"""

from __future__ import annotations

import xcffib
import xcffib.xproto as x

MODIFIERS = 0xFF


def main() -> None:
    connection = xcffib.connect()
    core = connection.core
    screen = connection.get_setup().roots[0]
    window = connection.generate_id()
    mask = x.CW.BackPixel | x.CW.OverrideRedirect | x.CW.EventMask
    events = x.EventMask.KeyPress | x.EventMask.KeyRelease | x.EventMask.ButtonPress | x.EventMask.ButtonRelease
    events |= x.EventMask.PointerMotion
    core.CreateWindow(
        screen.root_depth, window, screen.root, 0, 0, 8192, 8192, 0, x.WindowClass.InputOutput, screen.root_visual,
        mask, [0x80A0C0, 1, events],
    )  # fmt: skip
    core.MapWindow(window)
    core.SetInputFocus(x.InputFocus.PointerRoot, window, x.Time.CurrentTime)
    core.GetInputFocus().reply()
    print("shown", flush=True)
    while True:
        event = connection.wait_for_event()
        if isinstance(event, x.MotionNotifyEvent):
            print("move", event.root_x, event.root_y, flush=True)
        elif isinstance(event, x.ButtonPressEvent | x.ButtonReleaseEvent):
            kind = "press" if isinstance(event, x.ButtonPressEvent) else "release"
            print(kind, event.detail, event.root_x, event.root_y, event.state & MODIFIERS, flush=True)
        elif isinstance(event, x.KeyPressEvent):
            keysym = core.GetKeyboardMapping(event.detail, 1).reply().keysyms[0]
            print(f"key {keysym:#x} {event.state & MODIFIERS}", flush=True)
        elif isinstance(event, x.KeyReleaseEvent):
            keysym = core.GetKeyboardMapping(event.detail, 1).reply().keysyms[0]
            print(f"unkey {keysym:#x}", flush=True)


if __name__ == "__main__":
    main()
