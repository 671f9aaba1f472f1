"""websockify between a VNC server and its clients."""

from __future__ import annotations

from ..system.own_python import own_python
from ..system.process import Listens
from .base import Paths, Step


def websockify(paths: Paths) -> Step:
    """Return websockify, which listens on ``rfb.sock`` and connects to the VNC server's socket for each client."""
    argv = (
        *(*own_python("websockify"), "--heartbeat=25"),
        *("--unix-listen", str(paths.rfb_socket), "--unix-listen-mode", "0600"),
        *("--unix-target", str(paths.vnc_socket)),
    )
    return Step("websockify", argv, ready=Listens(paths.rfb_socket))
