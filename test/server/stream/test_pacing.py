"""What a link is given to carry, over hours of fake time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jupyter_vnc_proxy.stream.engine import Rate
from jupyter_vnc_proxy.stream.pacing import FIRST_BURST, IN_FLIGHT, LEAST, LEAST_FRAMES, UNLIMITED, Pacer

FULL_KILOBITS = 25_000
"""What a film takes where nothing limits it."""


@dataclass
class Link:
    """A link of ``kilobits`` a second and a round trip of ``delay`` seconds, which queues what it is given."""

    kilobits: float
    delay: float
    now: float = 0.0
    free_at: float = 0.0
    number: int = 0
    lagging: bool = False

    def __post_init__(self) -> None:
        self.pacer = Pacer()
        self.waiting: list[tuple[float, int]] = []
        self.ages: list[float] = []

    def behind(self) -> bool:
        """Tell whether the viewer fell behind, and rejoins only once it has seen all that was under way."""
        self.lagging = bool(self.waiting) and (self.lagging or self.pacer.fell_behind(self.now))
        return self.lagging

    def play(self, seconds: float) -> Rate:
        """Send a film at the pacer's rate; return the rate at the end."""
        end = self.now + seconds
        while self.now < end:
            if self.behind():
                self.now = max(self.now, self.waiting[0][0])
                self.pacer.acknowledged(*self.waiting.pop(0))
                continue
            rate = self.pacer.rate()
            kilobits = (rate.kilobits or FULL_KILOBITS) / rate.frames
            self.number += 1
            self.pacer.sent(self.now, self.number, round(kilobits * 125))
            self.free_at = max(self.free_at, self.now) + kilobits / self.kilobits
            self.waiting.append((self.free_at + self.delay, self.number))
            self.ages.append(self.free_at + self.delay - self.now)
            self.now += 1 / rate.frames
            while self.waiting and self.waiting[0][0] <= self.now:
                self.pacer.acknowledged(*self.waiting.pop(0))
        return self.pacer.rate()


def test_a_link_that_takes_all_is_not_limited() -> None:
    assert Link(1_000_000, 0.001).play(10) == Rate()


@pytest.mark.parametrize(("kilobits", "delay"), [(10_000, 0.04), (2_000, 0.1)])
def test_a_narrow_link_is_filled_and_not_overfilled(kilobits: float, delay: float) -> None:
    link = Link(kilobits, delay)
    link.play(10)
    rates = [link.play(0.5).kilobits or UNLIMITED for _ in range(60)]
    assert 0.4 * kilobits < sum(rates) / len(rates) < 1.2 * kilobits


def test_the_rate_follows_a_link_that_narrows_and_widens() -> None:
    link = Link(100_000, 0.02)
    link.play(10)
    link.kilobits = 2_000
    narrow = link.play(10)
    assert narrow.kilobits is not None
    assert narrow.kilobits < 4_000
    assert narrow.frames <= 60
    link.kilobits = 100_000
    assert (link.play(10).kilobits or UNLIMITED) > 20_000


def test_a_day_changes_nothing_and_grows_nothing() -> None:
    link = Link(1_000_000, 0.001)
    link.play(1)
    pacer = link.pacer
    for number in range(1000, 87_400):  # a frame a second
        pacer.sent(float(number), number, 1000)
        pacer.acknowledged(number + 0.005, number)
    assert pacer.rate() == Rate()
    assert pacer.in_flight == 0
    assert len(pacer._delays) < 20


def test_no_more_than_two_frames_are_let_go_unseen() -> None:
    pacer = Pacer()
    for number in range(IN_FLIGHT):
        assert pacer.may_send()
        pacer.sent(0.0, number, 100)
    assert not pacer.may_send()
    assert pacer.oldest(3.0) == 3.0
    pacer.acknowledged(3.0, 0)
    assert pacer.may_send()


def test_the_worst_link_still_gets_a_picture() -> None:
    link = Link(50, 1.0)
    rate = link.play(120)
    assert rate.kilobits is not None
    assert rate.kilobits >= LEAST
    assert rate.frames >= LEAST_FRAMES


@pytest.mark.parametrize(("kilobits", "delay"), [(10_000, 0.04), (2_000, 0.1)])
def test_one_large_update_tells_what_a_narrow_link_carries(kilobits: float, delay: float) -> None:
    pacer = Pacer()
    assert pacer.burst() == FIRST_BURST
    pacer.sent(0.0, 1, 0)
    pacer.sent(0.0, 2, FIRST_BURST)
    pacer.acknowledged(delay, 1)
    pacer.acknowledged(delay + FIRST_BURST / 125 / kilobits, 2)
    assert 0.6 * kilobits < (pacer.rate().kilobits or UNLIMITED) < kilobits
    assert pacer.burst() < kilobits * 125 * max(0.06, delay)


def test_a_quick_link_is_given_ever_more_at_once() -> None:
    pacer = Pacer()
    pacer.sent(0.0, 0, 0)
    pacer.acknowledged(0.001, 0)
    for number in range(1, 10):
        before = pacer.burst()
        pacer.sent(number, number, round(before))
        pacer.acknowledged(number + 0.005, number)
        assert pacer.burst() >= before
    assert pacer.burst() > 10 * FIRST_BURST
    assert pacer.rate() == Rate()


def test_pictures_that_are_larger_than_asked_for_become_fewer_and_then_more_again() -> None:
    link = Link(2_000, 0.1)
    asked = link.play(10).kilobits or UNLIMITED
    for _ in range(100):
        link.pacer.encoded(round(asked * 125 / 20))
    assert link.play(0.3).frames < 30
    for _ in range(100):
        link.pacer.encoded(1000)
    assert link.play(5).frames > 50


def test_a_viewer_has_fallen_behind_when_what_it_was_sent_is_old() -> None:
    pacer = Pacer()
    for number in range(50):
        pacer.sent(0.01 * number, number, 1000)
    assert not pacer.fell_behind(1.0)
    assert pacer.fell_behind(2.0)
