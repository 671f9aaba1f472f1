"""TigerVNC's Xvnc: display server and VNC server in one process."""

from __future__ import annotations

from typing import Literal

from ..options import DesktopOptions
from ..process import PIPE, WritesLine
from .base import Field, Paths, Program, Step
from .x11vnc import websockify

XVNC = Program(
    ("Xtigervnc", "Xvnc"),
    "the display and VNC server",
    {"apt": "tigervnc-standalone-server", "dnf": "tigervnc-server-minimal", "conda": "tigervnc"},
)


class TigervncBackend:
    """Xvnc on a unix socket; ``websockify`` puts websockify in front of it."""

    name = "tigervnc"
    title = "TigerVNC"
    transports: tuple[str, ...] = ("direct", "websockify")
    fields: tuple[Field, ...] = ()
    resize: Literal["rfb", "rest"] = "rfb"

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be there."""
        return [XVNC]

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb" if options.transport == "direct" else "websocket"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock" if options.transport == "direct" else "vnc.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return Xvnc and, where asked for, websockify."""
        socket = paths.directory / self.raw_socket(options)
        # Debian names it Xtigervnc as well, which tells it from other brands with other flags.
        server = XVNC.find() or XVNC.names[0]
        steps = [
            Step(
                "display",
                (
                    *(server, "-displayfd", PIPE, "-auth", str(paths.xauthority)),
                    *("-rfbunixpath", str(socket), "-rfbunixmode", "0600", "-rfbport", "-1"),
                    # The socket's mode is the lock; counting failures would only lock out ourselves.
                    *("-SecurityTypes", "None", "-UseBlacklist=0", "-AlwaysShared"),
                    *("-geometry", str(options.geometry), "-depth", "24", "-dpi", "96"),
                    *("-FrameRate", "60", "-MaxCutText", str(16 * 1024 * 1024), "-desktop", "Desktop"),
                    *("-noreset", "-nolisten", "tcp", "-s", "0"),
                ),
                # It listens on its socket before it tells its display's number.
                ready=WritesLine(),
            )
        ]
        if options.transport == "websockify":
            steps.append(websockify(paths))
        return steps
