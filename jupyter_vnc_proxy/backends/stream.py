"""An X server, and our own server that captures it (`jupyter_vnc_proxy.stream`)."""

from __future__ import annotations

from dataclasses import replace

from ..options import DesktopOptions
from ..system.own_python import own_python
from ..system.process import PIPE, REPORTS, WritesLine
from .base import Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .module import stream_modules
from .x_servers import MARKED_TEXT, XSERVER, server_programs, with_monitors, x_server

BEST_XSERVER = replace(XSERVER, default="auto")


class StreamBackend(PlanMethods):
    """Our own server on an X server without a screen: exact tiles, and H.264 while much of the screen moves."""

    name = "stream"
    title = "Stream"
    transports: tuple[str, ...] = ("direct",)
    fields: tuple[Field, ...] = (BEST_XSERVER, MARKED_TEXT)
    forks_server = True
    """The process that runs a desktop forks the server from itself: see `commands.run`."""

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be installed."""
        return [*server_programs(BEST_XSERVER.value(options)), *stream_modules("capture and H.264")]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the X server and ours."""
        argv = (
            *(*own_python("jupyter_vnc_proxy.stream"), "--display-from-stdin"),
            *("--xauthority", str(paths.xauthority), "--unix-socket", str(paths.rfb_socket)),
            *("--status-fd", REPORTS, "--displayfd", PIPE),
            *("--clipboard-socket", str(paths.clipboard_socket)),
            *(("--primary",) if MARKED_TEXT.value(options) == "yes" else ()),
        )
        server = Step("vnc", argv, ready=WritesLine(), asks_display=True)  # it loads its modules meanwhile
        xserver = BEST_XSERVER.value(options)
        return with_monitors(xserver, Plan((x_server(xserver, options, paths), server), full_chroma=True))
