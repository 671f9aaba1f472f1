"""The transport wayvnc of the backend wayland: sway without a screen, and wayvnc that looks at it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ..options import DesktopOptions
from ..system.process import PIPE, Listens, WritesLine
from .base import Paths, Program, Step
from .programs import sway

SWAY = Program(("sway",), "the compositor", {"apt": "sway", "dnf": "sway"})
WAYVNC = Program(("wayvnc",), "the VNC server", {"apt": "wayvnc", "dnf": "wayvnc"})
XWAYLAND = Program(("Xwayland",), "X programs", {"apt": "xwayland", "dnf": "xorg-x11-server-Xwayland"})
TERMINAL = Program(
    ("foot", "alacritty", "kitty", "xfce4-terminal", "xterm"), "a terminal", {"apt": "foot", "dnf": "foot"}
)

WAYLAND_DISPLAY = "wayland-1"
"""What sway calls its socket where there is no other in its runtime directory."""


@dataclass(frozen=True)
class NotRoot(Program):
    """What no package brings: another user than root."""

    @property
    def obstacle(self) -> str:
        """What stands in the way."""
        return "sway refuses to run as root; start Jupyter as another user"

    def find(self) -> str | None:
        """Return nothing (but not ``None``) where we are not root."""
        return None if os.geteuid() == 0 else ""


NOT_ROOT = NotRoot(("a user other than root",), "sway refuses root")

PROGRAMS: list[Program] = [NOT_ROOT, SWAY, WAYVNC, XWAYLAND, TERMINAL]
"""What must be there, and the user."""


def steps(options: DesktopOptions, paths: Paths) -> list[Step]:
    """Return sway, its own session, with X programs on its Xwayland, and wayvnc. Resized through sway's socket."""
    config = paths.directory / "sway.config"
    terminal = TERMINAL.find() or TERMINAL.names[0]
    text = sway.configuration(options.geometry, Path.home(), terminal, start=not options.session_command)
    run = {"XDG_RUNTIME_DIR": str(paths.directory / "run")}  # where no other compositor's socket is
    return [
        Step(
            "display",
            (
                sys.executable,
                "-m",
                "jupyter_vnc_proxy.backends.programs.sway",
                "--displayfd",
                PIPE,
                "--config",
                str(config),
            ),
            ready=WritesLine(),
            umask=-1,
            files={config: text},
            environment={
                **run,
                "SWAYSOCK": str(paths.directory / sway.SOCKET),
                "WLR_BACKENDS": "headless",
                "WLR_RENDERER": "pixman",
                "WLR_LIBINPUT_NO_DEVICES": "1",
                "XDG_SESSION_TYPE": "wayland",
                "XDG_CURRENT_DESKTOP": "sway",
            },
            session="sway",
        ),
        Step(
            "vnc",
            ("wayvnc", "--output", sway.OUTPUT, "--max-fps", "60", "--unix-socket", str(paths.rfb_socket)),
            after=("display",),
            ready=Listens(paths.rfb_socket),
            environment={**run, "WAYLAND_DISPLAY": WAYLAND_DISPLAY},
        ),
    ]
