"""The transport wayvnc of the backend wayland: sway without a screen, and wayvnc that captures it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..options import DesktopOptions
from ..system.inheritance.account import home_directory
from ..system.own_python import own_python
from ..system.process import PIPE, Listens, WritesLine
from .base import Paths, Plan, Program, Step
from .programs import sway

SWAY = Program(("sway",), "the compositor", {"apt": "sway", "dnf": "sway"})
WAYVNC = Program(("wayvnc",), "the VNC server", {"apt": "wayvnc", "dnf": "wayvnc"})
XWAYLAND = Program(("Xwayland",), "X programs", {"apt": "xwayland", "dnf": "xorg-x11-server-Xwayland"})
TERMINAL = Program(
    ("foot", "alacritty", "kitty", "xfce4-terminal", "xterm"), "a terminal", {"apt": "foot", "dnf": "foot"}
)

WAYLAND_DISPLAY = "wayland-1"
"""The name of sway's Wayland socket if its runtime directory has no other."""


@dataclass(frozen=True)
class NotRoot(Program):
    """A requirement that no package meets: a user other than root."""

    @property
    def obstacle(self) -> str:
        """Why root can't use it."""
        return "sway refuses to run as root; start Jupyter as another user"

    def find(self) -> str | None:
        """Return an empty string if we are not root, else ``None``."""
        return None if os.geteuid() == 0 else ""


NOT_ROOT = NotRoot(("a user other than root",), "sway refuses root")

PROGRAMS: list[Program] = [NOT_ROOT, SWAY, WAYVNC, XWAYLAND, TERMINAL]
"""The requirements, the user included."""


def plan(options: DesktopOptions, paths: Paths) -> Plan:
    """Return sway, which is the session too and runs X programs on its Xwayland, and wayvnc."""
    runtime = {"XDG_RUNTIME_DIR": str(paths.directory / "run")}  # no other compositor has its socket there
    return Plan(
        (_sway(options, paths, runtime), _wayvnc(paths, runtime)),
        resize="rest",  # wayvnc 0.5 ignores SetDesktopSize
        resize_through="sway",
        x_screenshots=False,
    )


def _sway(options: DesktopOptions, paths: Paths, runtime: dict[str, str]) -> Step:
    config = paths.directory / "sway.config"
    terminal = TERMINAL.find() or TERMINAL.names[0]
    text = sway.configuration(
        options.geometry, home_directory() or Path("/"), terminal, start=not options.session_command
    )
    program = own_python("jupyter_vnc_proxy.backends.programs.sway")
    environment = {
        **runtime,
        "SWAYSOCK": str(paths.directory / sway.SOCKET),
        "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman",
        "WLR_LIBINPUT_NO_DEVICES": "1",
        "XDG_SESSION_TYPE": "wayland",
        "XDG_CURRENT_DESKTOP": "sway",
    }
    return Step(
        "display",
        (*program, "--displayfd", PIPE, "--config", str(config)),
        ready=WritesLine(),
        umask=-1,
        files={config: text},
        environment=environment,
        session="sway",
    )


def _wayvnc(paths: Paths, runtime: dict[str, str]) -> Step:
    return Step(
        "vnc",
        ("wayvnc", "--output", sway.OUTPUT, "--max-fps", "60", "--unix-socket", str(paths.rfb_socket)),
        after=("display",),
        ready=Listens(paths.rfb_socket),
        environment={**runtime, "WAYLAND_DISPLAY": WAYLAND_DISPLAY},
    )
