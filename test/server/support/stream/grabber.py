"""A program that grabs the X server, draws and waits for a key, as some window managers do; it says what it does."""

from __future__ import annotations

import xcffib
import xcffib.xproto

WHERE = (100, 100, 60, 60)
COLOUR = 0x20A0E0


def main() -> None:
    connection = xcffib.connect()
    core = connection.core
    root = connection.get_setup().roots[0].root
    context = connection.generate_id()
    mode = xcffib.xproto.SubwindowMode.IncludeInferiors
    core.CreateGC(context, root, xcffib.xproto.GC.Foreground | xcffib.xproto.GC.SubwindowMode, [COLOUR, mode])
    asynchronously = xcffib.xproto.GrabMode.Async
    assert core.GrabKeyboard(False, root, 0, asynchronously, asynchronously).reply().status == 0
    core.GrabServer()
    core.PolyFillRectangle(root, context, 1, [xcffib.xproto.RECTANGLE.synthetic(*WHERE)])
    core.GetInputFocus().reply()
    print("grabbed", flush=True)
    while not isinstance(connection.wait_for_event(), xcffib.xproto.KeyPressEvent):
        pass
    core.UngrabServer()
    core.GetInputFocus().reply()
    print("released", flush=True)
    connection.disconnect()


if __name__ == "__main__":
    main()
