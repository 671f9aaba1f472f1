"""Print the colours of a grid of pixels of $DISPLAY as `#rrggbb`, row by row: pixels.py WIDTHxHEIGHT+X+Y"""

from __future__ import annotations

import re
import sys

import numpy as np
import xcffib
import xcffib.xproto as x

GRID = 48
"""How many samples are taken each way, as in pixels.ts."""


def main() -> None:
    width, height, left, top = (int(number) for number in re.split(r"[x+]", sys.argv[1]))
    connection = xcffib.connect()
    root = connection.get_setup().roots[0].root
    reply = connection.core.GetImage(x.ImageFormat.ZPixmap, root, left, top, width, height, 0xFFFFFFFF).reply()
    pixels = np.frombuffer(bytes(reply.data), np.uint32).reshape(height, width) & 0xFFFFFF
    rows, columns = (((np.arange(GRID) + 0.5) / GRID * size).astype(int) for size in (height, width))
    print("\n".join(f"#{pixel:06x}" for pixel in pixels[np.ix_(rows, columns)].flat))


if __name__ == "__main__":
    main()
