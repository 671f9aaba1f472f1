"""What all viewers share: tiles while little changes, one H.264 stream while much of the screen moves."""

from __future__ import annotations

import asyncio
import logging
import time

from .engine import Engine, Picture, PixelfluxEngine, Rate
from .motion import Motion
from .source import Screen, Tiles
from .viewer import Viewer, even

log = logging.getLogger("jupyter_vnc_proxy.stream")

TICK = 0.05
"""Seconds between two looks at the shared stream while it runs; nothing ticks while the screen is at rest."""


class SharedStream:
    """Sends the screen's picture to ``viewers``, a list that the server keeps.

    Tiles go out exactly and at once. While much of the screen moves, the engine's pictures go to every viewer that
    takes them; when it has come to rest, what the video left inexact follows as tiles.
    """

    def __init__(self, screen: Screen, viewers: list[Viewer]) -> None:
        self._screen = screen
        self._viewers = viewers
        self._engine: Engine | None = None
        self._motion = Motion()
        self._rate = Rate()
        self._ticker: asyncio.Task[None] | None = None

    def load_engine(self) -> None:
        """Load the H.264 engine where it is installed; where it isn't, say so and go on without."""
        try:
            self._engine = PixelfluxEngine(self._picture)
        except ImportError as error:
            log.warning("no H.264: %s", error)

    def acknowledged(self, viewer: Viewer) -> None:
        """A viewer has painted what it was sent."""
        if not viewer.in_video and self._motion.active and viewer.takes_video and viewer.pacer.in_flight == 0:
            self._join(viewer)
        viewer.send_tiles()

    def changed(self, tiles: Tiles) -> None:
        """These tiles of the screen have changed."""
        now = time.monotonic()
        for viewer in self._viewers:
            viewer.tiles.changed(tiles, now)
        if self._motion.changed(now, float(tiles.mean())):
            self._start_video()
        for viewer in self._viewers:
            viewer.send_tiles()

    def _start_video(self) -> None:
        takers = [viewer for viewer in self._viewers if viewer.takes_video]
        if self._engine is None or not takers:
            self._motion.stop()
            return
        self._rate = min((viewer.pacer.rate() for viewer in takers), key=_thrift)
        try:
            self._engine.start(*even(self._screen), self._rate, full_colour=False)
        except RuntimeError as error:
            log.warning("no H.264 any more: %s", error)
            self._engine = None
            self._motion.stop()
            return
        for viewer in takers:
            viewer.join_video()
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def _join(self, viewer: Viewer) -> None:
        viewer.join_video()
        if self._engine is not None:
            self._engine.request_key()

    def _picture(self, picture: Picture) -> None:
        self._motion.picture(time.monotonic())
        for viewer in self._viewers:
            if viewer.in_video and not viewer.send_picture(picture) and self._engine is not None:
                self._engine.request_key()

    async def _tick(self) -> None:
        while time.monotonic() < self._motion.rest_at():
            await asyncio.sleep(TICK)
            takers = [viewer for viewer in self._viewers if viewer.in_video]
            if takers and self._engine is not None:
                rate = min((viewer.pacer.rate() for viewer in takers), key=_thrift)
                self._engine.change_rate(rate)
        self._ticker = None
        self.stop()

    def stop(self) -> None:
        """End the video, if there is one; what it left inexact follows."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        if not self._motion.active:
            return
        self._motion.stop()
        if self._engine is not None:
            self._engine.stop()
        for viewer in self._viewers:
            viewer.leave_video()
        self._screen.look_everywhere()
        for viewer in self._viewers:
            viewer.send_tiles()


def _thrift(rate: Rate) -> tuple[float, float]:
    return (rate.kilobits or float("inf"), rate.frames)
