"""How much a viewer's link takes: what is in flight, how long it is under way, and what to send from now on.

Sans-I/O: the time is handed in, in seconds. An acknowledgement (a fence that comes back) says that a frame was painted.
"""

from __future__ import annotations

from collections import deque

from .engine import Rate

IN_FLIGHT = 2
"""Frames that may be under way; more only make the picture older."""

FALLS_BEHIND = 1.5
"""Seconds beyond the link's own delay after which a viewer leaves the shared stream for a while."""

BURST = 0.05
"""Seconds of a link's rate that one update of tiles may fill, so that new damage overtakes what is older."""

FIRST_BURST = 64 * 1024
MOST_BURST = 4 << 20
"""Bytes of an update of tiles on a link that nothing is known of, and on one that takes whatever it is given."""

SAMPLE = 16 * 1024
"""Bytes of the smallest update that tells what a link carries."""

BASE_WINDOW = 10.0
"""Seconds for which the quickest acknowledgement is taken for the link's own delay."""

QUEUED = 0.015
"""Seconds that an acknowledgement may take longer than the quickest before the link counts as full."""

OVERFULL = 0.1
"""The same, from which on the link carries no more than what arrives."""

QUICK = 0.04
"""Seconds that a large update may take longer than a small one where nothing limits it: a browser has to inflate it."""

SUSTAINED = 2
"""Updates in a row that must see a queue before less is sent."""

UPDATE = 0.1
"""Seconds between two changes of the rate."""

UNLIMITED = 40_000
LEAST = 300
"""Kilobits a second: above the first nothing is limited, below the second nothing is gained."""

FULL_FRAMES = 60.0
LEAST_FRAMES = 5.0
KILOBITS_PER_FRAME = 12
"""Kilobits that a picture should have at least; below that fewer pictures are better than worse ones."""

OVERSHOOT = 1.4
"""Times the rate that pictures may take; noise at 60 frames a second takes more than any encoder is told."""

SMOOTHING = 0.1
"""Weight of the newest picture in the mean of their sizes."""

GROWTH, SLOW_GROWTH, DECREASE = 1.1, 1.003, 0.75
"""Factors of the rate: a tenth of a second without a queue, the same near to where it was full, and a full link."""

FRAMES_GROWTH = 1.05
"""Factor of the frames a second, each tenth of a second in which pictures are small enough."""

NEAR = 0.85
"""Share of what filled the link from which on the rate grows slowly."""

PROBE = 5.0
"""Seconds after which a link that was full may have become wider."""


class Pacer:
    """Follows one viewer's link."""

    def __init__(self) -> None:
        self._flight: deque[tuple[int, float, int]] = deque()
        self._delays: deque[tuple[float, float]] = deque()
        self._waits: deque[tuple[float, float]] = deque()
        self._delivered: deque[tuple[float, int]] = deque()
        self._kilobits = float(UNLIMITED)
        self._updated = self._decreased = float("-inf")
        self._ceiling = float("inf")
        self._full = 0
        self._burst = float(FIRST_BURST)
        self._frames = FULL_FRAMES
        self._picture: float | None = None

    def sent(self, now: float, number: int, size: int) -> None:
        """A frame of ``size`` bytes was handed to the link."""
        self._flight.append((number, now, size))

    def acknowledged(self, now: float, number: int) -> None:
        """The frame ``number`` was painted, and so were those before it."""
        while self._flight and self._flight[0][0] <= number:
            _, began, size = self._flight.popleft()
            self._delivered.append((now, size))
            self._delays.append((now, now - began))
            self._waits.append((now, now - began - size / 125 / self._kilobits))  # without its own time on the link
            self._learn(now, now - began, size)
        for table, seconds in ((self._delays, BASE_WINDOW), (self._waits, 1.0), (self._delivered, 1.0)):
            while table and now - table[0][0] > seconds:
                table.popleft()
        self._update(now)

    def _learn(self, now: float, delay: float, size: int) -> None:
        """Learn from one large update what the link carries, before a queue must tell."""
        if size < SAMPLE:
            return
        under_way = delay - self.base()
        if under_way < QUICK:
            self._burst = min(MOST_BURST, max(self._burst, 2.0 * size))
        elif self._kilobits >= UNLIMITED and size / under_way / 125 < UNLIMITED:
            self._ceiling = size / under_way / 125
            self._kilobits = max(LEAST, self._ceiling * DECREASE)
            self._decreased = now

    def forget_delays(self) -> None:
        """What is sent from now on takes its own time to decode and paint."""
        self._delays.clear()
        self._waits.clear()
        self._full = 0

    def encoded(self, size: int) -> None:
        """A picture that is no key picture took ``size`` bytes."""
        kilobits = size / 125
        self._picture = kilobits if self._picture is None else self._picture + SMOOTHING * (kilobits - self._picture)

    def base(self) -> float:
        """Return the seconds that the quickest frame took of late; 0 where none came back."""
        return min((delay for _, delay in self._delays), default=0.0)

    def burst(self) -> float:
        """Return the bytes that one update of tiles may have."""
        if self._kilobits >= UNLIMITED:
            return self._burst
        return self._kilobits * 125 * max(BURST, self.base() / IN_FLIGHT)

    def fell_behind(self, now: float) -> bool:
        """Tell whether so much is under way that more would only make the picture older."""
        return self.oldest(now) > self.base() + FALLS_BEHIND

    @property
    def in_flight(self) -> int:
        """Frames under way."""
        return len(self._flight)

    def oldest(self, now: float) -> float:
        """Return how many seconds the oldest frame is under way; 0 where none is."""
        return now - self._flight[0][1] if self._flight else 0.0

    def may_send(self) -> bool:
        """Whether another frame may go."""
        return len(self._flight) < IN_FLIGHT

    def _update(self, now: float) -> None:
        if now - self._updated < UPDATE:
            return
        # The quickest of the last tenth of a second: a browser that is busy for a moment is no queue.
        lately = [wait for when, wait in self._waits if when > self._updated]
        self._updated = now
        self._fit_frames()
        if not lately:
            return
        base, queue = self.base(), min(lately)
        if queue - base > QUEUED:
            self._full += 1
            if self._full >= SUSTAINED and now - self._decreased > queue + UPDATE:
                self._decreased = now  # what was sent since the last decrease has arrived by now
                carried = self._carried(now)
                # What little was sent tells nothing of the link, unless it had to wait long.
                limit = carried if queue - base > OVERFULL else max(carried, self._kilobits)
                self._ceiling = min(self._kilobits, limit)
                self._kilobits = max(LEAST, self._ceiling * DECREASE)
            return
        self._full = 0
        if now - self._decreased > PROBE:
            self._ceiling = float("inf")
        near = self._kilobits > NEAR * self._ceiling
        self._kilobits = min(UNLIMITED, self._kilobits * (SLOW_GROWTH if near else GROWTH))

    def _carried(self, now: float) -> float:
        """Return the kilobits a second that arrived lately."""
        began = self._delivered[0][0]
        kilobits = sum(size for when, size in self._delivered if when > began) / 125
        return kilobits / (now - began) if now - began > UPDATE else self._kilobits

    def _fit_frames(self) -> None:
        """Send fewer pictures while they are larger than they were asked to be, and more when they no longer are."""
        if self._picture is None or self._kilobits >= UNLIMITED:
            self._frames = FULL_FRAMES
        elif self._picture * self._frames > OVERSHOOT * self._kilobits:
            self._frames = max(LEAST_FRAMES, self._kilobits / self._picture)
        else:
            self._frames = min(FULL_FRAMES, self._frames * FRAMES_GROWTH)

    def rate(self) -> Rate:
        """Return the rate to encode with."""
        if self._kilobits >= UNLIMITED:
            return Rate()
        frames = max(LEAST_FRAMES, min(self._frames, self._kilobits / KILOBITS_PER_FRAME))
        return Rate(round(self._kilobits), round(frames))
