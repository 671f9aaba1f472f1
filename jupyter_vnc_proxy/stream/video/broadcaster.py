"""What all viewers share: tiles while little changes, one H.264 stream while much of the screen moves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from ..picture.framebuffer import Framebuffer, Tiles
from .client import VideoClient, VideoStatus
from .decoder_fallback import DecoderFallback, VideoLevel
from .engine import EncodedFrame, Engine, PixelfluxEngine
from .motion_detector import MotionDetector
from .video import Video

log = logging.getLogger("jupyter_vnc_proxy.stream")

TICK = 0.05
"""Seconds between two looks at the video while it runs; nothing ticks while the screen is at rest."""

ENCODERS = 2
"""Videos at once: one for most viewers, one for those that can't keep up with it. Others are sent tiles."""

SLOW, CAUGHT_UP = 0.5, 0.8
"""Shares of the best viewer's kilobits: below the first a viewer gets a slower video, above the second the best one."""

STAYS = 3.0
"""Seconds that a viewer watches a video before it is given another."""

UNPAINTED = 0.25
"""Seconds between two looks at viewers that have not painted, at rest, what they were sent while the screen moved."""


class Broadcaster:
    """Sends the screen's picture to ``viewers``, a list that the server keeps.

    Tiles go out exactly and at once. While much of the screen moves, the engine's pictures go to every viewer that
    takes them; when it has come to rest, what the video left inexact follows as tiles.
    """

    def __init__(
        self, screen: Framebuffer, viewers: Sequence[VideoClient], recovery: DecoderFallback, status: VideoStatus
    ) -> None:
        self._screen = screen
        self._viewers = viewers
        self._recovery = recovery
        self._make_engine: Callable[[Callable[[EncodedFrame], None]], Engine] | None = None
        self._videos: list[Video] = []
        self._moved: dict[VideoClient, float] = {}
        self._apart: set[VideoClient] = set()
        self._motion = MotionDetector()
        self._ticker: asyncio.Task[None] | None = None
        self._unpainted: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._status = status

    def load_engine(self) -> None:
        """Load the H.264 engine where it is installed; where it isn't, say so and go on without."""
        try:
            make_engine = partial(PixelfluxEngine, configure_capture=self._screen.configure_capture)
            self._videos = [Video(self._screen, make_engine, self._pictured, self._status)]
        except ImportError as error:
            log.warning("no H.264: %s", error)
            self._status.note(f"There is no H.264, so much movement on the screen takes more of the link: {error}.")
        else:
            self._make_engine = make_engine

    # -- what happens -------------------------------------------------------------------------------------------------

    def acknowledged(self, viewer: VideoClient) -> None:
        """A viewer has painted what it was sent."""
        if self._waits_for_video(viewer) and viewer.pacer.in_flight == 0:
            self._join(self._videos[0], [viewer])
        self._send_tiles(viewer)

    def changed(self, tiles: Tiles) -> None:
        """These tiles of the screen have changed."""
        now = time.monotonic()
        for viewer in self._viewers:
            viewer.tiles.changed(tiles, now)
        if self._motion.changed(now, float(tiles.mean())):
            self._start_video()
        for viewer in self._viewers:
            self._send_tiles(viewer)

    def _send_tiles(self, viewer: VideoClient) -> None:
        """Send tiles, but not while a viewer that fell behind is to watch the video again."""
        if not self._waits_for_video(viewer):
            viewer.send_tiles()

    def _waits_for_video(self, viewer: VideoClient) -> bool:
        watches = viewer.in_video or viewer in self._apart
        return bool(self._videos) and self._motion.active and viewer.takes_video and not watches

    def forget(self, viewer: VideoClient) -> None:
        """A viewer has gone."""
        self._moved.pop(viewer, None)
        self._apart.discard(viewer)
        self._leave(viewer)
        self.follow_screen()

    def _pictured(self) -> None:
        self._motion.picture(time.monotonic())

    # -- the video ----------------------------------------------------------------------------------------------------

    def _start_video(self) -> None:
        takers = [viewer for viewer in self._viewers if viewer.takes_video]
        if not self._videos or not takers:
            self._motion.stop()
            return
        self._join(self._videos[0], takers)
        if self._ticker is None and self._videos:
            self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def _join(self, video: Video, viewers: list[VideoClient]) -> None:
        now = time.monotonic()
        try:
            video.join(viewers, now)
        except RuntimeError as error:
            self._give_up(error)
            return
        for viewer in viewers:
            self._moved[viewer] = now
        self.follow_screen()

    def _give_up(self, error: RuntimeError) -> None:
        """Go on with tiles where the engine can't go on."""
        log.warning("no H.264 any more: %s", error)
        self._status.encoder(None)
        self._status.note(f"There is no H.264 any more, so much movement takes more of the link: {error}.")
        self.stop()
        self._videos.clear()

    def follow_screen(self) -> None:
        """Look at what is drawn only where somebody is to be sent tiles; before a video there is nothing to compare."""
        self._screen.track_changes(
            any(not viewer.in_video and not self._waits_for_video(viewer) for viewer in self._viewers)
        )

    async def _tick(self) -> None:
        while time.monotonic() < self._motion.rest_at():
            await asyncio.sleep(min(TICK, max(0.005, self._motion.rest_at() - time.monotonic())))
            now = time.monotonic()
            self._ticks += 1
            nobody_compares = not any(video.viewers for video in self._videos)
            self._motion.drawn(now, self._screen.damaged_share(), is_change=nobody_compares)
            try:
                self._look_for_hung(now)
                for video in self._videos:
                    self._look_after(video, now)
                    video.follow(now)
                self._sort(now)
            except RuntimeError as error:
                self._ticker = None
                self._give_up(error)
                return
            self.follow_screen()
        self._ticker = None
        self.stop()

    def _look_after(self, video: Video, now: float) -> None:
        for viewer in list(video.viewers):
            if viewer.pacer.fell_behind(now) and not viewer.needs_key_frame:
                video.leave(viewer)  # it joins again when it has painted what is under way
            elif self._ticks % 2:
                viewer.ping()

    def _look_for_hung(self, now: float) -> None:
        """Look at all who take video: one that hangs has fallen behind before, and watches none any more."""
        for viewer in list(self._viewers):
            if viewer.takes_video and viewer.pacer.is_stuck(now):
                self._hung(viewer, now)

    def _look_for_unpainted(self) -> None:
        """Go on to look after the motion has ended, until all is painted."""
        self._unpainted = None
        if self._motion.active:
            return
        self._look_for_hung(time.monotonic())
        if any(viewer.takes_video and viewer.pacer.in_flight for viewer in self._viewers):
            self._unpainted = asyncio.get_running_loop().call_later(UNPAINTED, self._look_for_unpainted)

    def _hung(self, viewer: VideoClient, now: float) -> None:
        """A decoder gets one reset; a viewer that goes on no better is sent away, and given less when it comes back."""
        if viewer.reset_decoder():
            if self._motion.active and self._videos:
                self._leave(viewer)
                self._join(self._videos[0], [viewer])
            return
        trust = self._recovery.hung(now, viewer.video_level, viewer.takes_full_chroma)
        without = "4:4:4" if trust == VideoLevel.HALVED_CHROMA else "H.264"
        log.warning("a viewer's decoder hangs; it goes on without %s", without)
        self._status.note(f"A browser stopped decoding the video, so it goes on without {without}.")
        self._leave(viewer)
        viewer.abort()

    def _leave(self, viewer: VideoClient) -> None:
        for video in self._videos:
            video.leave(viewer)

    def _sort(self, now: float) -> None:
        """Give viewers that can't keep up a video of their own, and those that can the first one again."""
        watching = [viewer for video in self._videos for viewer in video.viewers]
        if len(watching) + len(self._apart) < 2:
            return
        first = self._videos[0]
        rates = {viewer: first.rate_for(viewer, now).kilobits for viewer in (*watching, *self._apart)}
        best = max(rates.values())
        ripe = {viewer: kilobits for viewer, kilobits in rates.items() if now - self._moved.get(viewer, now) > STAYS}
        slow = [viewer for viewer, kilobits in ripe.items() if viewer in first.viewers and kilobits < SLOW * best]
        others = [viewer for viewer in ripe if viewer not in first.viewers]
        back = [viewer for viewer in others if rates[viewer] > CAUGHT_UP * best or not first.viewers]
        if slow and len(self._videos) < min(ENCODERS, self._screen.max_captures) and self._make_engine is not None:
            self._videos.append(Video(self._screen, self._make_engine, self._pictured, self._status))
        last = self._videos[-1]
        if last is first:
            self._set_apart(slow)  # a display that can be captured but once
        else:
            best_of_last = max((rates[viewer] for viewer in last.viewers), default=0)
            self._set_apart([each for each in ripe if each in last.viewers and rates[each] < SLOW * best_of_last])
            self._move(slow, last)
        self._move(back, first)

    def _move(self, viewers: list[VideoClient], target: Video) -> None:
        for viewer in viewers:
            self._leave(viewer)
            self._apart.discard(viewer)
        if target in self._videos:  # else the engine has just broken
            self._join(target, viewers)

    def _set_apart(self, viewers: list[VideoClient]) -> None:
        """Send tiles to those for whom there is no encoder."""
        for viewer in viewers:
            self._leave(viewer)
            self._apart.add(viewer)
            self._moved[viewer] = time.monotonic()
            viewer.send_tiles()

    def stop(self) -> None:
        """End the video, if there is one; what it left inexact follows."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        if not self._motion.active:
            return
        self._motion.stop()
        self._apart.clear()
        for video in self._videos:
            video.stop()
        self.follow_screen()
        for viewer in self._viewers:
            viewer.send_tiles()
        if self._unpainted is None:
            self._look_for_unpainted()
