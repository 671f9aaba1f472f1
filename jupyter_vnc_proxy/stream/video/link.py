"""Estimates the capacity and the base delay of a client's link from its answers to fences (see the package)."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

BYTES_PER_KILOBIT = 125

MIN_SAMPLE_BYTES = 1500
"""Bytes of the smallest update that measures the capacity."""

BASE_DELAY_WINDOW_SECONDS = 10.0
"""Seconds whose shortest ping is the base delay."""

SAMPLE_WINDOW_SECONDS = 1.0
"""Seconds for which a sample of the capacity counts."""

MAX_SAMPLES = 40
"""Samples that count at most, and waits of updates: the newest ones."""

CAPACITY_QUANTILE = 0.85
"""Share of the bytes whose samples show less than the estimated capacity: a busy browser only ever delays answers."""

MAX_TRAIN_SECONDS = 0.1
"""Seconds of updates without a pause that count as one packet train."""

QUEUE_SAMPLES = 2
"""Samples that count while updates queue: the link has become slower."""

QUEUE_WINDOW_SECONDS = 0.15
MIN_QUEUE_SECONDS = 0.03
"""Updates queue if those of the window waited for longer than the minimum, on average."""

PAINT_WAIT_SECONDS = 0.002
"""Seconds after a paint in which the next update is read if it had only waited for that paint."""

LONG_PAINT_WAIT_SECONDS = 0.004
"""The same for an update that spent most of its time waiting."""

PAINT_WAIT_SAMPLES = 6
"""Newest updates that tell whether updates wait for the browser rather than for the link."""

SAMPLE_ERROR_SECONDS = 0.001
"""Seconds by which a sample may be too short: the delay is a little below the base delay at times."""

MIN_SAMPLE_SECONDS = 0.0002
"""Seconds of the shortest sample."""

OVERDUE_SECONDS = 0.1
"""Seconds without an expected answer after which its absence limits the capacity."""

UNLIMITED_KBPS = 60_000
"""Kilobits per second from which a link counts as unlimited."""


class SentMessage(NamedTuple):
    """An update or a ping whose answer is awaited."""

    number: int
    sent_at: float
    size: int


class Sample(NamedTuple):
    """A packet train of ``size`` bytes that occupied the link for ``seconds``."""

    arrived_at: float
    size: int
    seconds: float


class Link:
    """One client's link. Numbers of updates and pings increase."""

    def __init__(self) -> None:
        self._in_flight: deque[SentMessage] = deque()
        self._pings: deque[SentMessage] = deque()
        self._delays: deque[tuple[float, float]] = deque()  # times and delays, both increasing
        self._samples: deque[Sample] = deque(maxlen=MAX_SAMPLES)
        self._waits: deque[tuple[float, float]] = deque(maxlen=MAX_SAMPLES)
        self._paint_waits: deque[bool] = deque(maxlen=PAINT_WAIT_SAMPLES)
        self._extends_train = False
        self._capacity_kbps: float | None = None
        self._last_arrival = self._last_paint = float("-inf")

    # -- events -------------------------------------------------------------------------------------------------------

    def sent(self, now: float, number: int, size: int) -> None:
        """Record that an update of ``size`` bytes was sent."""
        self._in_flight.append(SentMessage(number, now, size))

    def ping_sent(self, now: float, number: int) -> None:
        """Record that a ping was sent."""
        self._pings.append(SentMessage(number, now, 0))

    def ping_answered(self, now: float, number: int) -> None:
        """Record that a ping was answered."""
        while self._pings and self._pings[0].number <= number:
            self._add_delay(now, now - self._pings.popleft().sent_at)

    def painted(self, now: float) -> None:
        """Record that the browser finished painting an update."""
        self._last_paint = now

    def arrived(self, now: float, number: int) -> None:
        """Record that the browser read the update ``number``, and those before it."""
        while self._in_flight and self._in_flight[0].number <= number:
            self._measure(now, self._in_flight.popleft())

    def _measure(self, now: float, update: SentMessage) -> None:
        self._add_delay(now, now - update.sent_at)  # at least the base delay, whatever its size
        expected = update.sent_at + self.base_delay
        began = max(expected, self._last_arrival)
        since_paint = now - self._last_paint
        waited_for_paint = since_paint < PAINT_WAIT_SECONDS or (
            since_paint < LONG_PAINT_WAIT_SECONDS and since_paint < now - began - since_paint
        )
        self._paint_waits.append(waited_for_paint)
        if not waited_for_paint:
            self._waits.append((now, max(0.0, self._last_arrival - update.sent_at - self.base_delay)))
            seconds = max(MIN_SAMPLE_SECONDS, now - began)
            self._add_sample(now, update.size, seconds, follows=began == self._last_arrival)
        else:
            self._extends_train = False
        self._last_arrival = now
        self._estimate(now)

    def _add_sample(self, now: float, size: int, seconds: float, follows: bool) -> None:
        """Add a sample, or extend the last one if the update ``follows`` the one before without a pause."""
        extends = follows and self._extends_train
        if extends and self._samples and self._samples[-1].seconds < MAX_TRAIN_SECONDS:
            train = self._samples.pop()
            self._samples.append(Sample(now, train.size + size, train.seconds + seconds))
        elif size >= MIN_SAMPLE_BYTES:
            self._samples.append(Sample(now, size, seconds))
        self._extends_train = size >= MIN_SAMPLE_BYTES or follows

    def _add_delay(self, now: float, delay: float) -> None:
        while self._delays and self._delays[-1][1] >= delay:
            self._delays.pop()
        self._delays.append((now, delay))
        while now - self._delays[0][0] > BASE_DELAY_WINDOW_SECONDS:
            self._delays.popleft()

    # -- estimates ----------------------------------------------------------------------------------------------------

    @property
    def base_delay(self) -> float:
        """The round trip of the smallest message in seconds; 0 if none has been answered yet."""
        return self._delays[0][1] if self._delays else 0.0

    def capacity_kbps(self, now: float) -> float | None:
        """Return the capacity in kilobits per second; ``None`` if the link has shown no limit."""
        capacity, limit = self._capacity_kbps, self._overdue_limit(now)
        if limit is not None and (capacity is None or limit < capacity):
            capacity = limit
        return None if capacity is None or capacity >= UNLIMITED_KBPS else capacity

    def _estimate(self, now: float) -> None:
        """Raise the capacity when a sample shows more; lower it only while updates queue."""
        newest = list(self._samples)[-QUEUE_SAMPLES:]
        if not newest:
            return
        if self.mean_wait(now, QUEUE_WINDOW_SECONDS) > MIN_QUEUE_SECONDS and not self.waits_for_browser():
            kilobits = sum(each.size for each in newest) / BYTES_PER_KILOBIT
            self._capacity_kbps = kilobits / sum(each.seconds for each in newest)
            return
        recent = [each for each in self._samples if now - each.arrived_at <= SAMPLE_WINDOW_SECONDS]
        seen = _quantile(recent or newest)
        if seen is not None:
            self._capacity_kbps = seen if self._capacity_kbps is None else max(seen, self._capacity_kbps)

    def _overdue_limit(self, now: float) -> float | None:
        """Return the most kilobits per second that the link can carry if the oldest update hasn't arrived yet."""
        if not self._in_flight:
            return None
        oldest = self._in_flight[0]
        seconds = now - max(oldest.sent_at + self.base_delay, self._last_arrival)
        is_overdue = seconds > OVERDUE_SECONDS and oldest.size >= MIN_SAMPLE_BYTES
        return oldest.size / BYTES_PER_KILOBIT / seconds if is_overdue else None

    def answers_end_at(self, now: float) -> float:
        """Return when the last update in flight will have been answered, if the capacity stays what it is."""
        capacity, at = self.capacity_kbps(now), self._last_arrival
        for index, update in enumerate(self._in_flight):
            seconds = update.size / BYTES_PER_KILOBIT / capacity if capacity else 0.0
            at = max(at, update.sent_at + self.base_delay) + seconds
            if index == 0:
                at = max(at, now)  # it is late
        return at

    def queue_seconds(self, now: float) -> float:
        """Return how long an update would queue that is sent now."""
        return max(0.0, self.answers_end_at(now) - now - self.base_delay)

    def waits_for_browser(self) -> bool:
        """Return whether most of the newest updates were read just after the one before was painted."""
        return 2 * sum(self._paint_waits) > len(self._paint_waits)

    def mean_wait(self, now: float, window: float) -> float:
        """Return how long updates that arrived in the last ``window`` seconds had queued, on average, in seconds."""
        waits = [wait for at, wait in self._waits if now - at <= window]
        return sum(waits) / len(waits) if waits else 0.0


def _quantile(samples: list[Sample]) -> float | None:
    """Return the capacity, in kilobits per second, that `CAPACITY_QUANTILE` of the bytes stay below."""
    total = sum(each.size for each in samples)
    below = 0
    for each in sorted(samples, key=lambda each: each.size / each.seconds):
        below += each.size
        if below >= CAPACITY_QUANTILE * total:
            return each.size / BYTES_PER_KILOBIT / (each.seconds + SAMPLE_ERROR_SECONDS)
    return None
