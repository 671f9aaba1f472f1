"""The entries of the X resource database that a scale sets."""

from __future__ import annotations

import pytest

from jupyter_vnc_proxy.runner.scale.resources import Resources, merge, value_of

USERS = "XTerm*faceName:\tDejaVu Sans Mono\nEmacs.font: 10x20\n"


def test_other_resources_stay() -> None:
    scaled = merge(USERS, {"Xft.dpi": "192"})
    assert scaled == USERS + "Xft.dpi:\t192\n"
    assert merge(scaled, {"Xft.dpi": None}) == USERS
    assert value_of(scaled, "Emacs.font") == "10x20"
    assert value_of(scaled, "Xft") is None


def test_the_scale_sets_fonts_and_cursor_and_removes_them() -> None:
    resources = Resources()
    large = resources.scaled(USERS, 250)
    assert (value_of(large, "Xft.dpi"), value_of(large, "Xcursor.size")) == ("240", "60")
    assert resources.scaled(large, 100) == USERS


@pytest.mark.parametrize("percent", [100, 125, 300])
def test_a_value_of_the_user_stays(percent: int) -> None:
    resources = Resources()
    users = resources.scaled(USERS, 200).replace("192", "120")
    after = resources.scaled(users, percent)
    assert value_of(after, "Xft.dpi") == "120"


def test_what_a_settings_daemon_wrote_for_no_choice_is_replaced() -> None:
    assert value_of(Resources().scaled("Xcursor.size:\t0\n", 200), "Xcursor.size") == "48"
