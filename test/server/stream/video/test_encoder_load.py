"""An encoder that is slower than the frame rate gets fewer pictures, so that none waits for it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from jupyter_vnc_proxy.stream.video.encoder_load import EncoderLoad
from jupyter_vnc_proxy.stream.video.encoder_profile import MAX_FPS
from jupyter_vnc_proxy.stream.video.frame_rate import MIN_FPS

TICK_SECONDS = 0.05


class Encoder:
    """An encoder in simulated time, with one picture captured ahead of it as pixelflux has it."""

    def __init__(self) -> None:
        self.load = EncoderLoad()
        self.now = 100.0
        self.rates: list[float] = []

    def encode(self, seconds: float, took: float) -> float:
        """Encode for a while, each frame in ``took`` seconds; return the frame rate in the end."""
        end, free_at, tick = self.now + seconds, self.now, self.now
        while self.now < end:
            fps = self.load.fps(self.now) if self.now >= tick else self.rates[-1]
            if self.now >= tick:
                tick += TICK_SECONDS
                self.rates.append(fps)
            begins = max(self.now, free_at)
            self.load.encoded(begins - self.now, took)
            free_at = begins + took
            self.now = max(self.now + 1 / fps, free_at - 1 / fps)
        return self.rates[-1]


def test_an_encoder_that_keeps_up_gets_all_frames() -> None:
    encoder = Encoder()
    assert encoder.encode(5, took=0.014) == MAX_FPS
    assert encoder.load.load == pytest.approx(0.014 * MAX_FPS)
    assert set(encoder.rates) == {MAX_FPS}


def test_an_encoder_that_is_too_slow_gets_no_more_than_it_can_take() -> None:
    encoder = Encoder()
    assert 30 < encoder.encode(4, took=0.025) < 1 / 0.025
    rates = set(encoder.rates)
    encoder.encode(20, took=0.025)
    assert set(encoder.rates) == rates, "each change costs a key frame"


def test_an_encoder_that_is_short_of_time_for_a_moment_keeps_all_frames() -> None:
    encoder = Encoder()
    for _ in range(10):
        encoder.encode(3, took=0.012)
        encoder.encode(0.8, took=0.035)
    assert set(encoder.rates) == {MAX_FPS}


def test_an_encoder_that_can_take_the_maximum_again_gets_it_although_it_is_nearly_busy() -> None:
    encoder = Encoder()
    assert encoder.encode(3, took=0.03) < MAX_FPS
    assert encoder.encode(10, took=0.0145) == MAX_FPS


def test_a_higher_frame_rate_that_fails_is_tried_less_and_less_often() -> None:
    encoder = Encoder()
    changes: list[float] = []
    while encoder.now < 220:
        is_lowered = bool(encoder.rates) and encoder.rates[-1] < MAX_FPS
        fps = encoder.encode(0.5, took=0.014 if is_lowered else 0.022)  # what else runs then leaves less time
        if fps == MAX_FPS and is_lowered:
            changes.append(encoder.now)
    pauses = [later - earlier for earlier, later in pairwise(changes)]
    assert len(changes) < 8
    assert pauses == sorted(pauses)
    assert pauses[-1] > 30


def test_even_the_slowest_encoder_gets_a_few_frames() -> None:
    assert Encoder().encode(120, took=0.5) == MIN_FPS


def test_an_encoder_that_has_time_again_gets_all_frames_again() -> None:
    encoder = Encoder()
    assert encoder.encode(3, took=0.03) < 30
    assert encoder.encode(10, took=0.005) == MAX_FPS


def test_an_encoder_whose_times_are_unknown_gets_all_frames() -> None:
    load = EncoderLoad()
    for _ in range(100):
        load.encoded(0.0, 0.0)
    assert load.fps(100.0) == MAX_FPS


def test_what_the_encoder_took_with_other_settings_is_forgotten() -> None:
    load = EncoderLoad()
    for _ in range(100):
        load.encoded(0.05, 0.05)
    load.restarted()
    assert load.fps(100.0) == MAX_FPS
    load.encoded(0.0, 0.01)
    assert load.load == pytest.approx(0.01 * MAX_FPS)
