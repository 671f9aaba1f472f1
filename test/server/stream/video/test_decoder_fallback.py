"""The video level of a browser whose decoder has hung."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.decoder_fallback import RECONNECT_SECONDS, DecoderFallback, VideoLevel


def test_a_new_client_gets_full_chroma() -> None:
    assert DecoderFallback().level_for_next(0.0) == VideoLevel.FULL_CHROMA


@pytest.mark.parametrize(
    ("level", "full_chroma", "lower"),
    [
        (VideoLevel.FULL_CHROMA, True, VideoLevel.HALVED_CHROMA),
        (VideoLevel.FULL_CHROMA, False, VideoLevel.NO_VIDEO),
        (VideoLevel.HALVED_CHROMA, False, VideoLevel.NO_VIDEO),
    ],
)
def test_only_the_next_client_gets_less(level: VideoLevel, full_chroma: bool, lower: VideoLevel) -> None:
    fallback = DecoderFallback()
    assert fallback.decoder_hung(0.0, level, full_chroma) == lower
    assert fallback.level_for_next(RECONNECT_SECONDS - 1) == lower
    assert fallback.level_for_next(RECONNECT_SECONDS - 1) == VideoLevel.FULL_CHROMA


def test_a_client_that_connects_later_is_another_one() -> None:
    fallback = DecoderFallback()
    fallback.decoder_hung(0.0, VideoLevel.FULL_CHROMA, False)
    assert fallback.level_for_next(RECONNECT_SECONDS + 0.1) == VideoLevel.FULL_CHROMA
    assert fallback.level_for_next(0.0) == VideoLevel.FULL_CHROMA


def test_several_clients_are_expected_in_order() -> None:
    fallback = DecoderFallback()
    fallback.decoder_hung(0.0, VideoLevel.FULL_CHROMA, True)
    fallback.decoder_hung(1.0, VideoLevel.FULL_CHROMA, False)
    levels = [fallback.level_for_next(2.0) for _ in range(3)]
    assert levels == [VideoLevel.HALVED_CHROMA, VideoLevel.NO_VIDEO, VideoLevel.FULL_CHROMA]
