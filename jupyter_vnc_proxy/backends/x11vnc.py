"""Xvfb or Xorg without a screen, and x11vnc that captures it."""

from __future__ import annotations

from ..options import DesktopOptions
from ..system.process import Listens
from .base import DISPLAY, RFB_SOCKET, VNC_SOCKET, Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .websockify import websockify
from .x_servers import MARKED_TEXT, XSERVER, server_programs, with_monitors, x_server

X11VNC = Program(("x11vnc",), "the VNC server", {"apt": "x11vnc", "dnf": "x11vnc"})

TUNING = ("-noxrecord", "-nowireframe", "-noscrollcopyrect", "-wait", "3", "-defer", "1", "-nonap")
"""The best arguments that `bench/x11vnc.py` measured: milliseconds between two polls and before sending; a nap delays
the next click by 400 ms. Detecting scrolling and window moves costs more than it saves on a fast link."""

ENVIRONMENT = {"X11VNC_AVOID_WINDOWS": "never"}
"""x11vnc shares no clipboard while it assumes a login screen, which takes 45 s without a window manager (guess_dm_gone
in its xevents.c)."""


class X11vncBackend(PlanMethods):
    """An X server and x11vnc; the transports differ in which program speaks WebSocket.

    ``direct``: our bridge; ``native``: libvncserver, which detects a WebSocket by its first bytes;
    ``websockify``: websockify in front of x11vnc.
    """

    name = "x11vnc"
    title = "Xvfb + x11vnc"
    transports: tuple[str, ...] = ("direct", "websockify", "native")
    fields: tuple[Field, ...] = (XSERVER, MARKED_TEXT)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be installed."""
        return [*server_programs(XSERVER.value(options)), X11VNC]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the X server, x11vnc and, if chosen, websockify."""
        behind_websockify = options.transport == "websockify"
        raw_socket = VNC_SOCKET if behind_websockify else RFB_SOCKET  # libvncserver's speaks both protocols
        xserver = XSERVER.value(options)
        steps = [
            x_server(xserver, options, paths),
            x11vnc(paths, raw_socket, MARKED_TEXT.value(options) == "yes"),
        ]
        if behind_websockify:
            steps.append(websockify(paths))
        plan = Plan(
            tuple(steps),
            resize="rest",  # x11vnc 0.9.16 ignores SetDesktopSize
            speaks="rfb" if options.transport == "direct" else "websocket",
            raw_socket=raw_socket,
        )
        return with_monitors(xserver, plan)


def x11vnc(paths: Paths, socket_name: str, marked_text: bool) -> Step:
    """Return the x11vnc process (x11vnc(1)); with ``marked_text`` it sends PRIMARY too."""
    socket = paths.directory / socket_name
    argv = (
        *("x11vnc", "-display", DISPLAY, "-auth", str(paths.xauthority)),
        # To disable TCP, both arguments are needed: without the second it listens on [::]:5900.
        *("-unixsock", str(socket), "-rfbport", "0", "-rfbportv6", "-1"),
        *("-norc", "-nopw", "-forever", "-shared", "-nolookup"),
        *("-desktop", "Desktop", "-xrandr", "newfbsize", "-repeat"),
        *TUNING,
        *(() if marked_text else ("-noprimary",)),
        *("-nocmds", "-noremote", "-quiet"),
    )
    return Step("vnc", argv, after=("display",), ready=Listens(socket), environment=ENVIRONMENT)
