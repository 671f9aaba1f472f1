"""The capacity and the base delay of a link, from when updates were sent and when they arrived."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.link import (
    BASE_DELAY_WINDOW_SECONDS,
    BYTES_PER_KILOBIT,
    MIN_SAMPLE_BYTES,
    OVERDUE_SECONDS,
    UNLIMITED_KBPS,
    Link,
)

BASE = 0.04
"""Seconds of the smallest message's round trip."""


def pinged_link(base: float = BASE) -> Link:
    link = Link()
    link.ping_sent(0.0, 1)
    link.ping_answered(base, 1)
    return link


def test_nothing_is_known_at_first() -> None:
    link = Link()
    assert (link.base_delay, link.capacity_kbps(0.0), link.mean_wait(0.0, 1.0)) == (0.0, None, 0.0)


def test_the_base_delay_is_the_shortest_recent_ping() -> None:
    link = Link()
    for number, (at, delay) in enumerate([(0.0, 0.05), (1.0, 0.03), (2.0, 0.08)]):
        link.ping_sent(at, number)
        link.ping_answered(at + delay, number)
    assert link.base_delay == pytest.approx(0.03)
    link.ping_sent(2.0 + BASE_DELAY_WINDOW_SECONDS, 9)
    link.ping_answered(2.06 + BASE_DELAY_WINDOW_SECONDS, 9)
    assert link.base_delay == pytest.approx(0.06)


def test_the_base_delay_is_at_most_what_any_update_took() -> None:
    link = pinged_link(0.3)  # the browser was busy
    link.sent(1.0, 2, 20_000)
    link.arrived(1.1, 2)
    assert link.base_delay == pytest.approx(0.1)
    link.sent(2.0, 3, 20_000)
    link.arrived(2.2, 3)
    assert link.base_delay == pytest.approx(0.1)


def test_an_update_queues_while_those_before_it_cross_the_link_and_longer_if_they_are_late() -> None:
    link = pinged_link()
    link.sent(1.0, 2, 25_000)
    link.arrived(1.0 + BASE + 0.1, 2)  # 2 Mbit/s
    assert link.queue_seconds(1.5) == 0.0
    link.sent(2.0, 3, 25_000)
    assert link.queue_seconds(2.0) == pytest.approx(0.1, rel=0.1)
    assert link.queue_seconds(2.06) == pytest.approx(0.04, rel=0.2)
    assert link.queue_seconds(2.11) == 0.0
    link.sent(2.1, 4, 25_000)
    assert link.queue_seconds(2.2) > 0.1  # 0.04 if the first one had been answered in time


@pytest.mark.parametrize("kilobits", [500, 2_000, 10_000])
def test_one_update_measures_the_capacity(kilobits: int) -> None:
    link = pinged_link()
    size = 20_000
    link.sent(1.0, 2, size)
    link.arrived(1.0 + BASE + size / BYTES_PER_KILOBIT / kilobits, 2)
    assert link.capacity_kbps(2.0) == pytest.approx(kilobits, rel=0.1)


def test_the_capacity_is_measured_and_the_wait_seen_while_updates_queue() -> None:
    link = pinged_link()
    for number in range(2, 8):
        link.sent(1.0, number, 12_500)  # 0.1 s at 1 Mbit/s
    for number in range(2, 8):
        link.arrived(1.0 + BASE + 0.1 * (number - 1), number)
    assert link.capacity_kbps(1.7) == pytest.approx(1_000, rel=0.05)
    assert link.mean_wait(1.6, 10.0) == pytest.approx(0.25)


def test_a_small_update_does_not_measure_the_capacity() -> None:
    link = pinged_link()
    link.sent(1.0, 2, MIN_SAMPLE_BYTES - 1)
    link.arrived(1.5, 2)
    assert link.capacity_kbps(1.5) is None


def test_a_very_fast_link_has_no_capacity() -> None:
    link = pinged_link(0.001)
    for number in range(2, 20):
        link.sent(float(number), number, UNLIMITED_KBPS)
        link.arrived(number + 0.0012, number)
    assert link.capacity_kbps(20.0) is None


def test_an_overdue_answer_lowers_the_capacity_more_and_more() -> None:
    link = pinged_link()
    link.sent(1.0, 2, 125_000)
    assert link.capacity_kbps(1.0 + BASE + OVERDUE_SECONDS / 2) is None
    assert link.capacity_kbps(1.0 + BASE + 0.5) == pytest.approx(2_000)
    assert link.capacity_kbps(1.0 + BASE + 2.0) == pytest.approx(500)
    link.arrived(1.0 + BASE + 2.0, 2)
    assert link.capacity_kbps(3.1) == pytest.approx(500, rel=0.1)


def test_an_answer_includes_those_before_it() -> None:
    link = pinged_link()
    for number in (2, 3, 4):
        link.sent(1.0, number, 10_000)
    link.arrived(1.5, 4)
    assert link.capacity_kbps(30.0) is not None
    before = link.capacity_kbps(30.0)
    assert link.capacity_kbps(300.0) == before  # nothing is overdue


def test_updates_that_waited_for_a_paint_do_not_measure_the_capacity() -> None:
    link = pinged_link(0.001)
    painted = 1.0
    for number in range(2, 12):
        link.sent(painted - 0.04, number, 20_000)
        link.painted(painted)
        link.arrived(painted + 0.0005, number)  # 4 Mbit/s, if it were the link
        painted += 0.05
    assert link.waits_for_browser()
    assert link.capacity_kbps(painted) is None


def test_the_capacity_is_raised_at_once_and_lowered_only_if_updates_queue() -> None:
    link = pinged_link()
    now, number = 1.0, 2
    for kilobits, expected in ((2_000, 2_000), (8_000, 8_000), (2_000, 8_000)):
        for _ in range(6):
            link.sent(now, number, 25_000)
            link.arrived(now + BASE + 200 / kilobits, number)
            now, number = now + 0.5, number + 1
        assert link.capacity_kbps(now) == pytest.approx(expected, rel=0.1)
    for each in range(6):
        link.sent(now, number + each, 25_000)
    for each in range(6):
        link.arrived(now + BASE + 0.1 * (each + 1), number + each)
    assert link.capacity_kbps(now + 0.7) == pytest.approx(2_000, rel=0.1)
