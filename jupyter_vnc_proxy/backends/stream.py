"""Xvfb, and our own server that looks at it (`jupyter_vnc_proxy.stream`)."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from typing import Literal

from ..options import DesktopOptions
from ..process import Listens
from .base import DISPLAY, Field, Paths, Program, Step
from .x11vnc import XVFB, xvfb


@dataclass(frozen=True)
class Module(Program):
    """A Python module that must be there."""

    def find(self) -> str | None:
        """Return the path of the first alternative that this interpreter would import, or ``None``."""
        specs = (importlib.util.find_spec(name) for name in self.names)
        return next((spec.origin for spec in specs if spec is not None and spec.origin), None)

    def install_command(self) -> str | None:
        """Return the command that installs it into this environment."""
        return f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"


class StreamBackend:
    """Our own server on Xvfb: exact tiles, and H.264 while much of the screen moves."""

    name = "stream"
    title = "Xvfb + stream (H.264)"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = ()
    resize: Literal["rfb", "rest"] = "rfb"

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be there."""
        return [XVFB, Module(("numpy",), "the picture's arithmetic"), Module(("pixelflux",), "capture and H.264")]

    def speaks(self, options: DesktopOptions) -> Literal["rfb", "websocket"]:
        """Return what is spoken on ``rfb.sock``."""
        return "rfb"

    def raw_socket(self, options: DesktopOptions) -> str:
        """Return the name of the socket that speaks plain RFB in any case."""
        return "rfb.sock"

    def steps(self, options: DesktopOptions, paths: Paths) -> list[Step]:
        """Return Xvfb and the server."""
        server = (sys.executable, "-m", "jupyter_vnc_proxy.stream", "--display", DISPLAY)
        files = ("--xauthority", str(paths.xauthority), "--unix-socket", str(paths.rfb_socket))
        return [xvfb(options, paths), Step("vnc", (*server, *files), ("display",), Listens(paths.rfb_socket))]
