"""The pacing of one client, over hours of simulated time."""

from __future__ import annotations

from collections import deque

import pytest
from support.stream.links import MAX_KBPS, FakeLink

from jupyter_vnc_proxy.stream.video.encoder_profile import MAX_FPS
from jupyter_vnc_proxy.stream.video.frame_rate import MIN_FPS
from jupyter_vnc_proxy.stream.video.link import BYTES_PER_KILOBIT
from jupyter_vnc_proxy.stream.video.pacing import (
    FIRST_BURST_BYTES,
    MAX_BURST_BYTES,
    MAX_TILE_UPDATES_IN_FLIGHT,
    MIN_BITRATE_KBPS,
    Pacer,
)

SLOW_LINKS = [(10_000, 0.04), (2_000, 0.1), (1_000, 0.2)]


def test_a_fast_link_does_not_limit_the_rate() -> None:
    rate = FakeLink(1_000_000, 0.001).play(10)
    assert (rate.kbps, rate.fps) == (MAX_KBPS, MAX_FPS)


@pytest.mark.parametrize(("kbps", "delay"), SLOW_LINKS)
def test_a_slow_link_is_used_and_has_no_queue(kbps: float, delay: float) -> None:
    link = FakeLink(kbps, delay)
    link.play(2)
    for _ in range(30):
        rate = link.play(1)
        assert 0.6 * kbps < rate.kbps < kbps
        assert rate.fps > 50
        assert link.age_quantile(0.95) < delay / 2 + 0.05


@pytest.mark.parametrize(("kbps", "delay"), SLOW_LINKS)
def test_the_first_update_measures_a_slow_link(kbps: float, delay: float) -> None:
    link = FakeLink(kbps, delay)
    link.ping()
    link.wait(1.0)
    assert link.pacer.burst_bytes(link.now) == FIRST_BURST_BYTES
    link.send(FIRST_BURST_BYTES / BYTES_PER_KILOBIT)
    link.wait(5.0)
    assert link.pacer.rate(link.now, MAX_KBPS).kbps == pytest.approx(0.85 * kbps, rel=0.1)
    assert link.pacer.burst_bytes(link.now) < kbps * BYTES_PER_KILOBIT * max(0.05, delay)


def test_the_rate_follows_the_capacity_within_two_seconds() -> None:
    link = FakeLink(100_000, 0.02)
    link.play(10)
    for _ in range(3):
        link.kbps = 2_000
        link.play(2)
        rate = link.play(1)
        assert 1_000 < rate.kbps < 2_000
        assert link.age_quantile(0.95) < 0.1
        link.kbps = 100_000
        assert link.play(2).kbps == MAX_KBPS


@pytest.mark.parametrize("reads_ahead", [False, True])
@pytest.mark.parametrize(("paint", "frames"), [(0.025, 40), (0.05, 20)])
def test_a_slow_browser_gets_as_many_frames_as_it_paints_and_none_waits_long(
    paint: float, frames: int, reads_ahead: bool
) -> None:
    link = FakeLink(1_000_000, 0.001, paint=paint, reads_ahead=reads_ahead)
    link.play(3)
    link.play(5)
    assert 0.6 * frames < link.frames / 5 <= 1.05 * frames
    assert link.age_quantile(0.95) < 5 * paint
    assert link.pacer.link.capacity_kbps(link.now) is None
    link.paint = 0.005
    link.play(10)
    assert link.play(1).fps == MAX_FPS


def test_late_answers_do_not_make_a_link_seem_slow() -> None:
    link = FakeLink(1_000_000, 0.001, noise=0.01)
    link.play(3)
    assert link.play(5).kbps > 0.7 * MAX_KBPS


def test_after_a_day_the_rate_is_the_same_and_no_memory_is_used() -> None:
    link = FakeLink(10_000, 0.04)
    before = link.play(10)
    pacer = link.pacer
    for second in range(86_400):  # a small change each second
        link.wait(10.0 + second)
        link.send(8)
    link.wait(link.now + 1)
    assert pacer.in_flight == 0
    assert pacer.link.base_delay == pytest.approx(0.04, abs=0.005)
    assert sum(len(value) for value in vars(pacer.link).values() if isinstance(value, deque)) < 200
    assert not pacer._in_flight
    after = link.play(10)
    assert after.kbps == pytest.approx(before.kbps, rel=0.2)


def test_a_day_of_video_is_like_its_first_minute() -> None:
    link = FakeLink(10_000, 0.04)
    link.play(60)
    first = link.age_quantile(0.95)
    for _ in range(24):
        link.now += 3_500  # nothing moves for the rest of the hour
        link.next_frame = link.now
        link.play(100)
        assert link.age_quantile(0.95) < first + 0.01
        assert link.frames > 5_500


def test_tiles_wait_until_earlier_updates_are_painted() -> None:
    pacer = Pacer()
    for number in range(MAX_TILE_UPDATES_IN_FLIGHT):
        assert pacer.may_send_tiles()
        pacer.sent(0.0, number, 100)
    assert not pacer.may_send_tiles()
    assert pacer.oldest_age(3.0) == 3.0
    pacer.arrived(3.0, 0)
    assert not pacer.may_send_tiles()
    pacer.painted(3.0, 0)
    assert pacer.may_send_tiles()


def test_the_slowest_link_still_gets_frames() -> None:
    link = FakeLink(50, 1.0)
    rate = link.play(120)
    assert rate.kbps >= MIN_BITRATE_KBPS
    assert rate.fps >= MIN_FPS
    assert link.frames > 0


def test_bursts_grow_on_a_fast_link() -> None:
    pacer = Pacer()
    for number in range(1, 10):
        size = round(pacer.burst_bytes(number))
        pacer.sent(number, number, size)
        pacer.arrived(number + 0.005, number)
        pacer.painted(number + 0.005, number)
        assert pacer.burst_bytes(number) >= size
    assert pacer.burst_bytes(10) == MAX_BURST_BYTES


def test_a_client_falls_behind_when_a_frame_is_old() -> None:
    pacer = Pacer()
    for number in range(10):
        pacer.sent(0.01 * number, number, 1000)
    assert not pacer.fell_behind(0.2)
    assert pacer.fell_behind(0.5)


def test_a_decoder_hangs_if_an_update_that_arrived_is_not_painted() -> None:
    pacer = Pacer()
    pacer.sent(0.0, 1, 1000)
    assert not pacer.decoder_hangs(10.0)
    pacer.arrived(10.0, 1)
    assert not pacer.decoder_hangs(11.0)
    assert pacer.decoder_hangs(12.5)
    pacer.restart_hang_timeout(12.5)
    assert not pacer.decoder_hangs(14.0)
    pacer.painted(14.0, 1)
    assert not pacer.decoder_hangs(20.0)
