"""The encoder settings for a quality level."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.encoder_profile import (
    DEFAULT_QUALITY,
    FULL_CHROMA_MIN_QUALITY,
    max_bitrate_kbps,
    profile_for,
)

LEVELS = range(10)


def test_a_client_without_a_quality_level_gets_novncs_default() -> None:
    assert profile_for(None) == profile_for(DEFAULT_QUALITY)
    expected = pytest.approx(10_000, rel=0.01)
    assert max_bitrate_kbps(None, 1280, 720) == max_bitrate_kbps(DEFAULT_QUALITY, 1280, 720) == expected


def test_a_higher_level_never_has_a_lower_bitrate() -> None:
    bitrates = [max_bitrate_kbps(level, 640, 480) for level in LEVELS]
    assert bitrates == sorted(bitrates)


def test_high_levels_have_full_chroma() -> None:
    assert [profile_for(level).full_chroma for level in LEVELS] == [
        level >= FULL_CHROMA_MIN_QUALITY for level in LEVELS
    ]


def test_the_best_level_has_the_lowest_quantiser() -> None:
    assert profile_for(9).min_qp == min(profile_for(level).min_qp for level in LEVELS)


def test_the_bitrate_grows_with_the_screen() -> None:
    assert max_bitrate_kbps(6, 2560, 1440) == pytest.approx(4 * max_bitrate_kbps(6, 1280, 720))
