"""The times of packets, whatever the delays with which they arrive."""

from __future__ import annotations

import itertools

import pytest

from jupyter_vnc_proxy.sound.capture_clock import CaptureClock

FRAME = 480
DELAYS = (0.03, 0.002, 0.05, 0.004, 0.02, 0.001)


def test_the_packet_with_the_least_delay_sets_the_clock() -> None:
    clock = CaptureClock()
    late = itertools.cycle(DELAYS)
    times = [clock.microseconds(count * FRAME, 100 + count / 100 + next(late)) for count in range(600)]
    settled = times[6:]
    assert all(abs(time - (100.001 + (6 + count) / 100) * 1e6) < 1000 for count, time in enumerate(settled))


def test_silence_is_a_jump_of_the_time() -> None:
    clock = CaptureClock()
    first = clock.microseconds(0, 50.0)
    assert clock.microseconds(48000, 51.0) - first == pytest.approx(1_000_000, abs=1500)


def test_a_capture_that_begins_again_sets_the_clock_again() -> None:
    clock = CaptureClock()
    clock.microseconds(480_000, 50.0)
    assert clock.microseconds(0, 60.0) == 60_000_000
