"""What is learnt of a link from when updates were sent and when they had arrived."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.link import BASE_WINDOW, SAMPLE, SMALL, STALLED, UNLIMITED, Link

BASE = 0.04
"""Seconds that the smallest message takes, there and back."""


def pinged(base: float = BASE) -> Link:
    link = Link()
    link.pinged(0.0, 1)
    link.answered(base, 1)
    return link


def test_nothing_is_known_at_first() -> None:
    link = Link()
    assert (link.has_base, link.base, link.capacity(0.0), link.waiting(0.0, 1.0)) == (False, 0.0, None, 0.0)


def test_the_delay_is_the_quickest_ping_of_the_last_seconds() -> None:
    link = Link()
    for number, (at, delay) in enumerate([(0.0, 0.05), (1.0, 0.03), (2.0, 0.08)]):
        link.pinged(at, number)
        link.answered(at + delay, number)
    assert link.base == pytest.approx(0.03)
    link.pinged(2.0 + BASE_WINDOW, 9)
    link.answered(2.06 + BASE_WINDOW, 9)
    assert link.base == pytest.approx(0.06)


def test_a_small_update_tells_the_delay_as_a_ping_does_and_a_large_one_does_not() -> None:
    link = Link()
    link.sent(0.0, 1, SMALL + 1)
    link.arrived(0.02, 1)
    assert not link.has_base
    link.sent(1.0, 2, SMALL)
    link.arrived(1.03, 2)
    assert link.base == pytest.approx(0.03)


@pytest.mark.parametrize("kilobits", [500, 2_000, 10_000])
def test_one_update_tells_what_the_link_carries(kilobits: int) -> None:
    link = pinged()
    size = 20_000
    link.sent(1.0, 2, size)
    link.arrived(1.0 + BASE + size / 125 / kilobits, 2)
    assert link.capacity(2.0) == pytest.approx(kilobits, rel=0.1)


def test_updates_that_wait_for_each_other_are_told_apart_and_their_waiting_is_seen() -> None:
    link = pinged()
    for number in range(2, 8):
        link.sent(1.0, number, 12_500)  # 0.1 s at 1 Mbit/s
    for number in range(2, 8):
        link.arrived(1.0 + BASE + 0.1 * (number - 1), number)
    assert link.capacity(1.7) == pytest.approx(1_000, rel=0.05)
    assert link.waiting(1.6, 10.0) == pytest.approx(0.25)


def test_what_is_small_tells_nothing_of_the_capacity() -> None:
    link = pinged()
    link.sent(1.0, 2, SAMPLE - 1)
    link.arrived(1.5, 2)
    assert link.capacity(1.5) is None


def test_a_link_that_takes_whatever_it_is_given_has_no_capacity() -> None:
    link = pinged(0.001)
    for number in range(2, 20):
        link.sent(float(number), number, UNLIMITED)
        link.arrived(number + 0.0012, number)
    assert link.capacity(20.0) is None


def test_an_answer_that_is_missing_tells_that_the_link_carries_less_and_ever_less() -> None:
    link = pinged()
    link.sent(1.0, 2, 125_000)
    assert link.capacity(1.0 + BASE + STALLED / 2) is None
    assert link.capacity(1.0 + BASE + 0.5) == pytest.approx(2_000)
    assert link.capacity(1.0 + BASE + 2.0) == pytest.approx(500)
    link.arrived(1.0 + BASE + 2.0, 2)
    assert link.capacity(3.1) == pytest.approx(500, rel=0.1)


def test_an_answer_stands_for_those_before_it() -> None:
    link = pinged()
    for number in (2, 3, 4):
        link.sent(1.0, number, 10_000)
    link.arrived(1.5, 4)
    assert link.capacity(30.0) is not None
    before = link.capacity(30.0)
    assert link.capacity(300.0) == before  # nothing is missing


def test_updates_that_were_read_when_the_one_before_was_painted_tell_nothing() -> None:
    link = pinged(0.001)
    painted = 1.0
    for number in range(2, 12):
        link.sent(painted - 0.04, number, 20_000)
        link.painted(painted)
        link.arrived(painted + 0.0005, number)  # 4 Mbit/s, if it had been the link
        painted += 0.05
    assert link.waits_for_painting()
    assert link.capacity(painted) is None


def test_a_wider_link_is_believed_at_once_and_a_narrower_one_when_updates_wait() -> None:
    link = pinged()
    now, number = 1.0, 2
    for kilobits, expected in ((2_000, 2_000), (8_000, 8_000), (2_000, 8_000)):
        for _ in range(6):
            link.sent(now, number, 25_000)
            link.arrived(now + BASE + 200 / kilobits, number)
            now, number = now + 0.5, number + 1
        assert link.capacity(now) == pytest.approx(expected, rel=0.1)
    for each in range(6):
        link.sent(now, number + each, 25_000)
    for each in range(6):
        link.arrived(now + BASE + 0.1 * (each + 1), number + each)
    assert link.capacity(now + 0.7) == pytest.approx(2_000, rel=0.1)
