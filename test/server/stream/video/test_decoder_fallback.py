"""What is left out for a browser whose decoder hung."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.stream.video.decoder_fallback import RETURNS, Recovery, Trust


def test_who_connects_is_trusted() -> None:
    assert Recovery().trust(0.0) == Trust.ALL


@pytest.mark.parametrize(
    ("trust", "full_colour", "less"),
    [
        (Trust.ALL, True, Trust.HALVED_COLOUR),
        (Trust.ALL, False, Trust.WITHOUT_VIDEO),
        (Trust.HALVED_COLOUR, False, Trust.WITHOUT_VIDEO),
    ],
)
def test_who_comes_next_gets_less_and_only_that_one(trust: Trust, full_colour: bool, less: Trust) -> None:
    recovery = Recovery()
    assert recovery.hung(0.0, trust, full_colour) == less
    assert recovery.trust(RETURNS - 1) == less
    assert recovery.trust(RETURNS - 1) == Trust.ALL


def test_who_comes_later_is_another_one() -> None:
    recovery = Recovery()
    recovery.hung(0.0, Trust.ALL, False)
    assert recovery.trust(RETURNS + 0.1) == Trust.ALL
    assert recovery.trust(0.0) == Trust.ALL


def test_several_that_hung_are_expected_in_their_order() -> None:
    recovery = Recovery()
    recovery.hung(0.0, Trust.ALL, True)
    recovery.hung(1.0, Trust.ALL, False)
    assert [recovery.trust(2.0) for _ in range(3)] == [Trust.HALVED_COLOUR, Trust.WITHOUT_VIDEO, Trust.ALL]
