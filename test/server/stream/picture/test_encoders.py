"""Every encoder of the table keeps the contract."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_vnc_proxy.rfb.encodings import ENCODING_RAW, ENCODING_TIGHT, ENCODING_ZRLE
from jupyter_vnc_proxy.rfb.pixel_format import NATIVE, PixelFormat
from jupyter_vnc_proxy.stream.picture.encoders.table import ENCODERS

BGR233 = PixelFormat(8, 8, False, True, 7, 7, 3, 0, 3, 6)


def test_the_smallest_encoding_is_preferred_and_raw_is_the_last() -> None:
    assert list(ENCODERS) == [ENCODING_TIGHT, ENCODING_ZRLE, ENCODING_RAW]


@pytest.mark.parametrize("number", ENCODERS)
def test_each_encoder_knows_its_number_and_takes_native_pixels_and_a_compression_level(number: int) -> None:
    encoder = ENCODERS[number]()
    assert encoder.encoding == number
    assert encoder.accepts(NATIVE)
    encoder.set_compression_level(9)
    encoder.set_compression_level(None)
    assert encoder.encode(np.zeros((2, 3, 4), np.uint8))


def test_only_raw_takes_small_pixels() -> None:
    assert [number for number, make in ENCODERS.items() if make().accepts(BGR233)] == [ENCODING_RAW]


def test_an_encoder_that_is_never_lossy_is_exact_when_it_is_asked_to_be() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    for encoder in (make() for make in ENCODERS.values() if not make.is_lossy):
        assert encoder.encode_lossy(pixels, 0)[1]
