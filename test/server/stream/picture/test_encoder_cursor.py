"""The pointer's shape as a rectangle, byte by byte."""

from __future__ import annotations

import numpy as np

from jupyter_vnc_proxy.rfb.pixel_format import PixelFormat
from jupyter_vnc_proxy.stream.picture.encoders.cursor import cursor, cursor_vmware

CURSOR = np.array([[[1, 2, 3, 255], [4, 5, 6, 127]], [[7, 8, 9, 128], [0, 0, 0, 0]]], np.uint8)
"""BGRA, two by two."""


def test_a_cursor_with_alpha_goes_out_as_rgba() -> None:
    assert cursor_vmware(1, 0, CURSOR) == (
        b"\0\x01\0\0\0\x02\0\x02" + b"\x57\x4d\x56\x64" + b"\x01\0"
        b"\x03\x02\x01\xff\x06\x05\x04\x7f\x09\x08\x07\x80\0\0\0\0"
    )


def test_a_cursor_without_alpha_has_a_mask_of_whole_bytes_a_row() -> None:
    assert cursor(1, 0, CURSOR) == (b"\0\x01\0\0\0\x02\0\x02" + b"\xff\xff\xff\x11" + CURSOR.tobytes() + b"\x80\x80")


def test_a_cursor_without_alpha_comes_in_the_clients_pixel_format() -> None:
    bgr233 = PixelFormat(8, 8, False, True, 7, 7, 3, 0, 3, 6)
    wide = np.full((1, 9, 4), 255, np.uint8)
    assert cursor(0, 0, wide, bgr233)[12:] == b"\xff" * 9 + b"\xff\x80"


def test_no_cursor_has_no_content() -> None:
    nothing = np.zeros((0, 0, 4), np.uint8)
    assert cursor(0, 0, nothing) == bytes(8) + b"\xff\xff\xff\x11"
    assert cursor_vmware(0, 0, nothing) == bytes(8) + b"\x57\x4d\x56\x64" + b"\x01\0"
