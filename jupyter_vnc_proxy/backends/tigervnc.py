"""Xvnc, display server and VNC server in one process: TigerVNC's, or TurboVNC's if that one is installed.

Both share a program name; the switches that ``Xvnc -help`` lists tell them apart.
"""

from __future__ import annotations

from pathlib import Path

from ..options import DesktopOptions
from ..system.process import PIPE, WritesLine
from .base import DISPLAY_NUMBER, RFB_SOCKET, VNC_SOCKET, Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .websockify import websockify
from .x_servers import MARKED_TEXT, TIGERVNC_PACKAGES, Xvnc, is_turbovnc

CLIPBOARD_BYTES = 16 * 1024 * 1024
"""The longest text that is shared."""

FRAME_RATE = 60
"""Updates a second, at the most."""


XVNC = Xvnc(
    ("Xtigervnc", "Xvnc", "/opt/TurboVNC/bin/Xvnc"),
    "the display and VNC server, on a unix socket",
    TIGERVNC_PACKAGES,
)


class TigervncBackend(PlanMethods):
    """Xvnc on a unix socket; ``websockify`` puts websockify in front of it."""

    name = "tigervnc"
    title = "TigerVNC"
    transports: tuple[str, ...] = ("direct", "websockify")
    fields: tuple[Field, ...] = (MARKED_TEXT,)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be installed."""
        return [XVNC]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return Xvnc and, if chosen, websockify."""
        if options.transport == "websockify":
            return Plan(
                (xvnc(options, paths, VNC_SOCKET), websockify(paths)),
                speaks="websocket",
                raw_socket=VNC_SOCKET,
                monitors_through="rfb",
            )
        return Plan((xvnc(options, paths, RFB_SOCKET),), monitors_through="rfb")


def xvnc(options: DesktopOptions, paths: Paths, socket_name: str) -> Step:
    """Return the Xvnc process, listening on the socket of this name in the desktop's directory."""
    server = XVNC.find() or XVNC.names[0]
    socket = paths.directory / socket_name
    marked_text = MARKED_TEXT.value(options) == "yes"
    argv = (
        *(server, "-displayfd", PIPE, "-auth", str(paths.xauthority)),
        *(turbovnc if is_turbovnc(server) else tigervnc)(socket, marked_text),
        *("-geometry", str(options.geometry), "-depth", "24", "-dpi", "96"),
        *("-desktop", "Desktop", "-noreset", "-nolisten", "tcp", "-s", "0"),
        DISPLAY_NUMBER,
    )
    return Step("display", argv, ready=WritesLine())  # it listens on its socket before it writes its display number


def tigervnc(socket: Path, marked_text: bool) -> tuple[str, ...]:
    """Return TigerVNC's switches (Xvnc(1)); with ``marked_text`` it sends PRIMARY too."""
    return (
        *("-rfbunixpath", str(socket), "-rfbunixmode", "0600", "-rfbport", "-1"),
        # The socket's mode controls access; a blacklist could only lock out ourselves.
        *("-SecurityTypes", "None", "-UseBlacklist=0", "-AlwaysShared"),
        *("-FrameRate", str(FRAME_RATE), "-MaxCutText", str(CLIPBOARD_BYTES)),
        f"-SendPrimary={marked_text:d}",
    )


def turbovnc(socket: Path, marked_text: bool) -> tuple[str, ...]:
    """Return TurboVNC's switches (its Xvnc(1), 3.1); there, the path of a socket replaces the port.

    Without ``marked_text`` it leaves PRIMARY alone in both directions.
    """
    return (
        *("-rfbunixpath", str(socket), "-rfbunixmode", "0600", "-noreverse"),
        *("-securitytypes", "None", "-maxauthfails", "0", "-alwaysshared"),
        *("-deferupdate", str(1000 // FRAME_RATE), "-maxclipboard", str(CLIPBOARD_BYTES)),
        *(() if marked_text else ("-noprimarysync",)),
    )
