"""X servers without a screen, to be captured by a VNC server: TigerVNC's Xvnc, Xvfb, and Xorg with its dummy driver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..options import MAX_SIDE, DesktopOptions, Geometry
from ..system.memory import memory_limit
from ..system.process import PIPE, WritesLine
from .base import DISPLAY_NUMBER, Field, Paths, Plan, Program, Step
from .programs import xdummy as xorg
from .programs.help_text import switches

VIRTUAL_SCREENS = (Geometry(5120, 3840), Geometry(5120, 2880), Geometry(3840, 2160))
"""Sizes of Xvfb's and Xorg's framebuffer, within which RANDR chooses the screen's; the last one is for every machine.

The server paints the whole framebuffer when it starts, so all of its memory is in use: an Xvfb takes up about 136, 117
or 92 MiB (PSS). It cannot grow later, as Xvnc's can. A desktop whose configured size is larger gets that.
"""

MEMORY_SHARE = 128
"""The framebuffer takes up at most this part of the memory: one 128th."""


@dataclass(frozen=True)
class Xvnc(Program):
    """An Xvnc that can listen on a unix socket; TurboVNC's can since 3.1."""

    def find(self) -> str | None:
        """Return the path of the first alternative that can; one whose help can't be read counts as able."""
        candidates = filter(None, (Program((name,), self.purpose).find() for name in self.names))
        return next((each for each in candidates if self.suits(each)), None)

    def suits(self, server: str) -> bool:
        """Return whether this program is one of those."""
        known = switches(server)  # a program that can't start lists none
        return "rfbport" not in known or "rfbunixpath" in known


@dataclass(frozen=True)
class GrowingXvnc(Xvnc):
    """TigerVNC's Xvnc, whose framebuffer is as large as the screen."""

    def suits(self, server: str) -> bool:
        """Return whether this is one; Debian's is known by its name, which takes no time."""
        return Path(server).name == "Xtigervnc" or ("rfbunixpath" in switches(server) and not is_turbovnc(server))


def is_turbovnc(server: str) -> bool:
    """Return whether an Xvnc is TurboVNC's, by switches that TigerVNC's rejects."""
    return {"deferupdate", "maxclipboard"} <= switches(server)


TIGERVNC_PACKAGES = {"apt": "tigervnc-standalone-server", "dnf": "tigervnc-server-minimal"}

XVNC_DISPLAY = GrowingXvnc(("Xtigervnc", "Xvnc"), "the display", TIGERVNC_PACKAGES)

OUTPUTS_SOCKET = "x11.sock"
"""The socket in the desktop's directory on which an Xvnc that only displays takes SetDesktopSize from us.

It makes an output for each screen; X clients cannot add any. No viewer is connected to it.
"""

OUTPUTS_ONLY = (
    *("-SecurityTypes", "None", "-UseBlacklist=0", "-AlwaysShared"),
    *("-AcceptKeyEvents=0", "-AcceptPointerEvents=0", "-AcceptCutText=0", "-SendCutText=0", "-SendPrimary=0"),
)
"""Xvnc's arguments for it (Xvnc(1)): its mode controls access, and it takes no input and has no clipboard."""

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
    "The display server: xvnc (TigerVNC's, for the display only), xvfb, or xdummy (Xorg with its dummy driver); "
    "auto is xvnc if TigerVNC is installed, else xvfb.",
    choices=("auto", "xvnc", "xvfb", "xdummy"),
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
    *("-extension", "SECURITY"),  # with it, a cursor whose program has ended can't be read
)
"""Arguments of all of them (Xserver(1)): they never reset, so RANDR can resize them at any time."""


def server_programs(server: str) -> list[Program]:
    """Return the programs of an X server, one of the choices of `XSERVER`."""
    programs: dict[str, list[Program]] = {"xvnc": [XVNC_DISPLAY], "xvfb": [XVFB], "xdummy": [XORG, DUMMY]}
    return programs[_installed(server)]


def x_server(server: str, options: DesktopOptions, paths: Paths) -> Step:
    """Return the process of an X server, one of the choices of `XSERVER`."""
    return {"xvnc": xvnc_display, "xvfb": xvfb, "xdummy": xdummy}[_installed(server)](options, paths)


def with_monitors(server: str, plan: Plan) -> Plan:
    """Return the plan of a desktop on an X server, with the way in which that one has several monitors."""
    if _installed(server) == "xvnc":
        return replace(plan, monitors_through="rfb", monitors_socket=OUTPUTS_SOCKET)
    return replace(plan, monitors_through="randr")


def grows() -> bool:
    """Return whether an X server is installed whose memory grows and shrinks with the screen: TigerVNC's Xvnc."""
    return XVNC_DISPLAY.find() is not None


def _installed(server: str) -> str:
    if server != "auto":
        return server
    return "xvnc" if grows() else "xvfb"


def xvnc_display(options: DesktopOptions, paths: Paths) -> Step:
    """Return the Xvnc process (Xvnc(1)) of a display that others show; it logs errors only.

    Its framebuffer grows and shrinks with the screen, to any size.
    """
    argv = (
        *(XVNC_DISPLAY.find() or XVNC_DISPLAY.names[0], "-displayfd", PIPE, "-auth", str(paths.xauthority)),
        *("-geometry", str(options.geometry), "-depth", "24", "-dpi", "96"),
        *("-rfbport", "-1", "-rfbunixpath", str(paths.directory / OUTPUTS_SOCKET), "-rfbunixmode", "0600"),
        *OUTPUTS_ONLY,
        *("-Log", "*:stderr:0"),
        *COMMON,
        DISPLAY_NUMBER,
    )
    return Step("display", argv, ready=WritesLine())


def xvfb(options: DesktopOptions, paths: Paths) -> Step:
    """Return the Xvfb process (Xvfb(1))."""
    argv = (
        *("Xvfb", "-displayfd", PIPE, "-auth", str(paths.xauthority)),
        *("-screen", "0", f"{_framebuffer(options)}x24", "-dpi", "96"),
        *COMMON,
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
