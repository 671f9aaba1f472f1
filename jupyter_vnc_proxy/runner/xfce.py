"""Xfce's panel and menu without entries that only give an error: those for programs of which none is installed.

Writes defaults into a desktop's directory, for XDG_CONFIG_DIRS and XDG_DATA_DIRS; a user's own settings come first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..backends.sessions import TERMINALS
from ..desktops.state import write_private
from ..system.environment import search_path
from ..system.files.reading import read_small
from ..system.files.removal import remove_tree
from ..system.inheritance.account import home_directory

PANEL = "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"

FIRST_PLUGIN = 901
LAST_PLUGINS = range(905, 911)
"""The ids of the plugins before and after the launchers, as in `PANEL_XML`. They are so high that nothing mixes with a
user's own panels."""

PANEL_PATH = "/panels/panel-901"
PANEL_PIXELS = {"size": 30, "icon-size": 18}
"""The panel's properties, and its sizes in them, as in `PANEL_XML`."""

PANEL_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- The panel of users who have none of their own. Rewritten at each start of the desktop. -->
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="901"/>
    <property name="panel-901" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="30"/>
      <property name="icon-size" type="uint" value="18"/>
      <property name="plugin-ids" type="array">
{values}
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-901" type="string" value="applicationsmenu"/>
    <property name="plugin-902" type="string" value="launcher">
      <property name="items" type="array">
        <value type="string" value="xfce4-terminal-emulator.desktop"/>
      </property>
    </property>
    <property name="plugin-903" type="string" value="launcher">
      <property name="items" type="array">
        <value type="string" value="xfce4-file-manager.desktop"/>
      </property>
    </property>
    <property name="plugin-904" type="string" value="launcher">
      <property name="items" type="array">
        <value type="string" value="xfce4-web-browser.desktop"/>
      </property>
    </property>
    <property name="plugin-905" type="string" value="separator"/>
    <property name="plugin-906" type="string" value="tasklist"/>
    <property name="plugin-907" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-908" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
    <property name="plugin-909" type="string" value="clock"/>
    <property name="plugin-910" type="string" value="actions">
      <property name="appearance" type="uint" value="0"/>
      <property name="items" type="array">
        <value type="string" value="+logout-dialog"/>
      </property>
    </property>
  </property>
</channel>
"""
VALUE_XML = '        <value type="int" value="{}"/>'

HIDDEN_ENTRY = "[Desktop Entry]\nType=Application\nName=Not installed\nExec=false\nNoDisplay=true\nHidden=true\n"


class Role(NamedTuple):
    """A kind of program that Xfce starts by its role: the name of its helper, the entry's names, who can have it.

    ``plugin`` is the id of its launcher in the panel, if it has one.
    """

    helper: str
    entries: tuple[str, ...]
    programs: tuple[str, ...]
    plugin: int | None = None


ROLES = (
    Role("TerminalEmulator", ("xfce4-terminal-emulator", "exo-terminal-emulator"), TERMINALS, 902),
    Role(
        "FileManager",
        ("xfce4-file-manager", "exo-file-manager"),
        ("thunar", "Thunar", "pcmanfm", "pcmanfm-qt", "caja", "nautilus", "nemo", "dolphin", "rox"),
        903,
    ),
    Role(
        "WebBrowser",
        ("xfce4-web-browser", "exo-web-browser"),
        (
            *("firefox", "firefox-esr", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
            *("brave-browser", "microsoft-edge", "vivaldi", "opera", "epiphany", "epiphany-browser", "falkon"),
            *("konqueror", "midori", "qutebrowser", "librewolf", "waterfox", "dillo", "surf"),
        ),
        904,
    ),
    Role(
        "MailReader",
        ("xfce4-mail-reader", "exo-mail-reader"),
        ("thunderbird", "evolution", "geary", "kmail", "claws-mail", "sylpheed", "balsa", "mutt", "neomutt"),
    ),
)


def xfce_environment(directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Write the defaults into ``directory``; return ``environment`` with the variables that lead to them."""
    absent = [each for each in ROLES if not _is_available(each, environment)]
    config, data = directory / "config", directory / "data"
    remove_tree(config)
    remove_tree(data)
    launchers = [each.plugin for each in ROLES if each.plugin is not None and each not in absent]
    values = "\n".join(VALUE_XML.format(each) for each in (FIRST_PLUGIN, *launchers, *LAST_PLUGINS))
    _write(config / PANEL, PANEL_XML.format(values=values))
    for name in (name for role in absent for name in role.entries):
        _write(data / "applications" / f"{name}.desktop", HIDDEN_ENTRY)
    added = {"XDG_CONFIG_DIRS": _before(config, environment.get("XDG_CONFIG_DIRS") or "/etc/xdg")}
    if absent:
        added["XDG_DATA_DIRS"] = _before(data, environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share")
    return {**environment, **added}


def _is_available(role: Role, environment: Mapping[str, str]) -> bool:
    path = search_path(environment.get("PATH", ""))
    return any(shutil.which(each, path=path) for each in role.programs) or _is_chosen(role, environment)


def _is_chosen(role: Role, environment: Mapping[str, str]) -> bool:
    """Return whether the user has chosen a program for the role."""
    home = environment.get("XDG_CONFIG_HOME") or (home_directory() or Path("/")) / ".config"
    try:
        lines = read_small(Path(home, "xfce4", "helpers.rc")).decode(errors="replace").splitlines()
    except OSError:
        return False
    return any(line.startswith(f"{role.helper}=") for line in lines)


def _before(directory: Path, directories: str) -> str:
    return f"{directory}{os.pathsep}{directories}"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(file, text)
