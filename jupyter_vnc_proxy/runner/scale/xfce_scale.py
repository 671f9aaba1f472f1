"""Scales a running Xfce: fonts, windows, cursor and window borders, through its own settings.

Each value that we set is remembered beside it, in the same channel, because Xfce stores both in the user's home, and
the next desktop finds them. A value that differs from the remembered one is the user's, and stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..xfce import PANEL_PATH, PANEL_PIXELS
from .resources import DPI, cursor_size, dpi
from .xfconf import Unsigned, Xfconf, XfconfError

log = logging.getLogger("jupyter_vnc_proxy")

MEMORY = "/JupyterVNC"
"""Under this path are the values that we have set. xfsettingsd hands only names of two parts on to programs."""

NO_VALUE = "unset"

XSETTINGS = "xsettings"
DPI_NAME, WINDOW_SCALE_NAME, UNSCALED_DPI_NAME = "/Xft/DPI", "/Gdk/WindowScalingFactor", "/Gdk/UnscaledDPI"
XSETTINGS_DPI_UNITS = 1024
"""XSETTINGS has DPIs in units of 1/1024 (gdk/x11/xsettings-client.c)."""

THEMES = Path("/usr/share/themes")
BORDERS = ((200, "Default-xhdpi"), (150, "Default-hdpi"))
"""xfwm4's own theme for larger scales, as Xfce's dialog *Appearance* chooses it too."""

DESKTOP_ICON_PIXELS = 48
"""What xfdesktop has by itself."""


@dataclass(frozen=True)
class Setting:
    """A property of a channel; ``value`` returns it for a scale in percent.

    ``untouched`` are the values that it has if the user has chosen none, besides having no value at all, which
    ``is_optional`` allows.
    """

    channel: str
    name: str
    value: Callable[[int], int | str]
    untouched: tuple[str, ...] = ()
    is_optional: bool = True

    @property
    def memory(self) -> str:
        """The property that has the value that we have set."""
        return MEMORY + self.name


def window_scale(percent: int) -> int:
    """Return the factor by which GTK draws windows, a whole number."""
    return max(1, percent // 100)


def sized(pixels: int) -> Callable[[int], Unsigned]:
    """Return the size of icons and the panel for a scale: what the whole factor of windows leaves of it."""
    return lambda percent: Unsigned(round(pixels * percent / 100 / window_scale(percent)))


def borders(percent: int) -> str:
    """Return the window manager's theme for a scale, one that is installed."""
    found = (name for at_least, name in BORDERS if percent >= at_least and (THEMES / name / "xfwm4").is_dir())
    return next(found, "Default")


SETTINGS = (
    Setting(XSETTINGS, DPI_NAME, dpi, ("-1", str(DPI))),  # Xfce has the one or the other, by its version
    Setting(XSETTINGS, WINDOW_SCALE_NAME, window_scale, ("1",)),
    Setting(XSETTINGS, "/Gtk/CursorThemeSize", lambda percent: 0 if percent == 100 else cursor_size(percent), ("0",)),
    Setting("xfwm4", "/general/theme", borders, ("Default",)),
    Setting("xfce4-desktop", "/desktop-icons/icon-size", sized(DESKTOP_ICON_PIXELS)),
    *(
        Setting("xfce4-panel", f"{PANEL_PATH}/{name}", sized(pixels), (str(pixels),), is_optional=False)
        for name, pixels in PANEL_PIXELS.items()
    ),
)
"""DPI before the rest: it applies to most. The panel is that of users who have none of their own."""


class XfceScale:
    """Sets the scale of the Xfce whose settings ``xfconf`` are."""

    def __init__(self, xfconf: Xfconf) -> None:
        self._xfconf = xfconf

    def apply(self, percent: int) -> None:
        """Set the scale in percent; leave values of the user's own as they are. This blocks.

        Raise `NoAnswer` if it is set in part: what could not be read may be the user's.
        """
        try:
            for channel in dict.fromkeys(each.channel for each in SETTINGS):
                values = self._xfconf.values(channel)
                changes = [each for each in SETTINGS if each.channel == channel and _may_set(each, percent, values)]
                for setting in changes:
                    try:
                        self._set(setting, percent, values)
                    except XfconfError as error:
                        log.info("a setting keeps its value: %s", error)
        finally:
            # Last: it makes GTK lay windows of a fixed size out again, which a scale alone does not.
            self._match_unscaled_dpi(self._xfconf.values(XSETTINGS))

    def _set(self, setting: Setting, percent: int, values: dict[str, str]) -> None:
        now, wanted = values.get(setting.name), setting.value(percent)
        if now != str(wanted):
            # Both count as ours until it is done: whatever interrupts it must not make our value the user's.
            self._xfconf.set(setting.channel, setting.memory, f"{now or NO_VALUE} {wanted}")
            self._xfconf.set(setting.channel, setting.name, wanted)
        self._xfconf.set(setting.channel, setting.memory, str(wanted))

    def _match_unscaled_dpi(self, values: dict[str, str]) -> None:
        """Tell GTK the DPI before its windows are scaled; other toolkits do not scale windows and use the whole DPI."""
        now = values.get(UNSCALED_DPI_NAME)
        factor = max(1, _number(values.get(WINDOW_SCALE_NAME), 1))
        if now is None and factor == 1:
            return
        whole = _number(values.get(DPI_NAME), -1)
        unscaled = (whole if whole > 0 else DPI * factor) * XSETTINGS_DPI_UNITS // factor
        try:
            if now != str(unscaled):
                self._xfconf.set(XSETTINGS, UNSCALED_DPI_NAME, unscaled)
        except XfconfError as error:
            log.info("the fonts of GTK may have another size: %s", error)


def _may_set(setting: Setting, percent: int, values: dict[str, str]) -> bool:
    """Return whether a setting has to change for a scale, and is not the user's."""
    now, ours, wanted = values.get(setting.name), values.get(setting.memory), str(setting.value(percent))
    if ours is None:
        return percent != 100 and (now in setting.untouched or (now is None and setting.is_optional))
    return (now or NO_VALUE) in ours.split() and not now == wanted == ours


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise
