"""The parts that the encoders' bench cuts pictures into."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.encoders import MAX_AREA, split_rectangles
from jupyter_vnc_proxy.stream.picture.encoders.tight import MAX_WIDTH


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 9000), st.integers(1, 5000))
def test_a_rectangle_is_cut_into_parts_that_cover_it_once(x: int, y: int, width: int, height: int) -> None:
    parts = list(split_rectangles(x, y, width, height))
    assert all(0 < w <= MAX_WIDTH and h > 0 and w * h <= MAX_AREA for _, _, w, h in parts)
    assert sum(w * h for _, _, w, h in parts) == width * height
    assert len({(left, top) for left, top, _, _ in parts}) == len(parts)
    assert (min(left for left, *_ in parts), min(top for _, top, *_ in parts)) == (x, y)
    assert max(left + w for left, _, w, _ in parts) == x + width
    assert max(top + h for _, top, _, h in parts) == y + height


def test_what_fits_is_not_cut() -> None:
    assert list(split_rectangles(5, 6, 640, 100)) == [(5, 6, 640, 100)]
    assert list(split_rectangles(0, 0, 0, 10)) == []
