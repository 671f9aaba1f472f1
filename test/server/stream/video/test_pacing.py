"""What a viewer is given, over hours of fake time."""

from __future__ import annotations

import pytest
from support.stream.links import MOST, FakeLink

from jupyter_vnc_proxy.stream.video.pacing import (
    FIRST_BURST,
    FULL_FRAMES,
    IN_FLIGHT,
    LEAST,
    LEAST_FRAMES,
    MOST_BURST,
    Pacer,
)

NARROW = [(10_000, 0.04), (2_000, 0.1), (1_000, 0.2)]


def test_a_link_that_takes_all_is_not_limited() -> None:
    rate = FakeLink(1_000_000, 0.001).play(10)
    assert (rate.kilobits, rate.frames) == (MOST, FULL_FRAMES)


@pytest.mark.parametrize(("kilobits", "delay"), NARROW)
def test_a_narrow_link_is_filled_and_has_no_queue(kilobits: float, delay: float) -> None:
    link = FakeLink(kilobits, delay)
    link.play(2)
    for _ in range(30):
        rate = link.play(1)
        assert 0.6 * kilobits < rate.kilobits < kilobits
        assert rate.frames > 50
        assert link.oldest(0.95) < delay / 2 + 0.05


@pytest.mark.parametrize(("kilobits", "delay"), NARROW)
def test_the_first_picture_on_a_narrow_link_tells_what_it_carries(kilobits: float, delay: float) -> None:
    link = FakeLink(kilobits, delay)
    link.ping()
    link.wait(1.0)
    assert link.pacer.burst(link.now) == FIRST_BURST
    link.send(FIRST_BURST / 125)
    link.wait(5.0)
    assert link.pacer.rate(link.now, MOST).kilobits == pytest.approx(0.85 * kilobits, rel=0.1)
    assert link.pacer.burst(link.now) < kilobits * 125 * max(0.05, delay)


def test_two_seconds_after_a_link_has_narrowed_or_widened_the_rate_fits() -> None:
    link = FakeLink(100_000, 0.02)
    link.play(10)
    for _ in range(3):
        link.kilobits = 2_000
        link.play(2)
        rate = link.play(1)
        assert 1_000 < rate.kilobits < 2_000
        assert link.oldest(0.95) < 0.1
        link.kilobits = 100_000
        assert link.play(2).kilobits == MOST


def test_pictures_that_cannot_be_small_enough_become_fewer_and_then_more_again() -> None:
    link = FakeLink(2_000, 0.1, least=60)
    link.play(3)
    assert 15 < link.play(3).frames < 35
    assert link.oldest(0.95) < 0.2
    link.least = 2
    link.kilobits = 8_000
    assert link.play(2).frames == FULL_FRAMES


@pytest.mark.parametrize(("paint", "frames"), [(0.025, 40), (0.05, 20)])
def test_a_browser_that_paints_slowly_gets_as_many_frames_as_it_paints_and_none_waits_long(
    paint: float, frames: int
) -> None:
    link = FakeLink(1_000_000, 0.001, paint=paint)
    link.play(3)
    link.play(5)
    assert 0.6 * frames < link.frames / 5 <= 1.05 * frames
    assert link.oldest(0.95) < 5 * paint
    assert link.pacer.link.capacity(link.now) is None
    link.paint = 0.005
    link.play(10)
    assert link.play(1).frames == FULL_FRAMES


def test_a_busy_browser_is_no_narrow_link() -> None:
    link = FakeLink(1_000_000, 0.001, noise=0.01)
    link.play(3)
    assert link.play(5).kilobits > 0.7 * MOST


def test_a_day_changes_nothing_and_grows_nothing() -> None:
    link = FakeLink(10_000, 0.04)
    before = link.play(10)
    pacer = link.pacer
    for second in range(86_400):  # something small is drawn each second
        link.wait(10.0 + second)
        link.send(8)
    link.wait(link.now + 1)
    assert pacer.in_flight == 0
    assert pacer.link.base == pytest.approx(0.04, abs=0.005)
    assert sum(len(vars(pacer.link)[name]) for name in ("_flight", "_pings", "_bases", "_samples", "_waits")) < 200
    assert len(pacer._sizes) == 0
    after = link.play(10)
    assert after.kilobits == pytest.approx(before.kilobits, rel=0.2)


def test_a_day_of_film_is_as_its_first_minute() -> None:
    link = FakeLink(10_000, 0.04)
    link.play(60)
    first = link.oldest(0.95)
    for _ in range(24):
        link.now += 3_500  # the rest of each hour is rest
        link.next_frame = link.now
        link.play(100)
        assert link.oldest(0.95) < first + 0.01
        assert link.frames > 5_500


def test_no_more_than_two_updates_of_tiles_are_let_go_unseen() -> None:
    pacer = Pacer()
    for number in range(IN_FLIGHT):
        assert pacer.may_send()
        pacer.sent(0.0, number, 100)
    assert not pacer.may_send()
    assert pacer.oldest(3.0) == 3.0
    pacer.arrived(3.0, 0)
    assert not pacer.may_send()
    pacer.painted(3.0, 0)
    assert pacer.may_send()


def test_the_worst_link_still_gets_a_picture() -> None:
    link = FakeLink(50, 1.0)
    rate = link.play(120)
    assert rate.kilobits >= LEAST
    assert rate.frames >= LEAST_FRAMES
    assert link.frames > 0


def test_a_quick_link_is_given_ever_more_at_once() -> None:
    pacer = Pacer()
    for number in range(1, 10):
        size = round(pacer.burst(number))
        pacer.sent(number, number, size)
        pacer.arrived(number + 0.005, number)
        pacer.painted(number + 0.005, number)
        assert pacer.burst(number) >= size
    assert pacer.burst(10) == MOST_BURST


def test_a_viewer_falls_behind_when_what_it_was_sent_is_old() -> None:
    pacer = Pacer()
    for number in range(10):
        pacer.sent(0.01 * number, number, 1000)
    assert not pacer.fell_behind(0.2)
    assert pacer.fell_behind(0.5)


def test_a_decoder_is_stuck_when_what_has_arrived_is_not_painted_but_not_when_nothing_arrives() -> None:
    pacer = Pacer()
    pacer.sent(0.0, 1, 1000)
    assert not pacer.is_stuck(10.0)
    pacer.arrived(10.0, 1)
    assert not pacer.is_stuck(11.0)
    assert pacer.is_stuck(12.5)
    pacer.give_time(12.5)
    assert not pacer.is_stuck(14.0)
    pacer.painted(14.0, 1)
    assert not pacer.is_stuck(20.0)
