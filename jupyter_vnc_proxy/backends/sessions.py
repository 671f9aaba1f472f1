"""The installed desktop sessions, and the command that starts each. Starts nothing itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InvalidOption, MissingProgram
from ..options import DesktopOptions
from ..system.environment import search_path
from ..system.inheritance.account import home_directory
from ..system.packages import install_command

XDG = Path(__file__).parents[1] / "xdg"
"""Our defaults for sessions, which override the system's but not the user's: no lock screen, no compositor."""


@dataclass(frozen=True)
class Session:
    """One desktop environment, window manager or terminal.

    The process of ``argv`` ends with the session; ``companions`` start with it and may end at any time.
    ``current_desktop`` is the value of XDG_CURRENT_DESKTOP; ``packages`` maps an installer to its packages;
    ``scripted`` means that parts of it are written in Python or Perl.
    """

    name: str
    title: str
    argv: tuple[str, ...]
    current_desktop: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    companions: tuple[tuple[str, ...], ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    scripted: bool = False


DESKTOPS = (
    Session(
        "xfce",
        "Xfce",
        ("xfce4-session",),
        "XFCE",
        {"XDG_MENU_PREFIX": "xfce-"},
        packages={
            "apt": "xfce4-session xfwm4 xfce4-panel xfdesktop4 xfce4-settings xfce4-terminal librsvg2-common dbus-x11",
            "dnf": "@xfce-desktop",
        },
    ),
    Session("lxqt", "LXQt", ("startlxqt",), "LXQt", packages={"apt": "lxqt-core", "dnf": "@lxqt-desktop"}),
    Session(
        "mate",
        "MATE",
        ("mate-session",),
        "MATE",
        companions=(
            ("gsettings", "set", "org.mate.Marco.general", "compositing-manager", "false"),
            ("gsettings", "set", "org.mate.screensaver", "lock-enabled", "false"),
        ),
        packages={"apt": "mate-desktop-environment-core", "dnf": "@mate-desktop"},
    ),
    Session("lxde", "LXDE", ("startlxde",), "LXDE", packages={"apt": "lxde-core", "dnf": "@lxde-desktop"}),
    Session(
        "gnome-flashback",
        "GNOME Flashback",
        ("gnome-session", "--session=gnome-flashback-metacity"),
        "GNOME-Flashback:GNOME",
        companions=(
            ("gsettings", "set", "org.gnome.metacity", "compositor", "none"),
            ("gsettings", "set", "org.gnome.desktop.screensaver", "lock-enabled", "false"),
        ),
        packages={"apt": "gnome-session-flashback", "dnf": "gnome-flashback"},
    ),
    Session(
        "cinnamon",
        "Cinnamon",
        ("cinnamon-session",),
        "X-Cinnamon",
        {"CINNAMON_2D": "1"},
        packages={"apt": "cinnamon-core", "dnf": "@cinnamon-desktop"},
        scripted=True,
    ),
    Session(
        "plasma",
        "KDE Plasma",
        ("startplasma-x11",),
        "KDE",
        {"KWIN_COMPOSE": "N"},
        packages={"apt": "kde-plasma-desktop", "dnf": "@kde-desktop"},
        scripted=True,  # kconf_update, which updates settings at the start, runs scripts in Perl and Python
    ),
)
"""The desktop environments that we know, the lightest first."""

GNOME_FLASHBACK_FILE = "gnome-session/sessions/gnome-flashback-metacity.session"

WINDOW_MANAGERS = (
    *("xfwm4", "openbox", "fluxbox", "icewm", "jwm", "marco", "metacity", "fvwm", "fvwm3", "i3", "awesome"),
    *("blackbox", "windowmaker", "mwm", "twm", "matchbox-window-manager"),
)

TERMINALS = (
    *("xfce4-terminal", "lxterminal", "qterminal", "mate-terminal", "xterm", "urxvt", "konsole"),
    *("gnome-terminal", "kitty", "st", "x-terminal-emulator"),
)

WITHOUT_COMPOSITOR = {"xfwm4": ("--compositor=off",), "marco": ("--no-composite",), "metacity": ("--no-composite",)}
"""Arguments that turn off a window manager's compositor: with software rendering it costs time in every frame."""


def installed_sessions() -> list[Session]:
    """Return the sessions that can be started here; the default is the first."""
    path = search_path(os.environ.get("PATH", ""))

    def here(program: str) -> bool:
        return shutil.which(program, path=path) is not None

    found = []
    home = home_directory()
    own = Path(home or "/", ".vnc", "xstartup")
    if home and os.access(own, os.X_OK):
        found.append(Session("xstartup", "~/.vnc/xstartup", (str(own),)))
    found += [each for each in DESKTOPS if here(each.argv[0]) and _complete(each)]
    terminal = next(filter(here, TERMINALS), None)
    companions = ((terminal,),) if terminal else ()
    for name in filter(here, WINDOW_MANAGERS):
        argv = (name, *WITHOUT_COMPOSITOR.get(name, ()))
        found.append(Session(name, f"{name} and a terminal", argv, companions=companions))
    if terminal:
        found.append(Session("terminal", "A terminal without a window manager", (terminal,)))
    return found


def _complete(session: Session) -> bool:
    # Every GNOME has gnome-session; the Flashback session is in its own package.
    if session.name != "gnome-flashback":
        return True
    directories = os.environ.get("XDG_DATA_DIRS", "").split(os.pathsep)
    places = [*filter(None, directories), "/usr/local/share", "/usr/share"]
    return any(Path(place, GNOME_FLASHBACK_FILE).exists() for place in places)


def choose_session(options: DesktopOptions) -> Session:
    """Return the session to start: the configured argv, else the named session, else the first that is installed.

    Raise `InvalidOption` for a session that isn't installed or known, `MissingProgram` if there is none at all.
    """
    if options.session_command:
        return Session("command", "The configured command", options.session_command)
    installed = installed_sessions()
    names = ", ".join(session.name for session in installed)
    if options.session:
        for session in installed:
            if session.name == options.session:
                return session
        for session in DESKTOPS:
            if session.name == options.session:
                raise InvalidOption(
                    f"The session {session.title} is not installed; installed: {names or 'none'}.",
                    code="session-missing",
                    fix=install_command(session.packages),
                )
        raise InvalidOption(
            f"There is no session {options.session!r}; installed: {names or 'none'}.",
            code="unknown-session",
        )
    if not installed:
        raise MissingProgram(
            "No desktop environment, window manager or terminal is installed.",
            code="no-session",
            part="session",
            fix=install_command(DESKTOPS[0].packages),
        )
    return installed[0]


def session_environment(session: Session, environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``environment`` (already cleaned) with the session's own variables."""
    extra = {
        "XDG_SESSION_TYPE": "x11",
        "NO_AT_BRIDGE": "1",  # screen readers can't read a remote desktop, and each program would wait for their bus
        "XDG_CONFIG_DIRS": os.pathsep.join([str(XDG), environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"]),
        **session.environment,
    }
    if session.current_desktop:
        extra["XDG_CURRENT_DESKTOP"] = session.current_desktop
        extra["DESKTOP_SESSION"] = session.name
    return {**environment, **extra}
