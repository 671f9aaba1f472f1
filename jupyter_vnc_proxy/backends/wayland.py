"""A Wayland compositor with Weston in it, and our own server (`jupyter_vnc_proxy.stream`), in one process."""

from __future__ import annotations

import sys
from typing import Literal

from ..options import DesktopOptions
from ..process import PIPE, REPORTS, WritesLine
from .base import Paths, Program, Step
from .stream import HOST_LIBRARIES, Module

WESTON = Program(("weston",), "the desktop", {"apt": "weston", "dnf": "weston"})
XWAYLAND = Program(("Xwayland",), "X programs", {"apt": "xwayland", "dnf": "xorg-x11-server-Xwayland"})


class WaylandBackend:
    """Weston, its own shell being the session, on the compositor of the stream server's engine.

    The server is the display too: the number that it writes is that of Weston's Xwayland, so that X programs, kernels'
    among them, open their windows there.
    """

    name = "wayland"
    title = "Wayland: Weston + stream (H.264)"
    transports: tuple[str, ...] = ("direct",)
    resize: Literal["rfb", "rest"] = "rfb"

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be there."""
        engine = Module(("pixelflux",), "the compositor and H.264", libraries=HOST_LIBRARIES)
        return [WESTON, XWAYLAND, Module(("numpy",), "the picture's arithmetic"), engine]

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return the server, which starts Weston."""
        argv = (
            *(sys.executable, "-m", "jupyter_vnc_proxy.stream", "--wayland", "--displayfd", PIPE),
            *("--geometry", str(options.geometry), "--xauthority", str(paths.xauthority)),
            *("--unix-socket", str(paths.rfb_socket), "--status-fd", REPORTS),
        )
        return [Step("display", argv, ready=WritesLine(), umask=-1, session="weston")]
