"""What a client's quality level means for video."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.encoder_profile import DEFAULT, FULL_COLOUR_FROM, max_bitrate_kbps, profile_for

LEVELS = range(10)


def test_a_client_that_says_nothing_gets_what_novnc_asks_for_at_first() -> None:
    assert profile_for(None) == profile_for(DEFAULT)
    assert max_bitrate_kbps(None, 1280, 720) == max_bitrate_kbps(DEFAULT, 1280, 720) == pytest.approx(10_000, rel=0.01)


def test_higher_levels_never_take_less() -> None:
    most = [max_bitrate_kbps(level, 640, 480) for level in LEVELS]
    assert most == sorted(most)


def test_the_chroma_is_whole_from_one_level_on() -> None:
    assert [profile_for(level).full_chroma for level in LEVELS] == [level >= FULL_COLOUR_FROM for level in LEVELS]
    assert profile_for(9).finest == min(profile_for(level).finest for level in LEVELS)


def test_a_larger_screen_may_take_more() -> None:
    assert max_bitrate_kbps(6, 2560, 1440) == pytest.approx(4 * max_bitrate_kbps(6, 1280, 720))
