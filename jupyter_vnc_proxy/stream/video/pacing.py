"""What to send to a viewer from now on: how many bytes of tiles, how many kilobits and frames of video.

Sans-I/O: the time is handed in, in seconds. `Link` tells what the way to the viewer carries; here is what that means,
and what its browser can paint.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from .engine import Rate
from .link import Link

IN_FLIGHT = 2
"""Updates of tiles that may be under way; more only make the picture older."""

FALLS_BEHIND = 0.25
"""Seconds beyond the link's own delay after which a viewer leaves the shared stream until it has caught up."""

STUCK = 2.0
"""Seconds from the arrival of a video's frame after which a browser that has not painted it never will."""

BURST = 0.04
"""Seconds of a link's capacity that one update of tiles may fill, so that new damage overtakes what is older."""

FIRST_BURST = 32 * 1024
MOST_BURST = 2 << 20
"""Bytes of an update of tiles on a link that nothing is known of, and on one that takes whatever it is given."""

GROWS = 4
"""How many times as much as the last one that arrived the next update may have, on a link that has shown no limit."""

SHARE = 0.85
"""Of the capacity, video takes so much: encoders miss their rate, and a queue makes every frame older."""

LEAST = 300
"""Kilobits a second; below that nothing is gained."""

WAITS = 0.01
"""Seconds that frames may wait for each other before less is sent."""

DRAINS = 0.15
"""Seconds of waiting that halve the rate."""

FULL_FRAMES = 60.0
LEAST_FRAMES = 5.0

SMOOTHING = 0.15
"""Weight of the newest picture in the mean of their sizes."""

TOO_LARGE = 1.15
"""Times what they were to have that pictures take where an encoder can't make them smaller."""

TRY_AGAIN, SMALLER = 15.0, 0.8
"""Seconds after which pictures are believed to be smaller by this factor, until they turn out not to be."""

STEPS = (60.0, 48.0, 40.0, 34.0, 28.0, 23.0, 19.0, 15.0, 12.0, 10.0, 8.0, 6.0, 5.0)
"""Frames a second that are chosen from: each change costs a key picture, as x264 begins anew (pixelflux 2.2)."""

STAYS = 0.93
"""Share of a step that is enough to stay on it."""

STEP_LASTS = 1.0
"""Seconds between two changes to more frames."""

MORE_FRAMES = 1.06
"""Factor of the frames a second, at each look at which there is room for more."""

NEAR, SLIGHTLY_MORE = 0.9, 1.002
"""Share of what a browser painted at the most from which on the frames become more by this factor alone, at first."""

BUSY = 0.6
"""Share of its time that a browser paints, from which on it may be what limits the frames."""

SUSTAINED = 5
"""Looks in a row at which frames pile up before they become fewer: a browser that pauses once catches up by itself."""

DRAINING = 0.9
"""Share of that with which a browser catches up."""

PROBE = 6.0
"""Seconds after which a browser may have become quicker."""

LOOK = 0.05
"""Seconds between two looks at the least."""

LAG = 1.5
"""Frames, beyond those that the link's own delay holds, that a browser may have before it as a rule."""

SPAN = 0.5
"""Seconds for which painted frames are counted."""


class Frame(NamedTuple):
    """A frame that was sent and not painted yet; `arrived` is when, where it has."""

    number: int
    at: float
    arrived: float | None = None


class Pacer:
    """Follows one viewer."""

    def __init__(self) -> None:
        self.link = Link()
        self._flight: deque[Frame] = deque()
        self._painted: deque[float] = deque()
        self._painting = FULL_FRAMES
        self._paint_time = 0.0
        self._most_painted = FULL_FRAMES
        self._looked = self._slowed = float("-inf")
        self._lags = 0
        self._largest = 0
        self._sizes: dict[int, int] = {}

    # -- what happens -------------------------------------------------------------------------------------------------

    def sent(self, now: float, number: int, size: int) -> None:
        """An update of ``size`` bytes was handed to the link."""
        self._flight.append(Frame(number, now))
        self._sizes[number] = size
        self.link.sent(now, number, size)

    def arrived(self, now: float, number: int) -> None:
        """The update ``number`` was read."""
        self.link.arrived(now, number)
        for index, frame in enumerate(self._flight):
            if frame.number > number:
                break
            if frame.arrived is None:
                self._flight[index] = frame._replace(arrived=now)
        self._largest = max(self._largest, self._sizes.get(number, 0))

    def painted(self, now: float, number: int) -> None:
        """The update ``number`` was painted, and so were those before it."""
        self.link.painted(now)
        while self._flight and self._flight[0].number <= number:
            frame = self._flight.popleft()
            self._sizes.pop(frame.number, None)
            if frame.arrived is not None:
                took = now - max(frame.arrived, self._painted[-1] if self._painted else frame.arrived)
                self._paint_time += SMOOTHING * (took - self._paint_time)
            self._painted.append(now)
        while self._painted and now - self._painted[0] > SPAN:
            self._painted.popleft()

    # -- tiles --------------------------------------------------------------------------------------------------------

    def may_send(self) -> bool:
        """Whether another update of tiles may go."""
        return len(self._flight) < IN_FLIGHT

    def burst(self, now: float) -> float:
        """Return the bytes that one update of tiles may have."""
        capacity = self.link.capacity(now)
        if capacity is None:
            return min(MOST_BURST, max(FIRST_BURST, GROWS * self._largest))
        return capacity * 125 * max(BURST, self.link.base / IN_FLIGHT)

    # -- video --------------------------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """Updates under way."""
        return len(self._flight)

    def oldest(self, now: float) -> float:
        """Return how many seconds the oldest update is under way; 0 where none is."""
        return now - self._flight[0].at if self._flight else 0.0

    def fell_behind(self, now: float) -> bool:
        """Tell whether so much is under way that more would only make the picture older."""
        return self.oldest(now) > self.link.base + FALLS_BEHIND

    def is_stuck(self, now: float) -> bool:
        """Tell whether the oldest frame has arrived long since, and is not painted."""
        arrived = self._flight[0].arrived if self._flight else None
        return arrived is not None and now - arrived > STUCK

    def give_time(self, now: float) -> None:
        """Look at a browser that seemed to be stuck as if what it has had just arrived."""
        self._flight = deque(each._replace(arrived=now) if each.arrived else each for each in self._flight)

    @property
    def load(self) -> float:
        """The share of its time that the browser would paint at the full frame rate."""
        return self._paint_time * FULL_FRAMES

    def share(self, now: float, most: float) -> float:
        """Return the kilobits a second that the link takes in the long run, ``most`` at most."""
        capacity = self.link.capacity(now)
        return most if capacity is None else max(LEAST, min(most, SHARE * capacity))

    def rate(self, now: float, most: float) -> Rate:
        """Return the rate to encode with, of at most ``most`` kilobits a second; less while a queue has to go."""
        kilobits = self.share(now, most)
        if kilobits < most:
            waits = self.link.waiting(now, 0.3) - WAITS
            kilobits = max(LEAST, kilobits * (1 - min(0.5, max(0.0, waits) / DRAINS / 2)))
        if now - self._looked >= LOOK:
            self._looked = now
            self._follow_browser(now)
        return Rate(round(kilobits), round(self._painting))

    def _follow_browser(self, now: float) -> None:
        """Have no more pictures than the browser paints."""
        ahead = len(self._flight) - (self.link.base + self.link.waiting(now, 0.3)) * self._painting
        is_busy = self._paint_time * self._painting > BUSY
        if ahead <= LAG or not is_busy or not self.link.waits_for_painting():
            self._lags = 0
            known = is_busy and now - self._slowed < PROBE and self._painting > NEAR * self._most_painted
            self._painting = min(FULL_FRAMES, self._painting * (SLIGHTLY_MORE if known else MORE_FRAMES))
            return
        self._lags += 1
        if self._lags >= SUSTAINED and self._painted:
            self._lags = 0
            painted = len(self._painted) / max(LOOK, min(SPAN, now - self._painted[0] + 1 / FULL_FRAMES))
            self._most_painted = min(self._painting, painted)
            self._painting = max(LEAST_FRAMES, self._most_painted * DRAINING)
            self._slowed = now


class FrameRateLimiter:
    """How many pictures a second an encoder should make, where it can't make them as small as they are to be.

    Fewer are better than worse ones only then: an encoder that uses what it is given could make more.
    """

    def __init__(self) -> None:
        self._share = 1.0
        self._picture = 0.0
        self._least = 0.0  # kilobits of a picture that was too large
        self._least_at = float("-inf")
        self._stepped = FULL_FRAMES
        self._since = float("-inf")

    def encoded(self, size: int, rate: Rate) -> None:
        """A picture that is no key picture took ``size`` bytes at a ``rate``."""
        kilobits = size / 125
        self._share += SMOOTHING * (kilobits * rate.frames / rate.kilobits - self._share)
        self._picture += SMOOTHING * (kilobits - self._picture)

    def fit(self, now: float, rate: Rate, share: float) -> Rate:
        """Return ``rate`` with as many frames as fit ``share`` kilobits a second; to be called at each look."""
        if self._share > TOO_LARGE:
            self._least, self._least_at, self._share = self._picture, now, 1.0
        elif now - self._least_at > TRY_AGAIN:
            self._least, self._least_at = self._least * SMALLER, now
        elif self._picture < SMALLER * self._least:
            self._least = 0.0
        frames = share / self._least if self._least else FULL_FRAMES
        return Rate(rate.kilobits, self._step(now, min(rate.frames, frames)))

    def _step(self, now: float, wanted: float) -> float:
        """Return about ``wanted``: fewer frames at once, more of them only after a while."""
        if STAYS * self._stepped <= wanted <= self._stepped:
            return self._stepped
        step = next((each for each in STEPS if each <= wanted), STEPS[-1])
        if step < self._stepped or (step > self._stepped and now - self._since > STEP_LASTS):
            self._stepped, self._since = step, now
        return self._stepped
