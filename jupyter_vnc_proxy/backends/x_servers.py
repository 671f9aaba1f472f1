"""X servers without a screen, to be captured by a VNC server: Xvfb, and Xorg with its dummy driver."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..options import MAX_SIDE, DesktopOptions, Geometry
from ..system.memory import memory_limit
from ..system.process import PIPE, WritesLine
from .base import DISPLAY_NUMBER, Field, Paths, Program, Step
from .programs import xdummy as xorg

VIRTUAL_SCREENS = (Geometry(5120, 3840), Geometry(5120, 2880), Geometry(3840, 2160))
"""Sizes of the framebuffer, within which RANDR chooses the screen's; the last one is for every machine.

The server paints the whole framebuffer when it starts, so all of its memory is in use: an Xvfb takes up about 136, 117
or 92 MiB (PSS). It cannot grow later. A desktop whose configured size is larger gets that.
"""

MEMORY_SHARE = 128
"""The framebuffer takes up at most this part of the memory: one 128th."""

XVFB = Program(
    ("Xvfb",),
    "the display",
    {"apt": "xvfb", "dnf": "xorg-x11-server-Xvfb", "conda": "xorg-xvfb-server"},
)


@dataclass(frozen=True)
class Driver(Program):
    """A module of Xorg's: a file, not a program in ``PATH``."""

    def find(self) -> str | None:
        """Return the path of the first alternative that exists, or ``None``."""
        return next((name for name in self.names if Path(name).exists()), None)


XORG = Program(
    # The Xorg in PATH may be a wrapper that needs a console (Xorg.wrap(1)).
    ("/usr/lib/xorg/Xorg", "/usr/libexec/Xorg", "/usr/lib/Xorg", "Xorg"),
    "the display",
    {"apt": "xserver-xorg-core", "dnf": "xorg-x11-server-Xorg"},
)
DUMMY = Driver(
    tuple(
        f"{directory}/xorg/modules/drivers/dummy_drv.so"
        for directory in ("/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
    ),
    "Xorg's driver for a virtual screen",
    {"apt": "xserver-xorg-video-dummy", "dnf": "xorg-x11-drv-dummy"},
)

XSERVER = Field(
    "xserver",
    "X server",
    "The display server: xvfb, or xdummy (Xorg with its dummy driver).",
    choices=("xvfb", "xdummy"),
    default="xvfb",
)

MARKED_TEXT = Field(
    "marked_text",
    "Marked text",
    "Whether text that is only marked on the desktop (PRIMARY) goes to the browser's clipboard, too: no, or yes.",
    choices=("no", "yes"),
    default="no",
)

COMMON = (
    *("-noreset", "-nolisten", "tcp", "-s", "0"),
    *("+extension", "GLX", "+extension", "RANDR", "+extension", "RENDER"),
)
"""Arguments of both servers (Xserver(1)): they never reset, so RANDR can resize them at any time."""


def server_programs(options: DesktopOptions) -> list[Program]:
    """Return the programs of the X server that ``options`` choose."""
    return [XORG, DUMMY] if XSERVER.value(options) == "xdummy" else [XVFB]


def x_server(options: DesktopOptions, paths: Paths) -> Step:
    """Return the process of the X server that ``options`` choose."""
    return xdummy(options, paths) if XSERVER.value(options) == "xdummy" else xvfb(options, paths)


def xvfb(options: DesktopOptions, paths: Paths) -> Step:
    """Return the Xvfb process (Xvfb(1))."""
    argv = (
        *("Xvfb", "-displayfd", PIPE, "-auth", str(paths.xauthority)),
        *("-screen", "0", f"{_framebuffer(options)}x24", "-dpi", "96"),
        *COMMON,
        *("-extension", "SECURITY"),  # with it, a cursor whose program has ended can't be read
        DISPLAY_NUMBER,
    )
    return Step("display", argv, ready=WritesLine(), sized=True)


def xdummy(options: DesktopOptions, paths: Paths) -> Step:
    """Return the Xorg process (Xorg(1), xorg.conf(5)).

    An Xorg without the rights of another user reads its configuration and writes its log anywhere.
    """
    configuration = paths.directory / "xorg.config"  # -configdir reads files named *.conf only
    argv = (
        *(XORG.find() or XORG.names[0], "-displayfd", PIPE, "-auth", str(paths.xauthority)),
        *("-config", str(configuration), "-configdir", str(paths.directory)),  # not the system's
        *("-logfile", str(paths.directory / "log" / "xorg.log")),
        *("-novtswitch", "-sharevts", "-dpi", "96"),
        *COMMON,
        DISPLAY_NUMBER,
    )
    files = {configuration: xorg.configuration(_framebuffer(options))}
    return Step("display", argv, ready=WritesLine(), sized=True, files=files)


def virtual_screen(memory_bytes: int) -> Geometry:
    """Return the largest of `VIRTUAL_SCREENS` that suits a machine's memory."""
    fitting = (each for each in VIRTUAL_SCREENS if each.width * each.height * 4 * MEMORY_SHARE <= memory_bytes)
    return next(fitting, VIRTUAL_SCREENS[-1])


def _framebuffer(options: DesktopOptions) -> Geometry:
    width, height = (max(pair) for pair in zip(virtual_screen(memory_limit()), options.geometry, strict=True))
    return Geometry(min(MAX_SIDE, width), min(MAX_SIDE, height))
