"""Xorg with the driver that shows nothing (``xf86-video-dummy``), as any user: no console, no graphics card, no input
devices. Its keys and pointer come through XTEST."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...options import MAX_SIDE
from ...system.process import PIPE, WritesLine
from ..base import Paths, Program, Step


@dataclass(frozen=True)
class Driver(Program):
    """A module of Xorg's, which is a file and no program."""

    def find(self) -> str | None:
        """Return the path of the first alternative that is there, or ``None``."""
        return next((name for name in self.names if Path(name).exists()), None)


XORG = Program(
    # What stands in PATH may be a wrapper that wants a console (Xorg.wrap(1)).
    ("/usr/lib/xorg/Xorg", "/usr/libexec/Xorg", "/usr/lib/Xorg", "Xorg"),
    "the display",
    {"apt": "xserver-xorg-core", "dnf": "xorg-x11-server-Xorg", "conda": "xorg-xorgserver"},
)
DUMMY = Driver(
    tuple(
        f"{directory}/xorg/modules/drivers/dummy_drv.so"
        for directory in ("/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
    ),
    "Xorg's driver for a screen that is not there",
    {"apt": "xserver-xorg-video-dummy", "dnf": "xorg-x11-drv-dummy"},
)

VIDEO_MEMORY = MAX_SIDE * MAX_SIDE * 4 // 1024 + 1
"""KiB of the screen's memory: for every size that a desktop may have. Only what is drawn to takes room."""

CONFIGURATION = """\
# Written anew at each start.
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoEnableDevices" "false"
  Option "AutoAddGPU" "false"
  Option "AutoBindGPU" "false"
  Option "PciForceNone" "true"
  Option "DontVTSwitch" "true"
  Option "DontZap" "true"
EndSection
Section "InputDevice"
  # Without these two Xorg would look for a mouse and a keyboard.
  Identifier "no pointer"
  Driver "none"
  Option "CorePointer"
EndSection
Section "InputDevice"
  Identifier "no keyboard"
  Driver "none"
  Option "CoreKeyboard"
EndSection
Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam {kilobytes}
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual {width} {height}
  EndSubSection
EndSection
"""


def xdummy(width: int, height: int, paths: Paths) -> Step:
    """Return the Xorg process (Xorg(1), xorg.conf(5)) with a virtual screen of so many pixels.

    An Xorg that has no rights of another user than its own takes configuration and log from anywhere.
    """
    configuration = paths.directory / "xorg.config"  # no name that -configdir would look for
    return Step(
        "display",
        (
            *(XORG.find() or XORG.names[0], "-displayfd", PIPE, "-auth", str(paths.xauthority)),
            *("-config", str(configuration), "-configdir", str(paths.directory)),  # not the system's
            *("-logfile", str(paths.directory / "log" / "xorg.log")),
            *("-novtswitch", "-sharevts", "-dpi", "96"),
            *("-noreset", "-nolisten", "tcp", "-s", "0"),
            *("+extension", "GLX", "+extension", "RANDR", "+extension", "RENDER"),
        ),
        ready=WritesLine(),
        sized=True,
        files={configuration: CONFIGURATION.format(width=width, height=height, kilobytes=VIDEO_MEMORY)},
    )
