"""A film on a display's root window: pictures that an X client copies to it one after the other."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import xcffib.xproto as x

from jupyter_vnc_proxy.system.x_display import connect
from support.displays import Display
from support.stream.decoders import RGB

PICTURES = 12


def smooth(width: int, height: int) -> RGB:
    """Return (PICTURES, height, width, 3): colours that move a little, which take an encoder little."""
    down, across = np.mgrid[0:height, 0:width] * (2 * np.pi / 300)
    made = np.empty((PICTURES, height, width, 3), np.uint8)
    for number, each in enumerate(made):
        turn = 0.3 * np.sin(2 * np.pi * number / PICTURES)
        for part, wave in enumerate((across + turn, down - turn, across + down + turn)):
            each[..., part] = 128 + 90 * np.sin(wave + part)
    return made


def noisy(width: int, height: int) -> RGB:
    """Return the same with grain over it, which takes an encoder all that it is given."""
    grain = np.random.default_rng(1).integers(0, 60, (PICTURES, height // 2, width // 2, 3), np.uint8)
    noisy: RGB = smooth(width, height) // 2 + grain.repeat(2, 1).repeat(2, 2)
    return noisy


class Film:
    """Plays while it is entered, from the upper left corner, ``rate`` pictures a second."""

    def __init__(self, display: Display, pictures: RGB, rate: float = 30) -> None:
        self.pictures = pictures
        self._rate = rate
        self._connection = connect(display.name, display.xauthority)
        self._core = self._connection.core
        screen = self._connection.get_setup().roots[0]
        self._root = screen.root
        self._context = self._connection.generate_id()
        self._core.CreateGC(self._context, self._root, x.GC.GraphicsExposures, [0])
        self._pixmaps = [self._upload(each, screen) for each in pictures]
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._play)

    def _upload(self, picture: RGB, screen: Any) -> int:
        height, width = picture.shape[:2]
        data = np.zeros((height, width, 4), np.uint8)
        data[..., 2::-1] = picture
        pixmap: int = self._connection.generate_id()
        self._core.CreatePixmap(screen.root_depth, pixmap, self._root, width, height)
        self._core.PutImage(
            x.ImageFormat.ZPixmap, pixmap, self._context, width, height, 0, 0, 0, screen.root_depth,
            data.nbytes, data.tobytes(),
        )  # fmt: skip
        self._core.GetInputFocus().reply()
        return pixmap

    def _play(self) -> None:
        height, width = self.pictures.shape[1:3]
        number, began = 0, time.monotonic()
        while not self._ends.wait(max(0.0, began + number / self._rate - time.monotonic())):
            pixmap = self._pixmaps[number % len(self._pixmaps)]
            self._core.CopyArea(pixmap, self._root, self._context, 0, 0, 0, 0, width, height)
            self._connection.flush()
            number += 1
        self._core.GetInputFocus().reply()

    def __enter__(self) -> Film:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._connection.disconnect()
