"""One encoder, and the viewers that watch what it makes of the screen."""

from __future__ import annotations

from collections.abc import Callable

from ..picture.framebuffer import Framebuffer
from .client import VideoClient, VideoStatus
from .encoder_profile import max_bitrate_kbps, profile_for
from .engine import EncodedFrame, EncoderProfile, Engine, Rate, even_size
from .pacing import FrameRateLimiter

CHROMA_LASTS = 2.5
"""Seconds between two changes of the chroma: each begins with a key picture, and it takes a second to refine that."""

FULL_COLOUR_FROM, FULL_COLOUR_UNTIL = 0.3, 0.45
"""Shares of the most that a video may take: below the first it becomes 4:4:4, above the second 4:2:0."""

LARGE = 1_500_000
"""Pixels from which on a video begins with 4:2:0: until it has shown that it is light, 4:4:4 may be too much."""

HEAVY, HEAVY_HALVED, SPARES = 0.6, 0.5, 60.0
"""Shares of its time that a browser may paint 4:4:4, or 4:2:0; with more it is spared 4:4:4 for so many seconds."""

SMOOTHING = 0.05
"""Weight of the newest picture in the mean of what is used."""


class Video:
    """Made with ``make_engine(deliver)``; runs while somebody watches. ``on_picture()`` is called with each picture."""

    def __init__(
        self,
        screen: Framebuffer,
        make_engine: Callable[[Callable[[EncodedFrame], None]], Engine],
        on_picture: Callable[[], None],
        status: VideoStatus,
    ) -> None:
        self._screen = screen
        self._engine = make_engine(self._deliver)
        self._on_picture = on_picture
        self._status = status
        self._described = False
        self.viewers: list[VideoClient] = []
        self._running = False
        self._look = EncoderProfile(0)
        self._looked = float("-inf")
        self._rate = Rate(0)
        self._size = 0.0  # kilobits of a picture
        self._light = True
        self._spare_until = float("-inf")
        self._fitting = FrameRateLimiter()

    # -- who watches --------------------------------------------------------------------------------------------------

    def join(self, viewers: list[VideoClient], now: float) -> None:
        """Let more viewers watch, from the next key picture on. Raise ``RuntimeError`` where the engine can't."""
        if not viewers:
            return
        for viewer in viewers:
            viewer.join_video()
        self.viewers += viewers
        if self._running:
            self._engine.request_key_frame()
        else:
            self._begin(now)

    def leave(self, viewer: VideoClient) -> None:
        """Let a viewer watch no longer; without any the engine stops."""
        if viewer in self.viewers:
            self.viewers.remove(viewer)
            viewer.leave_video()
        if not self.viewers:
            self.stop()

    def stop(self) -> None:
        """End the encoder; who watched has seen all there is."""
        if self._running:
            self._running = False
            self._engine.stop()
        left, self.viewers = self.viewers, []
        for viewer in left:
            viewer.leave_video()

    # -- what is made -------------------------------------------------------------------------------------------------

    def follow(self, now: float) -> None:
        """Give the encoder the rate that all who watch can take, and the chroma that is worth it."""
        if not self._running:
            return
        rate, look = self.wanted(now)
        if look != self._look and now - self._looked > CHROMA_LASTS:
            for viewer in self.viewers:
                viewer.needs_key_frame = True
            self._start(now)
        else:
            self._engine.set_rate(rate)
        self._rate = rate

    def wanted(self, now: float) -> tuple[Rate, EncoderProfile]:
        """Return what all who watch can take."""
        rates = [self.rate_for(viewer, now) for viewer in self.viewers]
        rate = Rate(min(each.kilobits for each in rates), min(each.frames for each in rates))
        looks = [profile_for(viewer.quality) for viewer in self.viewers]
        most = min(max_bitrate_kbps(viewer.quality, *even_size(self._screen)) for viewer in self.viewers)
        heavy = HEAVY if self._look.full_chroma else HEAVY_HALVED
        is_judged = self._running and now - self._looked > CHROMA_LASTS / 2
        if is_judged and max(viewer.pacer.load for viewer in self.viewers) > heavy:
            self._spare_until = now + SPARES
        full_chroma = (
            now >= self._spare_until
            and self._is_light(min(most, rate.kilobits))
            and all(viewer.takes_full_chroma for viewer in self.viewers)
        )
        share = min(viewer.pacer.share(now, most) for viewer in self.viewers)
        return self._fitting.fit(now, rate, share), EncoderProfile(max(look.finest for look in looks), full_chroma)

    def _is_light(self, most: float) -> bool:
        """Tell whether 4:4:4, which coloured text needs, takes little: a film is the same without, and cheaper."""
        used = self._size * self._rate.frames
        self._light = used < (FULL_COLOUR_UNTIL if self._light else FULL_COLOUR_FROM) * most
        return self._light

    def rate_for(self, viewer: VideoClient, now: float) -> Rate:
        """Return what one viewer can take."""
        return viewer.pacer.rate(now, max_bitrate_kbps(viewer.quality, *even_size(self._screen)))

    def _begin(self, now: float) -> None:
        if self._screen.width * self._screen.height >= LARGE:
            self._spare_until = max(self._spare_until, now + CHROMA_LASTS)
        self._start(now)

    def _start(self, now: float) -> None:
        self._fitting = FrameRateLimiter()
        self._rate, self._look = self.wanted(now)
        self._looked = now
        self._described = False
        self._engine.start(*even_size(self._screen), self._rate, self._look)
        self._running = True

    def _deliver(self, picture: EncodedFrame) -> None:
        self._on_picture()
        if not self._described:
            self._described = True
            self._status.ask(self._engine.describe)
        if not picture.is_key:
            self._size += SMOOTHING * (len(picture.data) / 125 - self._size)
            self._fitting.encoded(len(picture.data), self._rate)
        waiting = [viewer for viewer in self.viewers if not viewer.send_frame(picture)]
        if waiting:
            self._engine.request_key_frame()
