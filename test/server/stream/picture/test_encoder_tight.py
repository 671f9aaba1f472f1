"""Tight: exact, in the form that suits a picture, and in step with the viewer's zlib streams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.stream.decoders import TightDecoder
from support.stream.pictures import picture, pictures, rgb

from jupyter_vnc_proxy.stream.picture.encoders import palette
from jupyter_vnc_proxy.stream.picture.encoders.palette import FACTORS, SLOT_BITS, PaletteFinder, colours_of
from jupyter_vnc_proxy.stream.picture.encoders.pixels import Pixels
from jupyter_vnc_proxy.stream.picture.encoders.tight import (
    MAX_LENGTH,
    MAX_WIDTH,
    TightEncoder,
    compact_length,
)


def decoded(encoder: TightEncoder, decoder: TightDecoder, pixels: Pixels) -> str:
    """Assert that a picture arrives as it was; return how it was sent."""
    height, width = pixels.shape[:2]
    assert (decoder.decode(encoder.encode(pixels), width, height) == rgb(pixels)).all()
    return decoder.used[-1]


def test_one_colour_is_four_bytes_and_what_is_unused_does_not_count() -> None:
    pixels = picture(64, 64, 1)
    pixels[..., :3] = (1, 2, 3)
    assert len(np.unique(pixels[..., 3])) > 1
    assert TightEncoder().encode(pixels) == b"\x80\x03\x02\x01"


def test_so_few_pixels_are_not_compressed() -> None:
    pixels = np.array([[[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 0]]], np.uint8)
    assert TightEncoder().encode(pixels) == b"\x00" + b"\x03\x02\x01\x06\x05\x04\x09\x08\x07"


def test_two_colours_are_a_bit_each_and_rows_begin_with_a_byte() -> None:
    pixels = np.zeros((1, 9, 4), np.uint8)
    pixels[0, [1, 8], :3] = (1, 2, 3)
    assert TightEncoder().encode(pixels) == b"\x50\x01\x01" + b"\0\0\0" + b"\x03\x02\x01" + b"\x40\x80"


def test_a_long_line_of_two_colours_goes_through_its_own_zlib_stream() -> None:
    assert TightEncoder().encode(picture(64, 64, 2))[0] == 0x50


@pytest.mark.parametrize(
    ("colours", "way"),
    [(1, "fill"), (2, "palette 2"), (3, "palette 3"), (100, "palette 100"), (256, "palette 256"), (257, "copy")],
)
def test_a_picture_is_sent_in_the_way_that_suits_its_colours(colours: int, way: str) -> None:
    assert decoded(TightEncoder(6), TightDecoder(), picture(80, 60, colours)).startswith(way)


def test_noise_is_stored_unless_size_matters_more() -> None:
    noise = picture(80, 60, 0)
    assert decoded(TightEncoder(), TightDecoder(), noise) == "copy 3"
    assert decoded(TightEncoder(9), TightDecoder(), noise) == "copy 0"


@given(st.lists(pictures(), min_size=1, max_size=8), st.sampled_from([None, *range(10)]))
def test_any_pictures_arrive_exactly_one_after_another(sent: list[Pixels], level: int | None) -> None:
    encoder, decoder = TightEncoder(level), TightDecoder()
    for pixels in sent:
        decoded(encoder, decoder, pixels)


def test_streams_continue_so_repeated_content_is_smaller() -> None:
    encoder, pixels = TightEncoder(), picture(64, 64, 50)
    assert len(encoder.encode(pixels)) > 2 * len(encoder.encode(pixels))


def test_another_level_continues_the_same_streams() -> None:
    encoder, decoder = TightEncoder(1), TightDecoder()
    for level in (1, 9, 9, 0, 4):
        encoder.set_compression_level(level)
        for colours in (2, 50, 0, 1):
            decoded(encoder, decoder, picture(64, 64, colours))
            decoded(encoder, decoder, picture(128, 64, colours, seed=level))
    assert decoder.resets == [], "noVNC does not survive one"


def test_a_higher_level_makes_text_smaller() -> None:
    pixels = np.tile(picture(32, 8, 20), (8, 4, 1))
    pixels[::3] = pixels[::3][:, ::-1]
    sizes = [len(TightEncoder(level).encode(pixels)) for level in (0, 1, 9)]
    assert sizes[0] > sizes[1] >= sizes[2]


@pytest.mark.parametrize("quality", range(10))
def test_jpeg_looks_like_the_picture(quality: int) -> None:
    decoder = TightDecoder()
    pixels = np.zeros((48, 64, 4), np.uint8)
    pixels[..., 0], pixels[..., 2] = np.linspace(0, 255, 64), np.linspace(0, 255, 48)[:, np.newaxis]
    seen = decoder.decode(TightEncoder().jpeg(pixels, quality), 64, 48)
    assert decoder.used == ["jpeg"]
    assert np.abs(seen.astype(int) - rgb(pixels)).mean() < 12 - quality


def test_a_better_quality_is_larger() -> None:
    sizes = [len(TightEncoder().jpeg(picture(64, 64, 0), quality)) for quality in range(10)]
    assert sizes == sorted(sizes)


def test_a_given_jpeg_is_embedded() -> None:
    assert TightEncoder().jpeg_data(b"x" * 200) == b"\x90\xc8\x01" + b"x" * 200


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (10000, "904e"),
        (16383, "ff7f"),
        (16384, "808001"),
        (4194303, "ffffff"),
    ],
)
def test_a_length_takes_as_few_bytes_as_it_can(length: int, expected: str) -> None:
    assert compact_length(length).hex() == expected


def test_what_is_too_large_for_a_rectangle_is_refused() -> None:
    with pytest.raises(ValueError, match="long"):
        compact_length(MAX_LENGTH + 1)
    with pytest.raises(ValueError, match="wide"):
        TightEncoder().encode(np.zeros((1, MAX_WIDTH + 1, 4), np.uint8))


@given(pictures(), st.sampled_from([2, 16, 256]))
def test_a_palette_has_each_colour_once_and_tells_every_pixel(pixels: Pixels, limit: int) -> None:
    colours = colours_of(pixels)
    found = PaletteFinder().find(colours, limit)
    if found is None:
        assert len(np.unique(colours)) > limit
        return
    assert (found.colours[found.indices] == colours).all()
    assert sorted(found.colours) == sorted(np.unique(colours))
    assert len(found.colours) <= limit


def test_colours_that_meet_in_one_slot_are_told_apart() -> None:
    every = np.arange(1 << 24, dtype=np.uint32)
    slots = (every * np.uint32(FACTORS[0])) >> np.uint32(32 - SLOT_BITS)
    colours = np.resize(every[slots == slots[1]][:3], (64, 64))
    found = PaletteFinder().find(colours, 256)
    assert found is not None
    assert (found.colours[found.indices] == colours).all()


def test_colours_that_meet_with_every_factor_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "FACTORS", (0,))
    colours = colours_of(picture(64, 64, 200))
    found = PaletteFinder().find(colours, 256)
    assert found is not None
    assert (found.colours[found.indices] == colours).all()
    assert PaletteFinder().find(colours_of(picture(64, 64, 300)), 256) is None
