"""Sends the screen to all clients: tiles to each, or a video that they share while the screen is in motion."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from ..picture.framebuffer import Framebuffer, Tiles
from .client import VideoClient, VideoStatus
from .decoder_fallback import DecoderFallback, VideoLevel
from .engine import EncodedFrame, Engine, PixelfluxEngine, engine_problem
from .motion_detector import MotionDetector
from .pacing import TICK_SECONDS
from .video import Video

log = logging.getLogger("jupyter_vnc_proxy.stream")

MIN_TICK_SECONDS = 0.005
"""Seconds of the shortest wait for the end of motion."""

MAX_ENCODERS = 2
"""Videos at once: one for most clients, one for slower ones. Even slower clients are sent tiles."""

SLOW_SHARE = 0.5
"""Share of the best client's bitrate below which a client gets a slower video."""

CAUGHT_UP_SHARE = 0.8
"""Share of the best client's bitrate above which a client gets the best video again."""

MIN_STAY_SECONDS = 3.0
"""Seconds that a client watches a video before it gets another one."""

HANG_CHECK_SECONDS = 0.25
"""Seconds between two checks for hung decoders after motion has ended."""


class Broadcaster:
    """Serves ``clients``, a list that the server keeps, from a framebuffer (see the package's state diagrams)."""

    def __init__(
        self,
        framebuffer: Framebuffer,
        clients: Sequence[VideoClient],
        fallback: DecoderFallback,
        status: VideoStatus,
    ) -> None:
        self._framebuffer = framebuffer
        self._clients = clients
        self._fallback = fallback
        self._make_engine: Callable[[Callable[[EncodedFrame], None]], Engine] | None = None
        self._videos: list[Video] = []
        self._assigned_at: dict[VideoClient, float] = {}
        self._set_aside: set[VideoClient] = set()
        self._motion = MotionDetector()
        self._ticker: asyncio.Task[None] | None = None
        self._hang_check: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._status = status

    def find_engine(self) -> None:
        """Find the H.264 engine, to load it when motion begins; if it can't be, report that and serve tiles only."""
        if (problem := engine_problem()) is not None:
            self._report_missing(problem)
            return
        configure = self._framebuffer.configure_capture
        self._make_engine = partial(PixelfluxEngine, configure_capture=configure, failed=self._disable_video)

    def _report_missing(self, problem: object) -> None:
        log.warning("H.264 is unavailable: %s", problem)
        self._status.note(f"H.264 is unavailable, so video and animations use more bandwidth: {problem}.")

    def _load_engine(self) -> None:
        """Load the engine, which takes 10 ms and 2 MB of memory that desktops without motion don't need."""
        if self._make_engine is None or self._videos:
            return
        try:
            self._videos = [Video(self._framebuffer, self._make_engine, self._frame_encoded, self._status)]
        except ImportError as error:
            self._make_engine = None
            self._report_missing(error)

    # -- events -------------------------------------------------------------------------------------------------------

    def acknowledged(self, client: VideoClient) -> None:
        """A client has painted an update."""
        if self._is_catching_up(client) and client.pacer.in_flight == 0:
            self._join(self._videos[0], [client])
        self._send_tiles(client)

    def changed(self, tiles: Tiles) -> None:
        """These tiles of the screen have changed."""
        now = time.monotonic()
        for client in self._clients:
            client.tiles.changed(tiles, now)
        if self._motion.changed(now, float(tiles.mean())):
            self._start_video()
        for client in self._clients:
            self._send_tiles(client)

    def _send_tiles(self, client: VideoClient) -> None:
        if not self._is_catching_up(client):
            client.send_tiles()

    def _is_catching_up(self, client: VideoClient) -> bool:
        """Return whether a client is to watch the video once it has painted everything."""
        has_place = client.in_video or client in self._set_aside
        return bool(self._videos) and self._motion.active and client.takes_video and not has_place

    def forget(self, client: VideoClient) -> None:
        """A client has disconnected."""
        self._assigned_at.pop(client, None)
        self._set_aside.discard(client)
        self._leave(client)
        self.update_tracking()

    def _frame_encoded(self) -> float:
        now = time.monotonic()
        self._motion.frame_encoded(now)
        return now

    # -- video --------------------------------------------------------------------------------------------------------

    def _start_video(self) -> None:
        clients = [client for client in self._clients if client.takes_video]
        if clients:
            self._load_engine()
        if not self._videos or not clients or not self._videos[0].is_ready:
            self._motion.stop()
            return
        self._join(self._videos[0], clients)
        if self._ticker is None and self._videos:
            self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def _join(self, video: Video, clients: list[VideoClient]) -> None:
        now = time.monotonic()
        try:
            video.join(clients, now)
        except RuntimeError as error:
            self._disable_video(error)
            return
        for client in clients:
            self._assigned_at[client] = now
        self.update_tracking()

    def _disable_video(self, error: RuntimeError) -> None:
        """Serve tiles only after the engine has failed."""
        log.warning("H.264 has failed: %s", error)
        self._status.encoder(None)
        self._status.note(f"H.264 has failed, so video and animations use more bandwidth: {error}.")
        self.stop()
        self._videos.clear()
        self._make_engine = None

    def update_tracking(self) -> None:
        """Compare pixels only if a client is sent tiles: the engine finds changes. Without clients, release them."""
        self._framebuffer.track_changes(
            any(not client.in_video and not self._is_catching_up(client) for client in self._clients)
        )
        if not self._clients:
            self._framebuffer.release()

    async def _tick(self) -> None:
        while time.monotonic() < self._motion.rest_at():
            await asyncio.sleep(min(TICK_SECONDS, max(MIN_TICK_SECONDS, self._motion.rest_at() - time.monotonic())))
            now = time.monotonic()
            self._ticks += 1
            is_unwatched = not any(video.clients for video in self._videos)
            self._motion.damaged(now, self._framebuffer.damaged_share(), is_change=is_unwatched)
            try:
                self._check_decoders(now)
                for video in self._videos:
                    self._check_clients(video, now)
                    video.update(now)
                self._assign(now)
            except RuntimeError as error:
                self._ticker = None
                self._disable_video(error)
                return
            self.update_tracking()
        self._ticker = None
        self.stop()

    def _check_clients(self, video: Video, now: float) -> None:
        """Take clients that fell behind off the video, and ping the others at every second tick."""
        for client in list(video.clients):
            if client.pacer.fell_behind(now, video.may_stall) and not client.needs_key_frame:
                video.leave(client)
            elif self._ticks % 2:
                client.ping()

    def stop(self) -> None:
        """Stop the video and send exact tiles."""
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        if not self._motion.active:
            return
        self._motion.stop()
        self._set_aside.clear()
        for video in self._videos:
            video.stop()
        self.update_tracking()
        for client in self._clients:
            client.send_tiles()
        if self._hang_check is None:
            self._check_decoders_at_rest()

    # -- hung decoders ------------------------------------------------------------------------------------------------

    def _check_decoders(self, now: float) -> None:
        """Check all clients that take video: one that hangs fell behind before, so it watches no video now."""
        for client in list(self._clients):
            if client.takes_video and client.pacer.decoder_hangs(now):
                self._decoder_hung(client, now)

    def _check_decoders_at_rest(self) -> None:
        """Repeat the check after motion has ended, until everything is painted."""
        self._hang_check = None
        if self._motion.active:
            return
        self._check_decoders(time.monotonic())
        if any(client.takes_video and client.pacer.in_flight for client in self._clients):
            loop = asyncio.get_running_loop()
            self._hang_check = loop.call_later(HANG_CHECK_SECONDS, self._check_decoders_at_rest)

    def _decoder_hung(self, client: VideoClient, now: float) -> None:
        """Reset a client's decoder, or disconnect the client if that was tried before."""
        if client.reset_decoder():
            if self._motion.active and self._videos:
                self._leave(client)
                self._join(self._videos[0], [client])
            return
        level = self._fallback.decoder_hung(now, client.video_level, client.takes_full_chroma)
        without = "4:4:4" if level == VideoLevel.HALVED_CHROMA else "H.264"
        log.warning("disconnect a client whose decoder hangs; it continues without %s", without)
        self._status.note(f"A browser stopped decoding the video, so it continues without {without}.")
        self._leave(client)
        client.abort()

    # -- slow clients -------------------------------------------------------------------------------------------------

    def _assign(self, now: float) -> None:
        """Move slow clients to a second video, or set them aside, and move clients that caught up to the first one."""
        watching = [client for video in self._videos for client in video.clients]
        if len(watching) + len(self._set_aside) < 2:
            return
        first = self._videos[0]
        kbps = {client: first.rate_for(client, now).kbps for client in (*watching, *self._set_aside)}
        best = max(kbps.values())
        movable = [client for client in kbps if now - self._assigned_at.get(client, now) > MIN_STAY_SECONDS]
        slow = [client for client in movable if client in first.clients and kbps[client] < SLOW_SHARE * best]
        others = [client for client in movable if client not in first.clients]
        caught_up = [client for client in others if kbps[client] > CAUGHT_UP_SHARE * best or not first.clients]
        max_encoders = min(MAX_ENCODERS, self._framebuffer.max_captures)
        if slow and len(self._videos) < max_encoders and self._make_engine is not None:
            self._videos.append(Video(self._framebuffer, self._make_engine, self._frame_encoded, self._status))
        last = self._videos[-1]
        if last is first:
            self._put_aside(slow)
        else:
            best_of_last = max((kbps[client] for client in last.clients), default=0)
            slowest = [each for each in movable if each in last.clients and kbps[each] < SLOW_SHARE * best_of_last]
            self._put_aside(slowest)
            self._move(slow, last)
        self._move(caught_up, first)

    def _move(self, clients: list[VideoClient], target: Video) -> None:
        for client in clients:
            self._leave(client)
            self._set_aside.discard(client)
        if target in self._videos:  # otherwise the engine has just failed
            self._join(target, clients)

    def _put_aside(self, clients: list[VideoClient]) -> None:
        """Send tiles to clients although they could decode the video."""
        for client in clients:
            self._leave(client)
            self._set_aside.add(client)
            self._assigned_at[client] = time.monotonic()
            client.send_tiles()

    def _leave(self, client: VideoClient) -> None:
        for video in self._videos:
            video.leave(client)
