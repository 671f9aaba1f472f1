"""Which of Xfce's values are ours, and which the user's."""

from __future__ import annotations

from collections import Counter

import pytest

from jupyter_vnc_proxy.runner.scale.xfce_scale import UNSCALED_DPI_NAME, XfceScale
from jupyter_vnc_proxy.runner.scale.xfconf import NoAnswer, Xfconf, XfconfError

DPI, WINDOWS, CURSOR = "/Xft/DPI", "/Gdk/WindowScalingFactor", "/Gtk/CursorThemeSize"
PANEL, PANEL_ICONS, ICONS = "/panels/panel-901/size", "/panels/panel-901/icon-size", "/desktop-icons/icon-size"


class Settings(Xfconf):
    """Settings in memory; setting fails for names in ``locked``, and for any after ``left`` others.

    Channels in ``silent`` are not read.
    """

    def __init__(self) -> None:
        super().__init__({})
        self.channels: dict[str, dict[str, str]] = {"xsettings": {WINDOWS: "1", CURSOR: "0"}, "xfwm4": {}}
        self.channels |= {"xfce4-desktop": {}, "xfce4-panel": {PANEL: "30", PANEL_ICONS: "18"}}
        self.locked: set[str] = set()
        self.silent: set[str] = set()
        self.left = 1000
        self.writes: Counter[str] = Counter()

    def values(self, channel: str) -> dict[str, str]:
        if channel in self.silent:
            raise NoAnswer(channel)
        return dict(self.channels[channel])

    def set(self, channel: str, name: str, value: int | str) -> None:
        self.left -= 1
        if name in self.locked or self.left < 0:
            raise XfconfError(name)
        self.writes[channel] += 1
        self.channels[channel][name] = str(value)

    def scale(self, percent: int) -> list[str | None]:
        """Apply a scale; return the DPI, the factor of windows, the cursor's size and GTK's DPI."""
        XfceScale(self).apply(percent)
        values = self.channels["xsettings"]
        unscaled = values.get(UNSCALED_DPI_NAME)
        return [*map(values.get, (DPI, WINDOWS, CURSOR)), unscaled and str(int(unscaled) / 1024)]


@pytest.mark.parametrize(
    ("percent", "wanted"),
    [
        (125, ["120", "1", "30", None]),
        (200, ["192", "2", "48", "96.0"]),
        (250, ["240", "2", "60", "120.0"]),
        (300, ["288", "3", "72", "96.0"]),
    ],
)
def test_the_values_of_a_scale(percent: int, wanted: list[str | None]) -> None:
    settings = Settings()
    assert settings.scale(percent) == wanted
    assert settings.scale(100)[:3] == ["96", "1", "0"]


@pytest.mark.parametrize(
    ("percent", "wanted"), [(125, ["38", "22", "60"]), (150, ["45", "27", "72"]), (200, ["30", "18", "48"])]
)
def test_panel_and_icons_have_the_part_of_a_scale_that_windows_have_not(percent: int, wanted: list[str]) -> None:
    settings = Settings()
    panel, desktop = settings.channels["xfce4-panel"], settings.channels["xfce4-desktop"]
    settings.scale(percent)
    assert [panel[PANEL], panel[PANEL_ICONS], desktop[ICONS]] == wanted
    settings.scale(100)
    assert [panel[PANEL], panel[PANEL_ICONS], desktop[ICONS]] == ["30", "18", "48"]


def test_a_user_with_another_panel_gets_none_of_ours() -> None:
    settings = Settings()
    settings.channels["xfce4-panel"] = {"/panels/panel-1/size": "26"}
    settings.scale(150)
    assert settings.channels["xfce4-panel"] == {"/panels/panel-1/size": "26"}


@pytest.mark.parametrize("default", ["-1", "96"])
def test_the_dpi_that_xfce_has_by_itself_is_not_the_users(default: str) -> None:
    settings = Settings()
    settings.channels["xsettings"][DPI] = default
    assert settings.scale(100)[0] == default
    assert settings.scale(200)[:2] == ["192", "2"]


def test_nothing_is_written_for_a_user_who_never_had_another_scale() -> None:
    settings = Settings()
    assert settings.scale(100) == [None, "1", "0", None]
    assert not settings.writes


def test_nothing_is_written_twice() -> None:
    settings = Settings()
    settings.scale(200)
    writes = settings.writes.copy()
    settings.scale(200)
    assert settings.writes == writes


@pytest.mark.parametrize("users", ["120", "96", "-1"])
def test_a_value_that_differs_from_ours_is_the_users(users: str) -> None:
    settings = Settings()
    settings.scale(200)
    settings.channels["xsettings"][DPI] = users
    assert settings.scale(300)[:2] == [users, "3"]
    assert settings.scale(100)[:2] == [users, "1"]
    assert settings.scale(200)[:2] == [users, "2"]


def test_gtk_has_the_users_dpi_at_each_factor_of_windows() -> None:
    settings = Settings()
    settings.scale(200)
    settings.channels["xsettings"][DPI] = "144"
    assert settings.scale(200)[3] == "72.0"
    assert settings.scale(100)[3] == "144.0"


@pytest.mark.parametrize("left", range(12))
def test_an_interruption_makes_no_value_the_users(left: int) -> None:
    settings = Settings()
    settings.scale(150)
    settings.left = left
    settings.scale(200)
    settings.left = 1000
    assert settings.scale(300) == ["288", "3", "72", "96.0"]
    assert settings.scale(100)[:3] == ["96", "1", "0"]


def test_a_value_that_the_administrator_locked_stays() -> None:
    settings = Settings()
    settings.locked = {DPI}
    assert settings.scale(200)[:3] == [None, "2", "48"]


@pytest.mark.parametrize("users", [None, "144"])
def test_what_could_not_be_read_is_not_written_but_tried_again(users: str | None) -> None:
    settings = Settings()
    if users is not None:
        settings.channels["xsettings"][DPI] = users
    settings.silent = {"xsettings"}
    with pytest.raises(NoAnswer):
        settings.scale(200)
    assert not settings.writes
    settings.silent = {"xfwm4"}
    with pytest.raises(NoAnswer):
        settings.scale(200)
    settings.silent = set()
    writes = settings.writes.copy()
    assert settings.scale(200)[:2] == [users or "192", "2"]
    assert settings.writes["xsettings"] == writes["xsettings"]
    assert settings.writes["xfwm4"] == 3  # the borders, and before and after that they are ours
