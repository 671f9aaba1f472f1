"""The search for what has moved on the screen."""

from __future__ import annotations

import numpy as np
import pytest

from jupyter_vnc_proxy.stream.picture.copy_search import find_copies


@pytest.mark.parametrize("likely", [(820, 0), (-820, 0), (900, 3), (0, 700), (0, -64), (10_000, 10_000)])
def test_a_distance_that_is_larger_than_the_area_is_none(likely: tuple[int, int]) -> None:
    noise = np.random.default_rng(1)
    old = noise.integers(0, 1 << 32, (64, 820), np.uint32)
    new = noise.integers(0, 1 << 32, (64, 820), np.uint32)
    assert find_copies(old, new, likely) == []
