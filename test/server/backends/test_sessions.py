"""Desktop sessions: which are found, which is chosen, and their environment."""

from __future__ import annotations

import configparser
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends import sessions
from jupyter_vnc_proxy.backends.sessions import XDG, choose_session, installed_sessions, session_environment
from jupyter_vnc_proxy.errors import InvalidOption, MissingProgram
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system import environment

Install = Callable[..., None]


@pytest.fixture
def install(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A machine on which nothing is installed but what a test installs."""
    programs = runtime / "bin"
    programs.mkdir()
    monkeypatch.setattr(environment, "SYSTEM_PATH", (str(programs),))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("XDG_DATA_DIRS", raising=False)

    def add(*names: str) -> None:
        for name in names:
            (programs / name).write_text("#!/bin/sh\n")
            (programs / name).chmod(0o755)

    return add


def names() -> list[str]:
    return [each.name for each in installed_sessions()]


def test_nothing_installed_is_an_error_that_says_what_to_install(install: Install) -> None:
    assert names() == []
    with pytest.raises(MissingProgram) as raised:
        choose_session(DesktopOptions())
    assert (raised.value.code, raised.value.part) == ("no-session", "session")
    assert "apt-get install" in (raised.value.fix or "")
    assert "xfce4-session" in (raised.value.fix or "")


@pytest.mark.parametrize(
    ("program", "name"),
    [
        *(("xfce4-session", "xfce"), ("startlxqt", "lxqt"), ("mate-session", "mate"), ("startlxde", "lxde")),
        *(("cinnamon-session", "cinnamon"), ("startplasma-x11", "plasma")),
    ],
)
def test_a_desktop_environment_is_found_by_its_program(install: Install, program: str, name: str) -> None:
    install(program)
    assert names() == [name]
    assert choose_session(DesktopOptions()).argv[0] == program


def test_gnome_counts_only_with_its_flashback_session(
    install: Install, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("gnome-session")
    monkeypatch.setenv("XDG_DATA_DIRS", str(runtime / "share"))
    assert "gnome-flashback" not in names()
    file = runtime / "share" / sessions.GNOME_FLASHBACK_FILE
    file.parent.mkdir(parents=True)
    file.touch()
    assert "gnome-flashback" in names()


def test_the_lightest_desktop_comes_first_and_window_managers_after(install: Install) -> None:
    install("openbox", "mate-session", "xterm", "xfce4-session")
    assert names() == ["xfce", "mate", "openbox", "terminal"]


def test_a_window_manager_comes_with_a_terminal(install: Install) -> None:
    install("openbox", "xterm")
    assert choose_session(DesktopOptions()).companions == (("xterm",),)
    assert choose_session(DesktopOptions()).argv == ("openbox",)


def test_a_window_manager_without_any_terminal_still_counts(install: Install) -> None:
    install("twm")
    assert choose_session(DesktopOptions()).companions == ()


def test_a_terminal_alone_is_better_than_nothing(install: Install) -> None:
    install("xterm")
    assert choose_session(DesktopOptions()).argv == ("xterm",)


@pytest.mark.parametrize("manager", ["xfwm4", "marco", "metacity"])
def test_a_window_managers_compositor_is_off(install: Install, manager: str) -> None:
    install(manager)
    (_, *switches) = choose_session(DesktopOptions()).argv
    assert len(switches) == 1
    assert "composit" in switches[0]


def test_the_users_own_xstartup_comes_first_where_it_can_be_executed(install: Install) -> None:
    install("xfce4-session")
    own = Path.home() / ".vnc" / "xstartup"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o600)
    assert names() == ["xfce"]
    own.chmod(0o700)
    assert names() == ["xstartup", "xfce"]
    assert choose_session(DesktopOptions()).argv == (str(own),)


def test_a_configured_command_wins_over_everything(install: Install) -> None:
    install("xfce4-session")
    chosen = choose_session(DesktopOptions(session="mate", session_command=("my-session", "--fast")))
    assert (chosen.name, chosen.argv) == ("command", ("my-session", "--fast"))


def test_a_named_session_is_taken_though_another_is_preferred(install: Install) -> None:
    install("xfce4-session", "openbox")
    assert choose_session(DesktopOptions(session="openbox")).name == "openbox"


def test_a_known_session_that_is_not_installed_says_how_to_install_it(install: Install) -> None:
    install("xfce4-session")
    with pytest.raises(InvalidOption, match=r"MATE is not installed; installed: xfce\.") as raised:
        choose_session(DesktopOptions(session="mate"))
    assert raised.value.code == "session-missing"
    assert "mate-desktop-environment-core" in (raised.value.fix or "")


def test_a_session_that_nobody_knows_lists_what_there_is(install: Install) -> None:
    with pytest.raises(InvalidOption, match=r"no session 'nonsense'; installed: none\.") as raised:
        choose_session(DesktopOptions(session="nonsense"))
    assert raised.value.code == "unknown-session"


def test_a_session_is_told_what_it_is_and_finds_our_defaults_first(install: Install) -> None:
    install("xfce4-session")
    told = session_environment(choose_session(DesktopOptions()), {"XDG_CONFIG_DIRS": "/etc/mine", "HOME": "/h"})
    assert told["XDG_CURRENT_DESKTOP"] == "XFCE"
    assert told["DESKTOP_SESSION"] == "xfce"
    assert told["XDG_MENU_PREFIX"] == "xfce-"
    assert told["XDG_CONFIG_DIRS"] == f"{XDG}:/etc/mine"
    assert told["HOME"] == "/h"
    assert session_environment(choose_session(DesktopOptions()), {})["XDG_CONFIG_DIRS"] == f"{XDG}:/etc/xdg"


@pytest.mark.parametrize("file", sorted(XDG.rglob("*.xml")), ids=lambda file: file.stem)
def test_our_xfce_defaults_are_channels_named_as_their_file(file: Path) -> None:
    channel = ElementTree.parse(file).getroot()
    assert (channel.tag, channel.get("name")) == ("channel", file.stem)


def xfconf(channel: str, *path: str) -> str | None:
    element = ElementTree.parse(XDG / "xfce4/xfconf/xfce-perchannel-xml" / f"{channel}.xml").getroot()
    for name in path:
        (element,) = element.findall(f"property[@name='{name}']")
    return element.get("value")


def test_xfce_neither_locks_nor_composes() -> None:
    assert xfconf("xfce4-session", "shutdown", "LockScreen") == "false"
    assert xfconf("xfce4-session", "general", "LockCommand") == ""
    assert xfconf("xfwm4", "general", "use_compositing") == "false"


def test_a_saved_profile_of_displays_is_not_read() -> None:
    channel = ElementTree.parse(XDG / "xfce4/xfconf/xfce-perchannel-xml/displays.xml").getroot()
    assert channel.get("unlocked") == "-", "locked for all but a user whom there can't be (xfconf)"
    assert xfconf("displays", "ActiveProfile") == ""


def test_no_lock_screen_is_started_with_a_session() -> None:
    hidden = set()
    for file in (XDG / "autostart").iterdir():
        entry = configparser.ConfigParser(interpolation=None)
        entry.read(file)
        assert entry["Desktop Entry"]["Type"] == "Application"
        assert entry["Desktop Entry"]["Hidden"] == "true"
        hidden.add(file.stem)
    assert hidden >= {"light-locker", "xfce4-screensaver", "xscreensaver", "mate-screensaver", "xss-lock"}


def test_what_is_found_on_this_machine_is_really_here() -> None:
    path = environment.search_path("")
    for session in installed_sessions():
        assert shutil.which(session.argv[0], path=path)
