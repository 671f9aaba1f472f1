"""Backends as other packages add them: by a plan, and in the older form with a method for each answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from jupyter_vnc_proxy.backends import Field, Paths, Plan, Program, Step
from jupyter_vnc_proxy.backends.tigervnc import TigervncBackend
from jupyter_vnc_proxy.backends.x11vnc import X11vncBackend
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.system.process import PIPE, WritesLine

RATE = Field("frame_rate", "Frame rate", "Updates a second, as in 30.", default="30", pattern="[1-9][0-9]?")


class Planned(TigervncBackend):
    """A built-in backend with another plan."""

    name, title = "planned", "TigerVNC, planned"
    fields: tuple[Field, ...] = (RATE,)

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        return super().plan(options, paths).with_arguments("display", "-FrameRate", "20")


class Calm(TigervncBackend):
    """The documented example of versions before there were plans."""

    name, title = "calm", "TigerVNC, calm"
    fields: tuple[Field, ...] = (RATE,)

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        display, *rest = super().steps(options, paths)
        return [replace(display, argv=(*display.argv, "-FrameRate", RATE.value(options))), *rest]


class Methods:
    """A backend of its own, in the form of versions before there were plans."""

    name = "methods"
    title = "A method for each answer"
    transports: tuple[str, ...] = ("direct", "websockify")
    fields: tuple[Field, ...] = ()

    def programs(self, options: DesktopOptions) -> Iterable[Program]:
        return [Program((sys.executable,), "everything")]

    def steps(self, options: DesktopOptions, paths: Paths) -> Iterable[Step]:
        yield Step("display", (sys.executable, "-c", "pass", PIPE), ready=WritesLine())

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        return "rest"

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        return "rfb" if options.transport == "direct" else "websocket"

    def raw_socket(self, options: DesktopOptions) -> str:
        return "rfb.sock" if options.transport == "direct" else "vnc.sock"


class Clashing(X11vncBackend):
    """A backend whose name is taken."""

    name = "tigervnc"
