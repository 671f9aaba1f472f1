"""A Wayland compositor: our own server's, with Weston on it; or sway with wayvnc."""

from __future__ import annotations

from ..options import DesktopOptions
from ..system.own_python import own_python
from ..system.process import PIPE, REPORTS, WritesLine
from . import wayvnc
from .base import Field, Paths, Plan, Program, Step
from .compatibility import PlanMethods
from .module import stream_modules
from .wayvnc import XWAYLAND
from .x_servers import MARKED_TEXT

WESTON = Program(("weston",), "the desktop", {"apt": "weston", "dnf": "weston"})


class WaylandBackend(PlanMethods):
    """Weston, with its own shell as the session, on the compositor of the stream server's engine.

    The server (`jupyter_vnc_proxy.stream`) is the display too: it writes the display number of Weston's Xwayland, so
    X programs, including those of kernels, open their windows there. The transport ``wayvnc`` uses sway and wayvnc
    instead.
    """

    name = "wayland"
    title = "Wayland"
    transports: tuple[str, ...] = ("direct", "wayvnc")
    fields: tuple[Field, ...] = (MARKED_TEXT,)

    def programs(self, options: DesktopOptions) -> list[Program]:
        """Return the programs and modules that must be installed."""
        if options.transport == "wayvnc":
            return wayvnc.PROGRAMS
        return [WESTON, XWAYLAND, *stream_modules("the compositor and H.264")]

    def plan(self, options: DesktopOptions, paths: Paths) -> Plan:
        """Return the server, which starts Weston; or sway and wayvnc."""
        if options.transport == "wayvnc":
            return wayvnc.plan(options, paths)
        argv = (
            *(*own_python("jupyter_vnc_proxy.stream"), "--wayland", "--displayfd", PIPE),
            *("--geometry", str(options.geometry), "--xauthority", str(paths.xauthority)),
            *("--unix-socket", str(paths.rfb_socket), "--status-fd", REPORTS),
            *("--clipboard-socket", str(paths.clipboard_socket)),
            *(("--primary",) if MARKED_TEXT.value(options) == "yes" else ()),
        )
        server = Step("display", argv, ready=WritesLine(), umask=-1, session="weston")
        return Plan((server,), x_screenshots=False, full_chroma=True)
