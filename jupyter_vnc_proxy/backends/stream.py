"""Xvfb (or Xorg), and our own server that captures it (`jupyter_vnc_proxy.stream`)."""

from __future__ import annotations

from ..options import DesktopOptions
from ..system.own_python import own_python
from ..system.process import REPORTS, Listens
from .base import DISPLAY, Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .module import stream_modules
from .x_servers import MARKED_TEXT, XSERVER, server_programs, x_server


class StreamBackend(PlanMethods):
    """Our own server on Xvfb: exact tiles, and H.264 while much of the screen moves."""

    name = "stream"
    title = "Xvfb + stream"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = (XSERVER, MARKED_TEXT)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be installed."""
        return [*server_programs(options), *stream_modules("capture and H.264")]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the X server and our own server."""
        argv = (
            *(*own_python("jupyter_vnc_proxy.stream"), "--display", DISPLAY),
            *("--xauthority", str(paths.xauthority), "--unix-socket", str(paths.rfb_socket)),
            *("--status-fd", REPORTS),
            *("--clipboard-socket", str(paths.clipboard_socket)),
            *(("--primary",) if MARKED_TEXT.value(options) == "yes" else ()),
        )
        server = Step("vnc", argv, ("display",), Listens(paths.rfb_socket))
        return Plan((x_server(options, paths), server), full_chroma=True, monitors_through="randr")
