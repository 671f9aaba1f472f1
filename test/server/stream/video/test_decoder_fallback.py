"""What is left out for a browser whose decoder hung."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.decoder_fallback import RETURNS, DecoderFallback, VideoLevel


def test_who_connects_is_trusted() -> None:
    assert DecoderFallback().level_for_next(0.0) == VideoLevel.FULL_CHROMA


@pytest.mark.parametrize(
    ("trust", "full_chroma", "less"),
    [
        (VideoLevel.FULL_CHROMA, True, VideoLevel.HALVED_CHROMA),
        (VideoLevel.FULL_CHROMA, False, VideoLevel.NO_VIDEO),
        (VideoLevel.HALVED_CHROMA, False, VideoLevel.NO_VIDEO),
    ],
)
def test_who_comes_next_gets_less_and_only_that_one(trust: VideoLevel, full_chroma: bool, less: VideoLevel) -> None:
    recovery = DecoderFallback()
    assert recovery.hung(0.0, trust, full_chroma) == less
    assert recovery.level_for_next(RETURNS - 1) == less
    assert recovery.level_for_next(RETURNS - 1) == VideoLevel.FULL_CHROMA


def test_who_comes_later_is_another_one() -> None:
    recovery = DecoderFallback()
    recovery.hung(0.0, VideoLevel.FULL_CHROMA, False)
    assert recovery.level_for_next(RETURNS + 0.1) == VideoLevel.FULL_CHROMA
    assert recovery.level_for_next(0.0) == VideoLevel.FULL_CHROMA


def test_several_that_hung_are_expected_in_their_order() -> None:
    recovery = DecoderFallback()
    recovery.hung(0.0, VideoLevel.FULL_CHROMA, True)
    recovery.hung(1.0, VideoLevel.FULL_CHROMA, False)
    assert [recovery.level_for_next(2.0) for _ in range(3)] == [
        VideoLevel.HALVED_CHROMA,
        VideoLevel.NO_VIDEO,
        VideoLevel.FULL_CHROMA,
    ]
