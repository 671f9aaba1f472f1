"""Pictures for encoders: (height, width, 4) in BGRX, cut out of a larger screen, with rubbish in the unused byte."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from jupyter_vnc_proxy.stream.picture.encoders.pixels import Pixels


def picture(width: int, height: int, colours: int, seed: int = 0) -> Pixels:
    """Return pixels of exactly ``colours`` colours (0: noise), in no order."""
    random = np.random.default_rng(seed)
    screen = random.integers(0, 256, (height + 3, width + 5, 4), dtype=np.uint8)
    if colours:
        numbers = random.choice(1 << 24, colours, replace=False).astype("<u4")
        palette = numbers[:, np.newaxis].view(np.uint8)[:, :3]
        indices = random.integers(0, colours, height * width)
        indices[:colours] = np.arange(min(colours, height * width))
        screen[1 : height + 1, 2 : width + 2, :3] = palette[random.permutation(indices)].reshape(height, width, 3)
    return screen[1 : height + 1, 2 : width + 2]


def rgb(pixels: Pixels) -> Pixels:
    return pixels[..., 2::-1]


def pictures(widest: int = 80, highest: int = 70) -> st.SearchStrategy[Pixels]:
    return st.builds(
        lambda width, height, colours, seed: picture(width, height, min(colours, width * height), seed),
        st.integers(1, widest),
        st.integers(1, highest),
        st.sampled_from([0, 1, 2, 3, 4, 5, 15, 16, 17, 100, 255, 256, 257]),
        st.integers(0, 1 << 30),
    )
