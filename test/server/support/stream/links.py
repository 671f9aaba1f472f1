"""A simulated link with a browser at its end, and an encoder whose frames vary in size, in simulated time."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field

from jupyter_vnc_proxy.stream.video.engine import Rate
from jupyter_vnc_proxy.stream.video.frame_rate import FrameRateLimiter
from jupyter_vnc_proxy.stream.video.link import BYTES_PER_KILOBIT
from jupyter_vnc_proxy.stream.video.pacing import TICK_SECONDS, Pacer

MAX_KBPS = 10_000.0
"""Kilobits per second of the video on a link that doesn't limit it."""


@dataclass
class FakeLink:
    """``kbps``: kilobits per second. ``delay``: seconds of a round trip. ``paint``: seconds to paint a frame.

    ``noise``: seconds by which answers are late, at most. ``min_frame_kilobits``: kilobits of the smallest frame.
    ``reads_ahead``: whether the browser reads on while it paints.
    ``skips``: whether the encoder can predict past a frame that isn't sent.
    """

    kbps: float
    delay: float
    paint: float = 0.005
    noise: float = 0.002
    min_frame_kilobits: float = 2.0
    reads_ahead: bool = False
    skips: bool = False
    now: float = 0.0
    ages: list[float] = field(default_factory=list)
    frames: int = 0

    def __post_init__(self) -> None:
        self.pacer = Pacer()
        self.limiter = FrameRateLimiter()
        self.random = random.Random(1)
        self.free_at = self.painted_at = self.next_frame = self.next_ping = self.next_tick = 0.0
        self.answered_at = self.painted_answered_at = 0.0
        self.number = 0
        self.lagging = False
        self.events: list[tuple[float, int, str, int]] = []
        self._order = itertools.count()

    def send(self, kilobits: float) -> None:
        """Send an update; schedule the answers for when it has crossed the link and when it is painted."""
        self.number += 1
        self.pacer.sent(self.now, self.number, round(kilobits * BYTES_PER_KILOBIT))
        self.free_at = max(self.free_at, self.now) + kilobits / self.kbps
        # noVNC reads a frame after it has painted the one before.
        arrived = self.free_at + self.delay / 2
        read = arrived if self.reads_ahead else max(arrived, self.painted_at)
        self.painted_at = max(read, self.painted_at) + self.paint
        self._answer(read, "arrived", self.number)
        self._answer(self.painted_at, "painted", self.number)
        self.ages.append(self.painted_at - self.now)

    def ping(self) -> None:
        self.number += 1
        self.pacer.link.ping_sent(self.now, self.number)
        self._answer(max(self.free_at, self.now) + self.delay / 2, "ping", self.number)

    def open(self) -> None:
        """Do what a server does first: send the whole screen as tiles."""
        self.ping()
        self.wait(self.now + self.delay + 0.01)
        for _ in range(3):
            self.send(self.pacer.burst_bytes(self.now) / BYTES_PER_KILOBIT)
            self.wait(self.painted_at + self.delay)

    def _answer(self, at: float, kind: str, number: int) -> None:
        late = at + self.delay / 2 + self.random.uniform(0, self.noise)
        # In order, as on one connection; painting may be answered after what was read later.
        if kind == "painted" and self.reads_ahead:
            late = self.painted_answered_at = max(self.painted_answered_at, late)
        else:
            late = self.answered_at = max(self.answered_at, late)
        heapq.heappush(self.events, (late, next(self._order), kind, number))

    def wait(self, until: float) -> None:
        """Receive the answers that arrive until then."""
        while self.events and self.events[0][0] <= until:
            self.now, _, kind, number = heapq.heappop(self.events)
            if kind == "arrived":
                self.pacer.arrived(self.now, number)
            elif kind == "painted":
                self.pacer.painted(self.now, number)
            else:
                self.pacer.link.ping_answered(self.now, number)
        self.now = until

    def play(self, seconds: float) -> Rate:
        """Send video for so long; return the rate at the end. `ages` and `frames` are those of this time."""
        end, self.ages, self.frames = self.now + seconds, [], 0
        rate = self.pacer.rate(self.now, MAX_KBPS)
        self.next_frame, self.next_ping = max(self.next_frame, self.now), max(self.next_ping, self.now)
        while self.now < end:
            self.wait(min(end, self.next_frame, self.next_ping))
            if self.now >= self.next_ping:
                self.ping()
                self.next_ping = self.now + self.random.uniform(0.08, 0.12)
            if self.now < self.next_frame or self.now >= end:
                continue
            before = rate
            if self.now >= self.next_tick:
                self.next_tick = self.now + TICK_SECONDS
                rate = self.pacer.rate(self.now, MAX_KBPS)
                if not self.skips:
                    rate = self.limiter.limit(self.now, rate, self.pacer.video_kbps(self.now, MAX_KBPS))
            self.lagging = self.pacer.in_flight > 0 and (self.lagging or self.pacer.fell_behind(self.now))
            if not self.lagging and (not self.skips or self.pacer.may_send_frame(self.now)):
                is_key = rate.fps != before.fps
                kilobits = max(
                    self.min_frame_kilobits * (1 + 2 * is_key), rate.kbps / rate.fps * self.random.uniform(0.7, 1.1)
                )
                if not is_key:
                    self.limiter.encoded(round(kilobits * BYTES_PER_KILOBIT), rate)
                self.send(kilobits)
                self.frames += 1
            self.next_frame = self.now + 1 / rate.fps
        return rate

    def age_quantile(self, share: float) -> float:
        """Return the age, in seconds, that ``share`` of the frames had at most when they were painted."""
        return sorted(self.ages)[int(share * (len(self.ages) - 1))]
