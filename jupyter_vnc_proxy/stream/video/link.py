"""What a viewer's link carries, learnt from when bytes were sent and when they had arrived.

Sans-I/O: the time is handed in, in seconds. Each update is a train of bytes on its own: from the moment at which the
link began with it (it was sent, or the one before had arrived) to its arrival, less the link's own delay, it took its
size through the capacity. So the capacity shows at any load, and no queue has to be made to find it. Frames that wait
for the browser to paint the one before tell nothing of the link, and are left out.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

SMALL = 600
"""Bytes up to which an update takes no time of its own."""

SAMPLE = 1500
"""Bytes of the smallest update that tells what a link carries."""

BASE_WINDOW = 10.0
"""Seconds for which the quickest small message is taken for the link's own delay."""

WINDOW = 1.0
"""Seconds for which an update's time counts."""

SAMPLES = 40
"""How many of the newest count at most."""

QUANTILE = 0.85
"""Of the bytes, so many tell a capacity below the one that was seen: a browser that is busy only ever delays."""

TOGETHER = 0.1
"""Seconds of updates without a pause that count as one."""

FEW = 2
"""Samples that count where updates wait for each other, which says that the link has become narrower."""

QUEUE_WINDOW, QUEUED = 0.15, 0.03
"""Updates of the last so many seconds wait, if for more than so many on the average."""

PAINTING = 0.002
"""Seconds: an update that is read so soon after the one before was painted may have waited for just that."""

LONG_PAINTING = 0.004
"""The same where most of the update's time had gone into that."""

DOUBT = 0.001
"""Seconds by which an update's time may be too short: the link's own delay is a little less at times."""

LEAST_TIME = 0.0002
"""Seconds: shorter times are none."""

STALLED = 0.1
"""Seconds beyond what an update should have taken, after which its absence tells something as well."""

UNLIMITED = 60_000
"""Kilobits a second from which on a link counts as taking whatever it is given."""


class Sent(NamedTuple):
    """An update on its way."""

    number: int
    at: float
    size: int


class Sample(NamedTuple):
    """An update of ``size`` bytes took the link ``seconds`` for itself."""

    at: float
    size: int
    seconds: float


class Link:
    """Follows one viewer's link. Numbers of updates grow."""

    def __init__(self) -> None:
        self._flight: deque[Sent] = deque()
        self._pings: deque[Sent] = deque()
        self._bases: deque[tuple[float, float]] = deque()  # times and delays, both growing
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._waits: deque[tuple[float, float]] = deque(maxlen=SAMPLES)
        self._after_painting: deque[bool] = deque(maxlen=6)
        self._follows = False
        self._kilobits: float | None = None
        self._arrival = self._painted = float("-inf")

    # -- what happens -------------------------------------------------------------------------------------------------

    def sent(self, now: float, number: int, size: int) -> None:
        """An update of ``size`` bytes was handed to the link."""
        self._flight.append(Sent(number, now, size))

    def pinged(self, now: float, number: int) -> None:
        """A message of next to no size was handed to the link, by itself."""
        self._pings.append(Sent(number, now, 0))

    def answered(self, now: float, number: int) -> None:
        """The answer to a ping came."""
        while self._pings and self._pings[0].number <= number:
            self._note_base(now, now - self._pings.popleft().at)

    def painted(self, now: float) -> None:
        """The viewer went on after it had painted an update."""
        self._painted = now

    def arrived(self, now: float, number: int) -> None:
        """The update ``number`` has been read, and so have those before it."""
        while self._flight and self._flight[0].number <= number:
            self._learn(now, self._flight.popleft())

    def _learn(self, now: float, sent: Sent) -> None:
        if sent.size <= SMALL:
            self._note_base(now, now - sent.at)
        began = max(sent.at + self.base, self._arrival)
        waited = max(0.0, self._arrival - sent.at - self.base)
        pause = now - self._painted
        after_painting = pause < PAINTING or (pause < LONG_PAINTING and pause < now - began - pause)
        self._after_painting.append(after_painting)
        if not after_painting:
            self._waits.append((now, waited))
            self._sample(now, sent.size, max(LEAST_TIME, now - began), follows=began == self._arrival)
        else:
            self._follows = False
        self._arrival = now
        self._conclude(now)

    def _sample(self, now: float, size: int, seconds: float, follows: bool) -> None:
        """Note an update's time; of those that follow each other without a pause, only what they took together.

        A late answer would make one of them slow, and the next one quick.
        """
        if follows and self._follows and self._samples and self._samples[-1].seconds < TOGETHER:
            before = self._samples.pop()
            self._samples.append(Sample(now, before.size + size, before.seconds + seconds))
        elif size >= SAMPLE:
            self._samples.append(Sample(now, size, seconds))
        self._follows = size >= SAMPLE or follows

    def _note_base(self, now: float, delay: float) -> None:
        while self._bases and self._bases[-1][1] >= delay:
            self._bases.pop()
        self._bases.append((now, delay))
        while now - self._bases[0][0] > BASE_WINDOW:
            self._bases.popleft()

    # -- what is known ------------------------------------------------------------------------------------------------

    @property
    def base(self) -> float:
        """The seconds that the smallest message takes, there and back; 0 where none came back yet."""
        return self._bases[0][1] if self._bases else 0.0

    @property
    def has_base(self) -> bool:
        """Whether the link's own delay is known."""
        return bool(self._bases)

    def capacity(self, now: float) -> float | None:
        """Return the kilobits a second that the link carries; ``None`` where it takes whatever it is given so far.

        What has not arrived although it should have counts as well.
        """
        kilobits, missing = self._kilobits, self._missing(now)
        if missing is not None and (kilobits is None or missing < kilobits):
            kilobits = missing
        return None if kilobits is None or kilobits >= UNLIMITED else kilobits

    def _conclude(self, now: float) -> None:
        """Believe in more when it was seen, in less only where updates wait for each other."""
        lately = list(self._samples)[-FEW:]
        if not lately:
            return
        if self.waiting(now, QUEUE_WINDOW) > QUEUED and not self.waits_for_painting():
            self._kilobits = sum(each.size for each in lately) / 125 / sum(each.seconds for each in lately)
            return
        seen = _quantile([each for each in self._samples if now - each.at <= WINDOW] or lately)
        if seen is not None:
            self._kilobits = seen if self._kilobits is None else max(seen, self._kilobits)

    def _missing(self, now: float) -> float | None:
        """Return the most that the link can carry if the oldest update is still on its way."""
        if not self._flight:
            return None
        oldest = self._flight[0]
        seconds = now - max(oldest.at + self.base, self._arrival)
        return oldest.size / 125 / seconds if seconds > STALLED and oldest.size >= SAMPLE else None

    def waits_for_painting(self) -> bool:
        """Tell whether most of the newest updates were read just when the one before was painted."""
        return 2 * sum(self._after_painting) > len(self._after_painting)

    def waiting(self, now: float, seconds: float) -> float:
        """Return how long updates of the last ``seconds`` waited for others before them, in seconds (the mean)."""
        lately = [wait for at, wait in self._waits if now - at <= seconds]
        return sum(lately) / len(lately) if lately else 0.0


def _quantile(samples: list[Sample]) -> float | None:
    """Return the capacity (kilobits a second) that `QUANTILE` of the bytes stay below."""
    total = sum(each.size for each in samples)
    below = 0
    for each in sorted(samples, key=lambda each: each.size / each.seconds):
        below += each.size
        if below >= QUANTILE * total:
            return each.size / 125 / (each.seconds + DOUBT)
    return None
