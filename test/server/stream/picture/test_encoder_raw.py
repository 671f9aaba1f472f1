"""Raw pixels in the formats that clients ask for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.rfb.errors import ProtocolError
from jupyter_vnc_proxy.rfb.pixel_format import NATIVE, PixelFormat
from jupyter_vnc_proxy.stream.picture.encoders.raw import RawEncoder

BGRX = np.array([[[0x11, 0x22, 0x33, 0x44], [0xFF, 0x80, 0x00, 0x00]]], np.uint8)
"""Two pixels: red 0x33, green 0x22, blue 0x11; and red 0, green 0x80, blue 0xff."""

RGBX = PixelFormat(32, 24, False, True, 255, 255, 255, 0, 8, 16)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (NATIVE, "112233 44 ff8000 00"),
        (RGBX, "332211 44 0080ff 00"),
        (PixelFormat(32, 24, True, True, 255, 255, 255, 16, 8, 0), "44 332211 00 0080ff"),
        (PixelFormat(32, 24, True, True, 255, 255, 255, 24, 16, 8), "332211 44 0080ff 00"),
        (PixelFormat(32, 32, False, True, 255, 255, 255, 16, 8, 0), "112233 00 ff8000 00"),
        (PixelFormat(32, 30, False, True, 255, 255, 255, 20, 10, 0), "11883003 ff000200"),
        (PixelFormat(16, 16, False, True, 31, 63, 31, 11, 5, 0), "0231 1f04"),
        (PixelFormat(16, 16, True, True, 31, 63, 31, 11, 5, 0), "3102 041f"),
        (PixelFormat(8, 8, False, True, 7, 7, 3, 0, 3, 6), "09 e0"),
        (PixelFormat(8, 8, False, True, 3, 3, 3, 0, 2, 4), "01 38"),
    ],
)
def test_pixels_come_as_they_are_wanted(wanted: PixelFormat, expected: str) -> None:
    assert RawEncoder().encode(BGRX, wanted).hex(" ") == bytes.fromhex(expected).hex(" ")


def test_a_part_of_a_screen_is_taken_row_by_row() -> None:
    screen = np.arange(4 * 4 * 4, dtype=np.uint8).reshape(4, 4, 4)
    part = screen[1:3, 1:3]
    assert RawEncoder().encode(part) == bytes([*range(20, 28), *range(36, 44)])
    assert RawEncoder().encode(part, RGBX)[:4] == bytes([22, 21, 20, 23])


def test_a_colour_map_has_no_pixels() -> None:
    with pytest.raises(ValueError, match="colour map"):
        RawEncoder().encode(BGRX, PixelFormat(8, 8, False, False, 0, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(("red", "green", "blue"), [(16, 8, 0), (0, 8, 16), (24, 16, 8), (8, 24, 16)])
@pytest.mark.parametrize("big_endian", [False, True])
def test_whole_bytes_in_any_order_are_native(red: int, green: int, blue: int, big_endian: bool) -> None:
    wanted = PixelFormat(32, 24, big_endian, True, 255, 255, 255, red, green, blue)
    assert wanted.is_native
    value = 0x33 << red | 0x22 << green | 0x11 << blue
    padding = 0x44 << ({0, 8, 16, 24} - {red, green, blue}).pop()
    expected = (value | padding).to_bytes(4, "big" if big_endian else "little")
    assert RawEncoder().encode(BGRX[:, :1], wanted) == expected


@pytest.mark.parametrize(
    "wanted",
    [
        PixelFormat(32, 32, False, True, 255, 255, 255, 16, 8, 0),
        PixelFormat(32, 24, False, True, 255, 255, 127, 16, 8, 0),
        PixelFormat(32, 24, False, True, 255, 255, 255, 24, 8, 0),
        PixelFormat(32, 24, False, True, 255, 255, 255, 17, 9, 1),
        PixelFormat(16, 16, False, True, 31, 63, 31, 11, 5, 0),
    ],
)
def test_what_does_not_fit_three_neighbouring_bytes_is_not_native(wanted: PixelFormat) -> None:
    assert not wanted.is_native


@given(st.binary(min_size=16, max_size=16))
def test_a_format_is_refused_or_comes_back_and_can_be_encoded(data: bytes) -> None:
    try:
        found = PixelFormat.parse(data)
    except ProtocolError:
        return
    assert PixelFormat.parse(found.pack()) == found
    assert len(RawEncoder().encode(BGRX, found)) == found.bits_per_pixel // 4
