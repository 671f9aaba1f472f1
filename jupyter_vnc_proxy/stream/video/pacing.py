"""Decides how much to send to one client: bytes of tiles, bitrate and frame rate of video (see the package)."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from .encoder_profile import MAX_FPS
from .engine import Rate
from .frame_rate import MIN_FPS
from .link import BYTES_PER_KILOBIT, Link

TICK_SECONDS = 0.05
"""Seconds between two looks at a running video."""

# -- tiles ------------------------------------------------------------------------------------------------------------

MAX_TILE_UPDATES_IN_FLIGHT = 2
"""Updates of tiles that the client hasn't painted; more would only show it an older screen."""

BURST_SECONDS = 0.04
"""Seconds of the link's capacity that one update of tiles may fill, so that new changes overtake old ones."""

FIRST_BURST_BYTES = 32 * 1024
"""Bytes of an update of tiles before anything is known of the link."""

MAX_BURST_BYTES = 2 << 20
"""Bytes of an update of tiles on an unlimited link."""

BURST_GROWTH = 4
"""Factor by which the next update may exceed the largest one that arrived, while the link shows no limit."""

# -- bitrate ----------------------------------------------------------------------------------------------------------

VIDEO_SHARE = 0.85
"""Share of the capacity that video takes: encoders exceed their bitrate, and a queue delays every frame."""

MIN_BITRATE_KBPS = 300
"""Kilobits per second of the slowest video; less doesn't make it any better."""

WAIT_WINDOW_SECONDS = 0.3
"""Seconds over which the time is averaged that updates queue."""

MAX_WAIT_SECONDS = 0.01
"""Seconds that updates may queue before the bitrate is lowered."""

HALVING_WAIT_SECONDS = 0.15
"""Seconds of queueing beyond that which halve the bitrate."""

# -- frame rate -------------------------------------------------------------------------------------------------------

PAINT_TIME_SMOOTHING = 0.15
"""Weight of the newest frame in the mean of the paint times."""

PAINT_WINDOW_SECONDS = 0.5
"""Seconds over which painted frames are counted."""

MAX_WAITING_FRAMES = 1.5
"""Frames that may wait in the browser, beyond those that the link holds."""

MAX_UNPAINTED_FRAMES = 2
"""Frames that a client that reads while it decodes may have read and not painted."""

MIN_BUSY_SHARE = 0.6
"""Share of its time that a browser spends painting if it is what limits the frame rate."""

LAGGING_TICKS = 5
"""Ticks in a row at which frames wait before the frame rate is lowered: a browser catches up with one pause itself."""

CATCH_UP_SHARE = 0.9
"""Share of the frame rate that the browser painted at which it catches up."""

FPS_GROWTH = 1.06
"""Factor by which the frame rate is raised at each tick."""

FPS_GROWTH_NEAR_LIMIT = 1.002
"""The same near the frame rate that the browser could not exceed before."""

NEAR_LIMIT_SHARE = 0.9
"""Share of that frame rate from which it is near."""

LIMIT_VALID_SECONDS = 6.0
"""Seconds after which a browser may have become faster."""

# -- clients that fall behind -----------------------------------------------------------------------------------------

MAX_FRAME_AGE_SECONDS = 0.25
"""Seconds beyond the base delay after which a frame that isn't painted takes its client off the video."""

HUNG_DECODER_SECONDS = 2.0
"""Seconds from a frame's arrival after which a browser that hasn't painted it never will."""


class Update(NamedTuple):
    """An update, of tiles or with a frame, that was sent and not painted yet. ``arrived_at`` is ``None`` until read."""

    number: int
    sent_at: float
    size: int
    arrived_at: float | None = None


class Pacer:
    """One client's flow control. Numbers of updates increase."""

    def __init__(self) -> None:
        self.link = Link()
        self._in_flight: deque[Update] = deque()
        self._paints: deque[float] = deque()
        self._fps = MAX_FPS
        self._paint_seconds = 0.0
        self._fps_limit = MAX_FPS
        self._limited_at = self._last_tick = float("-inf")
        self._lagging_ticks = 0
        self._largest_arrived = 0

    # -- events -------------------------------------------------------------------------------------------------------

    def sent(self, now: float, number: int, size: int) -> None:
        """Record that an update of ``size`` bytes was sent."""
        self._in_flight.append(Update(number, now, size))
        self.link.sent(now, number, size)

    def arrived(self, now: float, number: int) -> None:
        """Record that the browser read the update ``number``, and those before it."""
        self.link.arrived(now, number)
        for index, update in enumerate(self._in_flight):
            if update.number > number:
                break
            if update.arrived_at is None:
                self._in_flight[index] = update._replace(arrived_at=now)
            if update.number == number:
                self._largest_arrived = max(self._largest_arrived, update.size)

    def painted(self, now: float, number: int) -> None:
        """Record that the browser painted the update ``number``, and those before it."""
        self.link.painted(now)
        while self._in_flight and self._in_flight[0].number <= number:
            update = self._in_flight.popleft()
            if update.arrived_at is not None:
                began = max(update.arrived_at, self._paints[-1] if self._paints else update.arrived_at)
                self._paint_seconds += PAINT_TIME_SMOOTHING * (now - began - self._paint_seconds)
            self._paints.append(now)
        while self._paints and now - self._paints[0] > PAINT_WINDOW_SECONDS:
            self._paints.popleft()

    # -- tiles --------------------------------------------------------------------------------------------------------

    def may_send_tiles(self) -> bool:
        """Return whether another update of tiles may be sent."""
        return len(self._in_flight) < MAX_TILE_UPDATES_IN_FLIGHT

    def burst_bytes(self, now: float) -> float:
        """Return the bytes that one update of tiles may have."""
        capacity = self.link.capacity_kbps(now)
        if capacity is None:
            return min(MAX_BURST_BYTES, max(FIRST_BURST_BYTES, BURST_GROWTH * self._largest_arrived))
        seconds = max(BURST_SECONDS, self.link.base_delay / MAX_TILE_UPDATES_IN_FLIGHT)
        return capacity * BYTES_PER_KILOBIT * seconds

    # -- video --------------------------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """Updates that are not painted yet."""
        return len(self._in_flight)

    @property
    def _unpainted_frames(self) -> int:
        """Updates that were read and are not painted; at most one if the client doesn't read while it decodes."""
        return sum(update.arrived_at is not None for update in self._in_flight)

    def oldest_age(self, now: float) -> float:
        """Return the seconds since the oldest update in flight was sent; 0 if none is."""
        return now - self._in_flight[0].sent_at if self._in_flight else 0.0

    def fell_behind(self, now: float) -> bool:
        """Return whether the client should catch up before it is sent more video."""
        return self.oldest_age(now) > self.link.base_delay + MAX_FRAME_AGE_SECONDS

    def decoder_hangs(self, now: float) -> bool:
        """Return whether the oldest update arrived long ago and is not painted."""
        arrived_at = self._in_flight[0].arrived_at if self._in_flight else None
        return arrived_at is not None and now - arrived_at > HUNG_DECODER_SECONDS

    def restart_hang_timeout(self, now: float) -> None:
        """Give a decoder that was reset the whole timeout again, as if all that arrived had arrived now."""
        self._in_flight = deque(each._replace(arrived_at=now) if each.arrived_at else each for each in self._in_flight)

    @property
    def paint_load(self) -> float:
        """The share of its time that the browser would paint at the maximum frame rate; above 1 if it can't."""
        return self._paint_seconds * MAX_FPS

    def video_kbps(self, now: float, max_kbps: float) -> float:
        """Return the bitrate that the link takes in the long run, in kilobits per second, at most ``max_kbps``."""
        capacity = self.link.capacity_kbps(now)
        return max_kbps if capacity is None else max(MIN_BITRATE_KBPS, min(max_kbps, VIDEO_SHARE * capacity))

    def rate(self, now: float, max_kbps: float) -> Rate:
        """Return the rate to encode with now: less than in the long run while updates queue, or the browser lags."""
        kbps = self.video_kbps(now, max_kbps)
        if kbps < max_kbps:
            wait = max(0.0, self.link.mean_wait(now, WAIT_WINDOW_SECONDS) - MAX_WAIT_SECONDS)
            kbps = max(MIN_BITRATE_KBPS, kbps * (1 - min(0.5, wait / HALVING_WAIT_SECONDS / 2)))
        if now - self._last_tick >= TICK_SECONDS:
            self._last_tick = now
            self._follow_browser(now)
        return Rate(round(kbps), round(self._fps))

    def _follow_browser(self, now: float) -> None:
        """Raise or lower the frame rate as the browser keeps up."""
        link_seconds = self.link.base_delay + self.link.mean_wait(now, WAIT_WINDOW_SECONDS)
        waiting_frames = len(self._in_flight) - link_seconds * self._fps
        is_busy = self._paint_seconds * self._fps > MIN_BUSY_SHARE
        unread_wait = waiting_frames > MAX_WAITING_FRAMES and self.link.waits_for_browser()
        if is_busy and (unread_wait or self._unpainted_frames > MAX_UNPAINTED_FRAMES):
            self._lagging_ticks += 1
            if self._lagging_ticks >= LAGGING_TICKS and self._paints:
                self._limit_fps(now)
            return
        self._lagging_ticks = 0
        is_limit_valid = is_busy and now - self._limited_at < LIMIT_VALID_SECONDS
        is_near_limit = is_limit_valid and self._fps > NEAR_LIMIT_SHARE * self._fps_limit
        self._fps = min(MAX_FPS, self._fps * (FPS_GROWTH_NEAR_LIMIT if is_near_limit else FPS_GROWTH))

    def _limit_fps(self, now: float) -> None:
        """Lower the frame rate to less than the browser has painted lately."""
        seconds = max(TICK_SECONDS, min(PAINT_WINDOW_SECONDS, now - self._paints[0] + 1 / MAX_FPS))
        self._fps_limit = min(self._fps, len(self._paints) / seconds)
        self._fps = max(MIN_FPS, self._fps_limit * CATCH_UP_SHARE)
        self._limited_at = now
        self._lagging_ticks = 0
