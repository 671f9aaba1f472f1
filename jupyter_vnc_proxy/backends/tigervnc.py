"""An Xvnc, display server and VNC server in one process: TigerVNC's, or TurboVNC's where that is what is installed.

Which it is shows in the switches that it says it knows; the brands share a program's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..options import DesktopOptions
from ..system.help_text import switches
from ..system.process import PIPE, WritesLine
from .base import Field, Paths, Program, Step
from .x11vnc import websockify

CLIPBOARD_BYTES = 16 * 1024 * 1024
FRAME_RATE = 60


@dataclass(frozen=True)
class Xvnc(Program):
    """One that can listen on a unix socket: TurboVNC's can since 3.1."""

    def find(self) -> str | None:
        """Return the path of the first alternative that can; one that doesn't say what it knows is believed to."""
        candidates = filter(None, (Program((name,), self.purpose).find() for name in self.names))
        return next((each for each in candidates if not _is_too_old(each)), None)


XVNC = Xvnc(
    ("Xtigervnc", "Xvnc", "/opt/TurboVNC/bin/Xvnc"),
    "the display and VNC server, on a unix socket",
    {"apt": "tigervnc-standalone-server", "dnf": "tigervnc-server-minimal"},
)


class TigervncBackend:
    """Xvnc on a unix socket; ``websockify`` puts websockify in front of it."""

    name = "tigervnc"
    title = "TigerVNC"
    transports: tuple[str, ...] = ("direct", "websockify")
    fields: tuple[Field, ...] = ()

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be there."""
        return [XVNC]

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size."""
        return "rfb"

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb" if options.transport == "direct" else "websocket"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock" if options.transport == "direct" else "vnc.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return Xvnc and, where asked for, websockify."""
        server = XVNC.find() or XVNC.names[0]
        socket = paths.directory / self.raw_socket(options)
        steps = [
            Step(
                "display",
                (
                    *(server, "-displayfd", PIPE, "-auth", str(paths.xauthority)),
                    *(turbovnc(socket) if is_turbovnc(server) else tigervnc(socket)),
                    *("-geometry", str(options.geometry), "-depth", "24", "-dpi", "96"),
                    *("-desktop", "Desktop", "-noreset", "-nolisten", "tcp", "-s", "0"),
                ),
                # It listens on its socket before it tells its display's number.
                ready=WritesLine(),
            )
        ]
        if options.transport == "websockify":
            steps.append(websockify(paths))
        return steps


def _is_too_old(server: str) -> bool:
    known = switches(server)
    return "rfbport" in known and "rfbunixpath" not in known  # what can't even start says neither


def is_turbovnc(server: str) -> bool:
    """Tell TurboVNC's Xvnc by the switches that it alone has, and that TigerVNC's would not start with."""
    return {"deferupdate", "maxclipboard"} <= switches(server)


def tigervnc(socket: Path) -> tuple[str, ...]:
    """Return TigerVNC's switches (Xvnc(1))."""
    return (
        *("-rfbunixpath", str(socket), "-rfbunixmode", "0600", "-rfbport", "-1"),
        # The socket's mode is the lock; counting failures would only lock out ourselves.
        *("-SecurityTypes", "None", "-UseBlacklist=0", "-AlwaysShared"),
        *("-FrameRate", str(FRAME_RATE), "-MaxCutText", str(CLIPBOARD_BYTES)),
    )


def turbovnc(socket: Path) -> tuple[str, ...]:
    """Return TurboVNC's switches (its Xvnc(1), 3.1): the path of a socket is in place of any port there."""
    return (
        *("-rfbunixpath", str(socket), "-rfbunixmode", "0600", "-noreverse"),
        *("-securitytypes", "None", "-maxauthfails", "0", "-alwaysshared"),
        *("-deferupdate", str(1000 // FRAME_RATE), "-maxclipboard", str(CLIPBOARD_BYTES)),
    )
