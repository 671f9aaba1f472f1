"""Xfce's panel and menu, without entries for programs that are not installed."""

from __future__ import annotations

import configparser
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from jupyter_vnc_proxy.runner.xfce import PANEL, ROLES, xfce_environment

EVERY_PROGRAM = [role.programs[0] for role in ROLES]


def install(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)


def launchers(directory: Path) -> list[str]:
    """Return the entries that the panel shows, in their order."""
    channel = ElementTree.parse(directory / "config" / PANEL).getroot()
    (ids,) = channel.findall("property[@name='panels']/property/property[@name='plugin-ids']")
    found = []
    for number in [value.get("value") for value in ids]:
        (plugin,) = channel.findall(f"property[@name='plugins']/property[@name='plugin-{number}']")
        found += [value.get("value", "") for value in plugin.findall("property/value")]
    return found


def hidden(directory: Path) -> set[str]:
    names = set()
    for file in (directory / "data" / "applications").glob("*.desktop"):
        entry = configparser.ConfigParser(interpolation=None)
        entry.read(file)
        assert entry["Desktop Entry"]["NoDisplay"] == "true"
        names.add(file.stem)
    return names


def test_nothing_leads_to_a_program_that_is_not_installed(tmp_path: Path, programs: Path) -> None:
    made = xfce_environment(tmp_path, {"HOME": str(tmp_path)})
    assert launchers(tmp_path) == ["+logout-dialog"]
    assert hidden(tmp_path) == {name for role in ROLES for name in role.entries}
    assert made["XDG_CONFIG_DIRS"] == f"{tmp_path}/config:/etc/xdg"
    assert made["XDG_DATA_DIRS"] == f"{tmp_path}/data:/usr/local/share:/usr/share"


def test_what_is_installed_is_shown(tmp_path: Path, programs: Path) -> None:
    install(programs, "xterm", "firefox-esr")
    made = xfce_environment(tmp_path, {"HOME": str(tmp_path), "XDG_DATA_DIRS": "/mine", "XDG_CONFIG_DIRS": "/ours"})
    assert launchers(tmp_path) == ["xfce4-terminal-emulator.desktop", "xfce4-web-browser.desktop", "+logout-dialog"]
    assert "xfce4-web-browser" not in hidden(tmp_path)
    assert {"xfce4-mail-reader", "xfce4-file-manager"} <= hidden(tmp_path)
    assert (made["XDG_CONFIG_DIRS"], made["XDG_DATA_DIRS"]) == (f"{tmp_path}/config:/ours", f"{tmp_path}/data:/mine")
    install(programs, *EVERY_PROGRAM)
    assert "XDG_DATA_DIRS" not in xfce_environment(tmp_path, {"HOME": str(tmp_path)})
    assert hidden(tmp_path) == set()


def test_a_browser_that_the_user_chose_counts(tmp_path: Path, programs: Path) -> None:
    helpers = tmp_path / "xfce4" / "helpers.rc"
    helpers.parent.mkdir()
    helpers.write_text("WebBrowser=custom-WebBrowser\n")
    xfce_environment(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert launchers(tmp_path) == ["xfce4-web-browser.desktop", "+logout-dialog"]


def test_a_click_does_not_log_out_and_nothing_shuts_down(tmp_path: Path, programs: Path) -> None:
    xfce_environment(tmp_path, {"HOME": str(tmp_path)})
    text = (tmp_path / "config" / PANEL).read_text()
    assert "+logout-dialog" in text
    assert not any(word in text for word in ("+shutdown", "+restart", "+suspend", "+lock"))
