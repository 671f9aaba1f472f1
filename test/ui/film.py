"""Play a film over the whole of $DISPLAY at 30 frames a second until terminated: moving colours with sharp edges.

It prints "plays" when it starts.
"""

from __future__ import annotations

import signal
import threading

import numpy as np
import xcffib
import xcffib.xproto as x

FRAME_COUNT, FRAMES_PER_SECOND = 15, 30


def main() -> None:
    """Draw on the root window, including its children."""
    ends = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ends.set())
    connection = xcffib.connect()
    core, screen = connection.core, connection.get_setup().roots[0]
    size = core.GetGeometry(screen.root).reply()
    context = connection.generate_id()
    core.CreateGC(context, screen.root, x.GC.SubwindowMode | x.GC.GraphicsExposures, [1, 0])
    down, across = np.mgrid[0 : size.height, 0 : size.width]
    pixmaps = []
    for number in range(FRAME_COUNT):
        turn = 2 * np.pi * number / FRAME_COUNT
        pixels = np.zeros((size.height, size.width, 4), np.uint8)
        for part in range(3):
            pixels[..., part] = 128 + 100 * np.sin(across / 70 + down / (50 + 20 * part) + turn + part)
        left = number * size.width // FRAME_COUNT
        pixels[down // 3 % 2 + (across - left) // 40 % 3 == 0] = 255
        pixmaps.append(connection.generate_id())
        core.CreatePixmap(screen.root_depth, pixmaps[-1], screen.root, size.width, size.height)
        core.PutImage(
            x.ImageFormat.ZPixmap, pixmaps[-1], context, size.width, size.height, 0, 0, 0, screen.root_depth,
            pixels.nbytes, pixels.tobytes(),
        )  # fmt: skip
    core.GetInputFocus().reply()
    print("plays", flush=True)
    number = 0
    while not ends.wait(1 / FRAMES_PER_SECOND):
        number += 1
        core.CopyArea(pixmaps[number % FRAME_COUNT], screen.root, context, 0, 0, 0, 0, size.width, size.height)
        connection.flush()
    core.GetInputFocus().reply()


if __name__ == "__main__":
    main()
