"""The configuration of Xorg with its dummy driver (``xf86-video-dummy``), for any user: no console, no graphics card,
no input devices. Keys and pointer come through XTEST."""

from __future__ import annotations

from ...options import MAX_SIDE, Geometry

VIDEO_MEMORY_KIB = MAX_SIDE * MAX_SIDE * 4 // 1024 + 1
"""KiB of the screen's memory, enough for every size of a desktop. Only touched pages take memory."""

CONFIGURATION = """\
# Rewritten at each start.
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
  # Without these two, Xorg looks for a mouse and a keyboard.
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


def configuration(framebuffer: Geometry) -> str:
    """Return an xorg.conf(5) with a virtual screen of this size in pixels."""
    width, height = framebuffer
    return CONFIGURATION.format(width=width, height=height, kilobytes=VIDEO_MEMORY_KIB)
