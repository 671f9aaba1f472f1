"""Xvfb, and our own server that looks at it (`jupyter_vnc_proxy.stream`)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ..options import DesktopOptions
from ..system.module_check import MISSING, find_module, load_problem
from ..system.process import REPORTS, Listens
from .base import DISPLAY, Field, Paths, Program, Step
from .x11vnc import XVFB, xvfb

HOST_LIBRARIES = {"apt": "libgbm1 libpixman-1-0 libxkbcommon0", "dnf": "mesa-libgbm pixman libxkbcommon"}
"""The packages with what pixelflux needs of the system (its wheels bring the rest)."""


@dataclass(frozen=True)
class Module(Program):
    """A Python module that must be there, and able to load; ``libraries`` are the packages that this takes."""

    libraries: Mapping[str, str] = field(default_factory=dict)

    def find(self) -> str | None:
        """Return the path of the first alternative that this interpreter would import, or ``None``."""
        return self._file if self.problem() is None else None

    def problem(self) -> str | None:
        """Return why a module that is installed can't be loaded, or ``None``."""
        return self._problem

    def install_command(self) -> str | None:
        """Return the command that installs it into this environment, or the library that it lacks."""
        if self.problem() is None:
            return f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"
        return super().install_command() or f"{sys.executable} -m pip install --force-reinstall {self.names[0]}"

    def mending(self) -> Mapping[str, str]:
        """Return the packages of the libraries that it lacks, where it is libraries."""
        problem = self.problem()
        return self.libraries if problem is not None and problem.endswith(MISSING) else {}

    @cached_property
    def _file(self) -> str | None:
        return next(filter(None, map(find_module, self.names)), None)

    @cached_property
    def _problem(self) -> str | None:
        return None if self._file is None else load_problem(self._file)


class StreamBackend:
    """Our own server on Xvfb: exact tiles, and H.264 while much of the screen moves."""

    name = "stream"
    title = "Xvfb + stream"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = ()

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be there."""
        engine = Module(("pixelflux",), "capture and H.264", libraries=HOST_LIBRARIES)
        return [XVFB, Module(("numpy",), "the picture's arithmetic"), engine]

    def resize(self, options: DesktopOptions) -> Literal["rfb", "rest"]:
        """Return who changes the size."""
        return "rfb"

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
        argv = (*server, *files, "--status-fd", REPORTS)
        return [xvfb(options, paths), Step("vnc", argv, ("display",), Listens(paths.rfb_socket))]
