"""A link and a browser at its end in fake time, and an encoder that does what it is told as well as encoders do."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field

from jupyter_vnc_proxy.stream.video.engine import Rate
from jupyter_vnc_proxy.stream.video.pacing import FrameRateLimiter, Pacer

MOST = 10_000.0
"""Kilobits a second that the film is given where nothing limits it."""


@dataclass
class FakeLink:
    """``kilobits`` a second, ``delay`` seconds there and back; ``paint``: seconds that the browser takes for a frame.

    ``noise``: answers come late by up to so many seconds. ``least``: kilobits below which the encoder makes no picture.
    """

    kilobits: float
    delay: float
    paint: float = 0.005
    noise: float = 0.002
    least: float = 2.0
    now: float = 0.0
    ages: list[float] = field(default_factory=list)
    frames: int = 0

    def __post_init__(self) -> None:
        self.pacer = Pacer()
        self.fitting = FrameRateLimiter()
        self.random = random.Random(1)
        self.free_at = self.painted_at = self.next_frame = self.next_ping = self.next_look = self.answered_at = 0.0
        self.number = 0
        self.lagging = False
        self.events: list[tuple[float, int, str, int]] = []
        self._order = itertools.count()

    def send(self, kilobits: float) -> None:
        """Send an update, whose answers come when it has crossed the link, and when it was painted."""
        self.number += 1
        self.pacer.sent(self.now, self.number, round(kilobits * 125))
        self.free_at = max(self.free_at, self.now) + kilobits / self.kilobits
        # The browser reads a frame only once it has painted the one before.
        read = max(self.free_at + self.delay / 2, self.painted_at)
        self.painted_at = read + self.paint
        self._answer(read, "arrived", self.number)
        self._answer(self.painted_at, "painted", self.number)
        self.ages.append(self.painted_at - self.now)

    def ping(self) -> None:
        self.number += 1
        self.pacer.link.pinged(self.now, self.number)
        self._answer(max(self.free_at, self.now) + self.delay / 2, "ping", self.number)

    def open(self) -> None:
        """Do what a server does first: send a page of tiles."""
        self.ping()
        self.wait(self.now + self.delay + 0.01)
        for _ in range(3):
            self.send(self.pacer.burst(self.now) / 125)
            self.wait(self.painted_at + self.delay)

    def _answer(self, at: float, kind: str, number: int) -> None:
        # In their order, as on one connection.
        late = self.answered_at = max(self.answered_at, at + self.delay / 2 + self.random.uniform(0, self.noise))
        heapq.heappush(self.events, (late, next(self._order), kind, number))

    def wait(self, until: float) -> None:
        """Let the answers come that come until then."""
        while self.events and self.events[0][0] <= until:
            self.now, _, kind, number = heapq.heappop(self.events)
            if kind == "arrived":
                self.pacer.arrived(self.now, number)
            elif kind == "painted":
                self.pacer.painted(self.now, number)
            else:
                self.pacer.link.answered(self.now, number)
        self.now = until

    def play(self, seconds: float) -> Rate:
        """Send a film for so long; return the rate at the end. `ages` and `frames` are of this time."""
        end, self.ages, self.frames = self.now + seconds, [], 0
        rate = self.pacer.rate(self.now, MOST)
        self.next_frame = max(self.next_frame, self.now)
        while self.now < end:
            self.wait(min(end, self.next_frame, self.next_ping))
            if self.now >= self.next_ping:
                self.ping()
                self.next_ping = self.now + self.random.uniform(0.08, 0.12)
            if self.now < self.next_frame or self.now >= end:
                continue
            before = rate
            if self.now >= self.next_look:
                self.next_look = self.now + 0.05
                rate = self.fitting.fit(self.now, self.pacer.rate(self.now, MOST), self.pacer.share(self.now, MOST))
            self.lagging = self.pacer.in_flight > 0 and (self.lagging or self.pacer.fell_behind(self.now))
            if not self.lagging:
                is_key = rate.frames != before.frames
                kilobits = max(
                    self.least * (1 + 2 * is_key), rate.kilobits / rate.frames * self.random.uniform(0.7, 1.1)
                )
                if not is_key:
                    self.fitting.encoded(round(kilobits * 125), rate)
                self.send(kilobits)
                self.frames += 1
            self.next_frame = self.now + 1 / rate.frames
        return rate

    def oldest(self, share: float) -> float:
        """Return the age in seconds that ``share`` of the frames had at most when they were painted."""
        return sorted(self.ages)[int(share * (len(self.ages) - 1))]
