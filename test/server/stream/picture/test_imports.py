"""What encoding a picture imports: what numpy loads on demand takes memory, and time in the first picture."""

from __future__ import annotations

import subprocess

from jupyter_vnc_proxy.system.own_python import own_python_code

ENCODE = """
import sys
import numpy as np
from jupyter_vnc_proxy.rfb import encodings
from jupyter_vnc_proxy.rfb.pixel_format import NATIVE
from jupyter_vnc_proxy.stream.picture.encoders.table import ENCODERS
from jupyter_vnc_proxy.stream.picture.framebuffer import tile_flags
from jupyter_vnc_proxy.stream.picture.pixel_memory import PixelMemory
from jupyter_vnc_proxy.stream.x11 import source

before = set(sys.modules)
colours = np.arange(64 * 64, dtype=np.uint32).reshape(64, 64)
for picture in (colours, colours % 20, colours % 2, colours * 0):
    pixels = picture.view(np.uint8).reshape(64, 64, 4)
    changed = tile_flags(64, 64)
    memory = PixelMemory(64, 64)
    memory.pixels[...] = 7
    memory.update(pixels, 0, 0, changed)
    assert changed.all()
    for make in ENCODERS.values():
        assert make().encode(pixels, NATIVE)
print(*sorted(name for name in set(sys.modules) - before if name.partition(".")[0] == "numpy"))
"""


def test_an_exact_picture_needs_no_more_of_numpy_than_is_loaded_at_the_start() -> None:
    done = subprocess.run(own_python_code(ENCODE), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
