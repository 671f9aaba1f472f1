"""ZRLE: exact, tile by tile, in one zlib stream."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.stream.decoders import ZRLEDecoder
from support.stream.pictures import picture, pictures, rgb

from jupyter_vnc_proxy.rfb.pixel_format import NATIVE, PixelFormat
from jupyter_vnc_proxy.stream.picture.encoders.pixels import Pixels
from jupyter_vnc_proxy.stream.picture.encoders.zrle import ZRLEEncoder

RGBX = PixelFormat(32, 24, False, True, 255, 255, 255, 0, 8, 16)


def content(pixels: Pixels, pixel_format: PixelFormat = NATIVE) -> bytes:
    """Return the first rectangle's bytes below zlib."""
    data = ZRLEEncoder().encode(pixels, pixel_format)
    assert struct.unpack_from(">I", data) == (len(data) - 4,)
    return zlib.decompressobj().decompress(data[4:])


def row(*indices: int) -> Pixels:
    """Return pixels (n, 0, 0) in BGR, in one row."""
    pixels = np.zeros((1, len(indices), 4), np.uint8)
    pixels[0, :, 0] = indices
    return pixels


def test_one_colour_is_a_solid_tile() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., :3] = (1, 2, 3)
    assert content(pixels) == b"\x01\x01\x02\x03"


@pytest.mark.parametrize(
    ("red", "green", "blue", "big_endian", "expected"),
    [
        (16, 8, 0, False, b"\x01\x02\x03"),
        (16, 8, 0, True, b"\x03\x02\x01"),
        (0, 8, 16, False, b"\x03\x02\x01"),
        (24, 16, 8, False, b"\x01\x02\x03"),
        (24, 16, 8, True, b"\x03\x02\x01"),
    ],
)
def test_pixels_have_the_clients_order(red: int, green: int, blue: int, big_endian: bool, expected: bytes) -> None:
    pixels = np.array([[[1, 2, 3, 99]]], np.uint8)
    wanted = PixelFormat(32, 24, big_endian, True, 255, 255, 255, red, green, blue)
    assert content(pixels, wanted) == b"\x01" + expected


def test_two_colours_are_a_bit_each() -> None:
    assert content(row(5, 5, 9, 5, 5, 5, 5, 9, 9)) == b"\x02" + b"\x05\0\0" + b"\x09\0\0" + b"\x21\x80"


def unpacked(tile: bytes, count: int, bits: int, width: int) -> list[int]:
    """Return the colours of a packed palette tile of one row."""
    assert tile[0] == count
    palette, packed = tile[1 : 1 + 3 * count : 3], tile[1 + 3 * count :]
    assert len(packed) == -(-width * bits // 8)
    number = int.from_bytes(packed, "big")
    return [palette[number >> 8 * len(packed) - bits * (at + 1) & (1 << bits) - 1] for at in range(width)]


def test_four_colours_are_two_bits_each() -> None:
    colours = [1, 2, 3, 4, 4, 3, 2, 1, 1]
    assert unpacked(content(row(*colours)), 4, 2, 9) == colours


def test_sixteen_colours_are_four_bits_each() -> None:
    colours = [*range(16), 3, 3, 3, *range(16), 7, 7]
    assert unpacked(content(row(*colours)), 16, 4, len(colours)) == colours


def test_more_colours_are_raw() -> None:
    colours = [*range(17), *range(17)]
    assert content(row(*colours)) == b"\0" + b"".join(bytes([colour, 0, 0]) for colour in colours)


def test_tiles_of_64_go_from_left_to_right_and_down() -> None:
    pixels = np.zeros((65, 66, 4), np.uint8)
    pixels[:64, 64:, 0], pixels[64:, :64, 0], pixels[64:, 64:, 0] = 1, 2, 3
    assert content(pixels) == b"\x01\0\0\0" + b"\x01\x01\0\0" + b"\x01\x02\0\0" + b"\x01\x03\0\0"


@given(st.lists(pictures(150, 140), min_size=1, max_size=5))
def test_any_pictures_arrive_exactly_one_after_another(sent: list[Pixels]) -> None:
    encoder, decoder = ZRLEEncoder(), ZRLEDecoder()
    for pixels in sent:
        height, width = pixels.shape[:2]
        assert (decoder.decode(encoder.encode(pixels, RGBX), width, height) == rgb(pixels)).all()


@pytest.mark.parametrize(("colours", "kind"), [(1, 1), (2, 2), (3, 3), (16, 16), (17, 0)])
def test_a_tile_is_sent_in_the_way_that_suits_its_colours(colours: int, kind: int) -> None:
    decoder = ZRLEDecoder()
    decoder.decode(ZRLEEncoder().encode(picture(64, 64, colours), NATIVE), 64, 64)
    assert decoder.used == [kind]
