"""Every configuration that is measured, as data; and why one of them can't be measured here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import choose, missing_programs
from jupyter_vnc_proxy.backends.base import Backend
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions

from .untuned_x11vnc import UntunedX11vnc

XORG = "/usr/lib/xorg/Xorg"
XORGXRDP = "/usr/lib/xorg/modules/libxorgxrdp.so"


@dataclass(frozen=True)
class Configuration:
    """One way to a desktop.

    ``hops``: what a picture passes from the browser on, and between two parts what they speak. ``worker``: what the
    process is called that makes the pictures. ``parts``: whose versions count, each with who knows it: ``debian`` or
    ``python``. ``runs``: processes that must be there besides the worker, or it is not what it says. ``needs``:
    programs or files besides the backend's own, and the package that has each. ``variant``: one of a way that is there
    already, measured at the first size alone. A peer has no ``backend``.
    """

    name: str
    what: str
    hops: tuple[str, ...]
    worker: str
    backend: str = ""
    transport: str = "direct"
    options: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    variant: bool = False
    never_as_root: str = ""

    def desktop_options(self) -> DesktopOptions:
        """Return what its desktop is started with, as far as this version knows of it."""
        return DesktopOptions.from_json(
            {**DesktopOptions().to_json(), "backend": self.backend, "transport": self.transport, "extra": self.options}
        )

    def traits(self) -> dict[str, Any]:
        """Return what ``c.VncProxy`` says for it."""
        traits: dict[str, Any] = {"backend": self.backend, "transport": self.transport}
        return traits | ({"backend_options": dict(self.options)} if self.options else {})

    def obstacle(self) -> str | None:
        """Return why it can't run here, in one sentence, or ``None``."""
        if not self.backend:
            return None  # a peer is installed when it is asked for
        try:
            own = self.backend == UntunedX11vnc.name
            backend: Backend = UntunedX11vnc() if own else choose(self.desktop_options())
        except InvalidOption as error:
            return error.message
        if self.never_as_root and os.geteuid() == 0:
            return self.never_as_root
        lacking = [program.names[0] for program in missing_programs(backend, self.desktop_options())]
        lacking += [f"{package} ({need})" for need, package in self.needs.items() if not _is_there(need)]
        return f"Not installed: {', '.join(lacking)}." if lacking else None


def _is_there(need: str) -> bool:
    return Path(need).exists() or shutil.which(need) is not None


BRIDGE = ("noVNC", "WebSocket", "Jupyter", "RFB")
FRAMED = ("noVNC", "WebSocket", "Jupyter", "WebSocket")
XVNC = {"tigervnc-standalone-server": "debian"}
X11VNC = {"x11vnc": "debian", "xvfb": "debian"}
XFREERDP = {"xrdp": "xrdp", XORG: "xserver-xorg-core", XORGXRDP: "xorgxrdp"}

CONFIGURATIONS: dict[str, Configuration] = {
    each.name: each
    for each in (
        Configuration(
            "stream",
            "our own server: exact tiles, and H.264 while much of the screen moves",
            (*BRIDGE, "stream", "X11", "Xvfb"),
            "jupyter_vnc_proxy.stream",
            "stream",
            parts={"pixelflux": "python", "xvfb": "debian"},
            runs=("Xvfb",),
        ),
        Configuration(
            "tigervnc",
            "TigerVNC: display and VNC server in one process",
            (*BRIDGE, "Xvnc"),
            "Xtigervnc",
            "tigervnc",
            parts=XVNC,
        ),
        Configuration(
            "tigervnc-websockify",
            "the same with websockify before it",
            (*FRAMED, "websockify", "RFB", "Xvnc"),
            "Xtigervnc",
            "tigervnc",
            "websockify",
            parts={**XVNC, "websockify": "python"},
            runs=("websockify",),
            variant=True,
        ),
        Configuration(
            "x11vnc",
            "x11vnc that looks at an Xvfb",
            (*BRIDGE, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            parts=X11VNC,
            runs=("Xvfb",),
        ),
        Configuration(
            "x11vnc-websockify",
            "the same with websockify before it",
            (*FRAMED, "websockify", "RFB", "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            "websockify",
            parts={**X11VNC, "websockify": "python"},
            runs=("websockify",),
            variant=True,
        ),
        Configuration(
            "x11vnc-native",
            "the same with libvncserver's own WebSocket",
            (*FRAMED, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            "native",
            parts=X11VNC,
            runs=("Xvfb",),
            variant=True,
        ),
        Configuration(
            "x11vnc-defaults",
            "the same without our parameters for speed",
            (*BRIDGE, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            UntunedX11vnc.name,
            parts=X11VNC,
            runs=("Xvfb",),
            variant=True,
        ),
        Configuration(
            "x11vnc-xdummy",
            "x11vnc that looks at Xorg with its dummy driver",
            (*BRIDGE, "x11vnc", "X11", "Xorg, dummy"),
            "x11vnc",
            "x11vnc",
            options={"xserver": "xdummy"},
            parts={"x11vnc": "debian", "xserver-xorg-core": "debian", "xserver-xorg-video-dummy": "debian"},
            runs=("Xorg",),
            variant=True,
        ),
        Configuration(
            "wayland",
            "our own server with a Wayland compositor in it, and Weston full screen on that",
            (*BRIDGE, "stream", "Wayland", "Weston", "X11", "Xwayland"),
            "jupyter_vnc_proxy.stream",
            "wayland",
            parts={"pixelflux": "python", "weston": "debian", "xwayland": "debian"},
            runs=("weston",),
        ),
        Configuration(
            "wayvnc",
            "wayvnc, which looks at a headless sway",
            (*BRIDGE, "wayvnc", "Wayland", "sway", "X11", "Xwayland"),
            "wayvnc",
            "wayland",
            "wayvnc",
            parts={"wayvnc": "debian", "sway": "debian"},
            runs=("sway",),
            variant=True,
            never_as_root="sway refuses to run as root, and this run's user is root.",
        ),
        Configuration(
            "rdp",
            "xfreerdp, full screen on an Xvfb, to an xrdp on this machine",
            (*BRIDGE, "stream", "X11", "xfreerdp on Xvfb", "RDP", "xrdp", "xup", "Xorg, xrdpdev"),
            "jupyter_vnc_proxy.stream",
            "rdp",
            options={"rdp_host": "127.0.0.1"},  # its port is known when it listens
            parts={"xrdp": "debian", "xorgxrdp": "debian", "freerdp2-x11": "debian"},
            needs=XFREERDP,
        ),
        Configuration(
            "jupyter-remote-desktop-proxy",
            "a peer: TigerVNC behind jupyter-server-proxy",
            ("noVNC", "WebSocket", "jupyter-server-proxy", "WebSocket", "websockify", "RFB", "Xvnc"),
            "Xtigervnc",
        ),
        Configuration(
            "selkies",
            "a peer: H.264 to a page of its own",
            ("its page", "WebSocket", "jupyter-server-proxy", "WebSocket", "Selkies", "X11", "Xvfb"),
            "selkies",
        ),
    )
}
