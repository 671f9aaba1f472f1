"""A Wayland compositor: ours with Weston in it, in one process with our own server; or sway with wayvnc."""

from __future__ import annotations

import sys
from typing import Literal

from ..options import DesktopOptions
from ..system.process import PIPE, REPORTS, WritesLine
from . import wayvnc
from .base import Field, Paths, Program, Step
from .stream import HOST_LIBRARIES, Module
from .wayvnc import XWAYLAND

WESTON = Program(("weston",), "the desktop", {"apt": "weston", "dnf": "weston"})


class WaylandBackend:
    """Weston, its own shell being the session, on the compositor of the stream server's engine.

    The server (`jupyter_vnc_proxy.stream`) is the display too: the number that it writes is that of Weston's Xwayland,
    so that X programs, kernels' among them, open their windows there. The transport ``wayvnc`` makes it of sway and
    wayvnc instead.
    """

    name = "wayland"
    title = "Wayland"
    transports: tuple[str, ...] = ("direct", "wayvnc")
    fields: tuple[Field, ...] = ()

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be there."""
        if options.transport == "wayvnc":
            return wayvnc.PROGRAMS
        engine = Module(("pixelflux",), "the compositor and H.264", libraries=HOST_LIBRARIES)
        return [WESTON, XWAYLAND, Module(("numpy",), "the picture's arithmetic"), engine]

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size."""
        return "rest" if options.transport == "wayvnc" else "rfb"  # wayvnc 0.5 ignores SetDesktopSize

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return the server, which starts Weston; or sway and wayvnc."""
        if options.transport == "wayvnc":
            return wayvnc.steps(options, paths)
        argv = (
            *(sys.executable, "-m", "jupyter_vnc_proxy.stream", "--wayland", "--displayfd", PIPE),
            *("--geometry", str(options.geometry), "--xauthority", str(paths.xauthority)),
            *("--unix-socket", str(paths.rfb_socket), "--status-fd", REPORTS),
        )
        return [Step("display", argv, ready=WritesLine(), umask=-1, session="weston")]
