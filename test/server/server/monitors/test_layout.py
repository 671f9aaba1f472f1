"""Where the monitors of a desktop are."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.errors import Conflict, InvalidOption
from jupyter_vnc_proxy.options import Area, Geometry
from jupyter_vnc_proxy.server.monitors.layout import MAX_MONITORS, Claim, arrange


def test_monitors_stand_side_by_side_by_number_in_the_order_of_the_claims() -> None:
    claims = [Claim(2, Geometry(800, 600)), Claim(1, Geometry(1000, 700)), Claim(3, Geometry(300, 900))]
    assert arrange(claims) == [Area(1000, 0, 800, 600), Area(0, 0, 1000, 700), Area(1800, 0, 300, 900)]


def test_the_same_number_twice_makes_two_monitors() -> None:
    assert arrange([Claim(1, Geometry(800, 600)), Claim(1, Geometry(700, 500))]) == [
        Area(0, 0, 800, 600),
        Area(800, 0, 700, 500),
    ]


def test_a_width_that_no_desktop_has_is_refused() -> None:
    with pytest.raises(Conflict, match="need 10000 pixels") as raised:
        arrange([Claim(1, Geometry(5000, 600)), Claim(2, Geometry(5000, 600))])
    assert raised.value.code == "desktop-too-large"


def test_more_monitors_than_the_limit_are_refused() -> None:
    with pytest.raises(Conflict, match="at most 8"):
        arrange([Claim(1, Geometry(64, 64))] * (MAX_MONITORS + 1))


@pytest.mark.parametrize("values", [(0, 800, 600), (9, 800, 600), (-1, 800, 600), (1, 63, 600), (1, 800, 8193)])
def test_values_out_of_range_are_refused(values: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidOption):
        Claim.checked(*values)
