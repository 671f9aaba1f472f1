"""What a client's quality level means for video."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.encoder_profile import DEFAULT, FULL_COLOUR_FROM, look_of, most_kilobits

LEVELS = range(10)


def test_a_client_that_says_nothing_gets_what_novnc_asks_for_at_first() -> None:
    assert look_of(None) == look_of(DEFAULT)
    assert most_kilobits(None, 1280, 720) == most_kilobits(DEFAULT, 1280, 720) == pytest.approx(10_000, rel=0.01)


def test_higher_levels_never_take_less() -> None:
    most = [most_kilobits(level, 640, 480) for level in LEVELS]
    assert most == sorted(most)


def test_the_chroma_is_whole_from_one_level_on() -> None:
    assert [look_of(level).full_colour for level in LEVELS] == [level >= FULL_COLOUR_FROM for level in LEVELS]
    assert look_of(9).finest == min(look_of(level).finest for level in LEVELS)


def test_a_larger_screen_may_take_more() -> None:
    assert most_kilobits(6, 2560, 1440) == pytest.approx(4 * most_kilobits(6, 1280, 720))
