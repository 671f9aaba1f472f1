"""One encoder and the clients that watch it: their common rate, and the chroma."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..picture.framebuffer import Framebuffer
from .client import VideoClient, VideoStatus
from .encoder_load import EncoderLoad
from .encoder_profile import EncoderProfile, max_bitrate_kbps, profile_for
from .engine import EncodedFrame, Engine, Rate, even_size
from .frame_chain import FrameChain
from .frame_rate import FrameRateLimiter
from .link import BYTES_PER_KILOBIT

MIN_CHROMA_SECONDS = 2.5
"""Seconds between two changes of the chroma: each costs a key frame, whose quality takes a second to recover."""

LIGHT_SHARE = 0.3
"""Share of the maximum bitrate below which a video is light, and becomes 4:4:4."""

HEAVY_SHARE = 0.45
"""Share of the maximum bitrate from which a video is no longer light, and becomes 4:2:0."""

FULL_CHROMA_KEY_BITS_PER_PIXEL = 0.33
"""Bits per pixel of a 4:4:4 key frame of text at the coarsest quantiser: no bitrate makes it smaller."""

MAX_KEY_FRAME_SECONDS = 0.15
"""Seconds that the link may take for such a key frame; on a slower link a video is 4:2:0, whose have half the size."""

LARGE_SCREEN_PIXELS = 1_500_000
"""Pixels of a screen from which a video begins with 4:2:0, because 4:4:4 may be too much for a browser."""

MAX_LOAD_FULL_CHROMA = 0.6
"""Share of its time that a browser may spend painting 4:4:4, or the encoder encoding it."""

MAX_LOAD_HALVED_CHROMA = 0.5
"""Share of its time that a browser may spend painting 4:2:0 if it is to get 4:4:4."""

MAX_ENCODER_LOAD_HALVED_CHROMA = 0.3
"""Share of its time that the encoder may spend on 4:2:0 if it is to encode 4:4:4, which takes twice as long."""

OVERLOAD_SECONDS = 60.0
"""Seconds without 4:4:4 after one of these loads was exceeded, or a link was too slow for it."""

FRAME_SIZE_SMOOTHING = 0.05
"""Weight of the newest frame in the mean of the frame sizes that chooses the chroma."""


class Video:
    """An engine, made by ``make_engine(deliver)``, that runs while clients watch.

    Each frame calls ``on_frame()``, which returns the time.
    """

    def __init__(
        self,
        framebuffer: Framebuffer,
        make_engine: Callable[[Callable[[EncodedFrame], None]], Engine],
        on_frame: Callable[[], float],
        status: VideoStatus,
    ) -> None:
        self._framebuffer = framebuffer
        self._engine = make_engine(self._deliver)
        self._on_frame = on_frame
        self._status = status
        self._described = False
        self.clients: list[VideoClient] = []
        self._chains: dict[VideoClient, FrameChain] = {}
        self._skips_frames = False
        self._running = False
        self._profile = EncoderProfile(0)
        self._started_at = float("-inf")
        self._rate = Rate(0)
        self._frame_kilobits = 0.0
        self._is_light = True
        self._full_chroma_from = float("-inf")
        self._limiter = FrameRateLimiter()
        self._encoder_load = EncoderLoad()

    @property
    def is_ready(self) -> bool:
        """Whether it can start at once."""
        return self._running or self._engine.is_ready

    @property
    def may_stall(self) -> bool:
        """Whether a client may stall for a while: nobody else watches, and frames can be skipped."""
        return self._skips_frames and len(self.clients) == 1

    # -- clients ------------------------------------------------------------------------------------------------------

    def join(self, clients: Sequence[VideoClient], now: float) -> None:
        """Add clients; they watch from the next key frame. Raise ``RuntimeError`` if the engine can't start."""
        if not clients:
            return
        for client in clients:
            client.join_video()
        self.clients += clients
        if self._running:
            self._engine.request_key_frame()
            return
        if self._framebuffer.width * self._framebuffer.height >= LARGE_SCREEN_PIXELS:
            self._full_chroma_from = max(self._full_chroma_from, now + MIN_CHROMA_SECONDS)
        self._encoder_load = EncoderLoad()
        self._start(now)

    def leave(self, client: VideoClient) -> None:
        """Remove a client; stop the engine after the last one."""
        if client in self.clients:
            self.clients.remove(client)
            self._chains.pop(client, None)
            client.leave_video()
        if not self.clients:
            self.stop()

    def stop(self) -> None:
        """Stop the engine and remove all clients."""
        if self._running:
            self._running = False
            self._engine.stop()
        clients, self.clients = self.clients, []
        self._chains.clear()
        for client in clients:
            client.leave_video()

    # -- encoding -----------------------------------------------------------------------------------------------------

    def update(self, now: float) -> None:
        """Give the engine the rate and the chroma that suit all clients. Call it at each tick."""
        if not self._running:
            return
        rate, profile = self._wanted(now)
        if profile != self._profile and now - self._started_at > MIN_CHROMA_SECONDS:
            for client in self.clients:
                client.needs_key_frame = True
            self._start(now)
        else:
            self._engine.set_rate(rate)
        self._rate = rate

    def rate_for(self, client: VideoClient, now: float) -> Rate:
        """Return the rate that one client can take."""
        return client.pacer.rate(now, self._max_kbps(client))

    def _max_kbps(self, client: VideoClient) -> float:
        """Return the kilobits per second that its quality level allows, and the encoder's load."""
        return max_bitrate_kbps(client.quality, *even_size(self._framebuffer)) * self._encoder_load.bitrate_share

    def _wanted(self, now: float) -> tuple[Rate, EncoderProfile]:
        """Return the rate and the profile that all clients can take."""
        rates = [self.rate_for(client, now) for client in self.clients]
        fps = min(self._encoder_load.fps(now), *(each.fps for each in rates))
        rate = Rate(min(each.kbps for each in rates), fps)
        max_kbps = min(self._max_kbps(client) for client in self.clients)
        min_qp = max(profile_for(client.quality).min_qp for client in self.clients)
        profile = EncoderProfile(min_qp, self._wants_full_chroma(now, min(max_kbps, rate.kbps)))
        if self._skips_frames:  # of frames that are too large, those that would queue are skipped
            return self._limiter.limit(now, rate, float("inf")), profile
        video_kbps = min(client.pacer.video_kbps(now, max_kbps) for client in self.clients)
        return self._limiter.limit(now, rate, video_kbps), profile

    def _wants_full_chroma(self, now: float, max_kbps: float) -> bool:
        """Return whether all clients take 4:4:4, which coloured text needs, and it costs little."""
        painting, encoding = MAX_LOAD_HALVED_CHROMA, MAX_ENCODER_LOAD_HALVED_CHROMA
        if self._profile.full_chroma:
            painting = encoding = MAX_LOAD_FULL_CHROMA
        is_measured = self._running and now - self._started_at > MIN_CHROMA_SECONDS / 2
        is_busy = self._encoder_load.load > encoding or any(each.pacer.paint_load > painting for each in self.clients)
        width, height = even_size(self._framebuffer)
        key_kilobits = FULL_CHROMA_KEY_BITS_PER_PIXEL * width * height / 1000
        if (is_measured and is_busy) or key_kilobits > MAX_KEY_FRAME_SECONDS * max_kbps:
            self._full_chroma_from = now + OVERLOAD_SECONDS
        if now < self._full_chroma_from:
            return False
        used_kbps = self._frame_kilobits * self._rate.fps
        self._is_light = used_kbps < (HEAVY_SHARE if self._is_light else LIGHT_SHARE) * max_kbps
        return self._is_light and all(client.takes_full_chroma for client in self.clients)

    def _start(self, now: float) -> None:
        self._limiter = FrameRateLimiter()
        self._encoder_load.restarted()
        self._rate, self._profile = self._wanted(now)
        self._started_at = now
        self._described = False
        self._engine.start(*even_size(self._framebuffer), self._rate, self._profile)
        self._running = True

    def _deliver(self, frame: EncodedFrame) -> None:
        now = self._on_frame()
        if not self._described:
            self._described = True
            self._status.ask(self._engine.describe)
        self._skips_frames = frame.reference is not None
        self._encoder_load.encoded(frame.waiting_seconds, frame.encoding_seconds)
        if not frame.is_key:
            self._frame_kilobits += FRAME_SIZE_SMOOTHING * (len(frame.data) / BYTES_PER_KILOBIT - self._frame_kilobits)
            self._limiter.encoded(len(frame.data), self._rate)
        sent = [self._send(client, frame, now) for client in self.clients]
        if not all(sent):
            self._engine.request_key_frame()

    def _send(self, client: VideoClient, frame: EncodedFrame, now: float) -> bool:
        """Send a frame to a client unless it would queue; return ``False`` if the client needs a key frame."""
        if frame.reference is None or frame.is_key or client.needs_key_frame:
            sent = client.send_frame(frame)
        else:
            chain = self._chains[client]
            if not chain.decodes(frame) or (chain.may_skip and not client.pacer.may_send_frame(now)):
                chain.skipped()
                self._engine.skip(frame.number)
                return True
            sent = client.send_frame(frame)
        if sent:
            self._chains.setdefault(client, FrameChain()).sent(frame)
        return sent
