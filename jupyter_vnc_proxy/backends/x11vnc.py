"""Xvfb or Xorg without a screen, and x11vnc that looks at it."""

from __future__ import annotations

import sys
from typing import Literal

from ..options import MAX_SIDE, DesktopOptions
from ..system.process import PIPE, Listens, WritesLine
from .base import DISPLAY, Field, Paths, Program, Step
from .programs.xdummy import DUMMY, XORG, xdummy

VIRTUAL_SCREEN = (3840, 2160)
"""Pixels of the framebuffer; RANDR chooses a size within it."""

XVFB = Program(
    ("Xvfb",),
    "the display",
    {"apt": "xvfb", "dnf": "xorg-x11-server-Xvfb", "conda": "xorg-xvfb-server"},
)
X11VNC = Program(("x11vnc",), "the VNC server", {"apt": "x11vnc", "dnf": "x11vnc"})


TUNING = ("-noxrecord", "-nowireframe", "-noscrollcopyrect", "-wait", "3", "-defer", "1", "-nonap")
"""What `bench/x11vnc.py` found best: milliseconds between two looks and before sending; a nap costs the next click
400 ms. Guesses about scrolling and window moves cost more than they save without a slow link."""

ENVIRONMENT = {"X11VNC_AVOID_WINDOWS": "never"}
"""x11vnc shares no clipboard before it believes a login screen gone, which takes 45 s where it sees no window manager
(guess_dm_gone in its xevents.c)."""

XSERVER = Field(
    "xserver",
    "X server",
    "The display server: xvfb, or xdummy (Xorg with its dummy driver).",
    choices=("xvfb", "xdummy"),
    default="xvfb",
)


class X11vncBackend:
    """A display server and x11vnc; its transports differ in who speaks WebSocket.

    ``direct``: our bridge; ``native``: libvncserver, which recognises a WebSocket by its first bytes;
    ``websockify``: websockify in front of x11vnc.
    """

    name = "x11vnc"
    title = "Xvfb + x11vnc"
    transports: tuple[str, ...] = ("direct", "websockify", "native")
    fields: tuple[Field, ...] = (XSERVER,)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs that must be there."""
        return [*display_programs(options), X11VNC]

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size."""
        return "rest"  # x11vnc 0.9.16 ignores SetDesktopSize

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb" if options.transport == "direct" else "websocket"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB; libvncserver's speaks both."""
        return "vnc.sock" if options.transport == "websockify" else "rfb.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return the display server, x11vnc and, where asked for, websockify."""
        socket = paths.directory / self.raw_socket(options)
        steps = [display_server(options, paths)]
        steps.append(
            Step(
                "vnc",
                (
                    *("x11vnc", "-display", DISPLAY, "-auth", str(paths.xauthority)),
                    # TCP needs both switches: without the second one it listens on [::]:5900.
                    *("-unixsock", str(socket), "-rfbport", "0", "-rfbportv6", "-1"),
                    *("-norc", "-nopw", "-forever", "-shared", "-nolookup"),
                    *("-desktop", "Desktop", "-xrandr", "newfbsize", "-repeat"),
                    *TUNING,
                    *("-nocmds", "-noremote", "-quiet"),
                ),
                after=("display",),
                ready=Listens(socket),
                environment=ENVIRONMENT,
            )
        )
        if options.transport == "websockify":
            steps.append(websockify(paths))
        return steps


def display_programs(options: DesktopOptions) -> list[Program]:
    """Return what the display server that is asked for needs."""
    return [XORG, DUMMY] if XSERVER.value(options) == "xdummy" else [XVFB]


def display_server(options: DesktopOptions, paths: Paths) -> Step:
    """Return the display server that is asked for: large, never reset, so that RANDR can resize it (Xserver(1))."""
    width = min(MAX_SIDE, max(VIRTUAL_SCREEN[0], options.geometry.width))
    height = min(MAX_SIDE, max(VIRTUAL_SCREEN[1], options.geometry.height))
    return xdummy(width, height, paths) if XSERVER.value(options) == "xdummy" else xvfb(options, paths)


def xvfb(options: DesktopOptions, paths: Paths) -> Step:
    """Return the Xvfb process (Xvfb(1))."""
    width = min(MAX_SIDE, max(VIRTUAL_SCREEN[0], options.geometry.width))
    height = min(MAX_SIDE, max(VIRTUAL_SCREEN[1], options.geometry.height))
    return Step(
        "display",
        (
            *("Xvfb", "-displayfd", PIPE, "-auth", str(paths.xauthority)),
            *("-screen", "0", f"{width}x{height}x24", "-dpi", "96"),
            *("-noreset", "-nolisten", "tcp", "-s", "0"),
            *("+extension", "GLX", "+extension", "RANDR", "+extension", "RENDER"),
            *("-extension", "SECURITY"),  # it guards the cursor of a program that has gone from who would show it
        ),
        ready=WritesLine(),
        sized=True,
    )


def websockify(paths: Paths) -> Step:
    """Return websockify, which listens on ``rfb.sock`` and connects to the VNC server's socket for each client."""
    return Step(
        "websockify",
        (
            *(sys.executable, "-m", "websockify", "--heartbeat=25"),
            *("--unix-listen", str(paths.rfb_socket), "--unix-listen-mode", "0600"),
            *("--unix-target", str(paths.vnc_socket)),
        ),
        ready=Listens(paths.rfb_socket),
    )
