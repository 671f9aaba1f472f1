"""Plays recordings, and draws what makes them large."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import xcffib.xproto

from jupyter_vnc_proxy.system.x_display import connect

TOLERANCE = 12
"""How far a colour may be from what was drawn, after it was encoded."""

SIDE = 240
"""Width and height of the noise, in pixels: one request has room for it."""


@dataclass(frozen=True)
class Played:
    """The frames of a recording, in RGB, and the time of each in seconds."""

    frames: list[npt.NDArray[np.uint8]]
    times: list[float]
    codec: str

    def shows(self, index: int, place: tuple[int, int], colour: str) -> bool:
        """Return whether a frame has about this colour (RRGGBB) at a place."""
        wanted = np.frombuffer(bytes.fromhex(colour), np.uint8).astype(int)
        x, y = place
        return bool(np.abs(self.frames[index][y, x].astype(int) - wanted).max() <= TOLERANCE)


def play(file: Path) -> Played:
    with av.open(str(file)) as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        frames = list(container.decode(stream))
        pictures = [frame.to_ndarray(format="rgb24") for frame in frames]
        return Played(pictures, [frame.time or 0.0 for frame in frames], stream.codec_context.name)


def draw_noise(display: str, xauthority: Path) -> None:
    """Draw what no encoder makes small."""
    connection = connect(display, xauthority)
    try:
        root = connection.get_setup().roots[0].root
        context = connection.generate_id()
        connection.core.CreateGC(context, root, xcffib.xproto.GC.SubwindowMode, [1])
        pixels = os.urandom(SIDE * SIDE * 4)
        form, depth = xcffib.xproto.ImageFormat.ZPixmap, 24
        connection.core.PutImage(
            form, root, context, SIDE, SIDE, 300, 200, 0, depth, len(pixels), struct.unpack(f"{len(pixels)}B", pixels)
        )
        connection.core.GetInputFocus().reply()
    finally:
        connection.disconnect()
