"""The configurations to measure, as data, and the reason if one cannot run here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_vnc_proxy.backends import AnyBackend, choose, missing_programs
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions

from .untuned_x11vnc import UntunedX11vnc

XORG = "/usr/lib/xorg/Xorg"
XORGXRDP = "/usr/lib/xorg/modules/libxorgxrdp.so"


@dataclass(frozen=True)
class Configuration:
    """A backend with a transport and options, or a peer, which has no ``backend``.

    ``hops``: the programs from the browser to the display, with the protocol between each two. ``worker``: the name of
    the process that encodes the picture. ``packages``: packages whose versions are recorded, each with its source,
    ``debian`` or ``python``. ``runs``: other processes that must run. ``needs``: programs or files that the backend
    itself does not require, each with its package. ``variant``: a variation of another configuration, measured only at
    the first size without a network link.
    """

    name: str
    description: str
    hops: tuple[str, ...]
    worker: str
    backend: str = ""
    transport: str = "direct"
    options: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    variant: bool = False
    never_as_root: str = ""

    def desktop_options(self) -> DesktopOptions:
        """Return the options of its desktop; raise `InvalidOption` if this version does not know one."""
        return DesktopOptions.from_json(
            {**DesktopOptions().to_json(), "backend": self.backend, "transport": self.transport, "extra": self.options}
        )

    def traits(self) -> dict[str, Any]:
        """Return the traits of ``c.VncProxy``."""
        traits: dict[str, Any] = {"backend": self.backend, "transport": self.transport}
        return traits | ({"backend_options": dict(self.options)} if self.options else {})

    def obstacle(self) -> str | None:
        """Return the reason why it cannot run here, in one sentence, or ``None``."""
        if not self.backend:
            return None  # peers are installed on demand
        try:
            own = self.backend == UntunedX11vnc.name
            backend: AnyBackend = UntunedX11vnc() if own else choose(self.desktop_options())
        except InvalidOption as error:
            return error.message
        if self.never_as_root and os.geteuid() == 0:
            return self.never_as_root
        lacking = [program.names[0] for program in missing_programs(backend, self.desktop_options())]
        lacking += [f"{package} ({need})" for need, package in self.needs.items() if not _is_installed(need)]
        return f"Not installed: {', '.join(lacking)}." if lacking else None


def _is_installed(need: str) -> bool:
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
            "this package's own server: lossless tiles, and H.264 while much of the screen changes",
            (*BRIDGE, "stream", "X11", "Xvnc"),
            "jupyter_vnc_proxy.stream",
            "stream",
            options={"xserver": "xvnc"},
            packages={"pixelflux": "python", **XVNC},
            runs=("Xtigervnc",),
        ),
        Configuration(
            "stream-xvfb",
            "the same on Xvfb, whose memory does not grow and shrink with the screen",
            (*BRIDGE, "stream", "X11", "Xvfb"),
            "jupyter_vnc_proxy.stream",
            "stream",
            options={"xserver": "xvfb"},
            packages={"pixelflux": "python", "xvfb": "debian"},
            runs=("Xvfb",),
            variant=True,
        ),
        Configuration(
            "tigervnc",
            "TigerVNC's Xvnc, display and VNC server in one process",
            (*BRIDGE, "Xvnc"),
            "Xtigervnc",
            "tigervnc",
            packages=XVNC,
        ),
        Configuration(
            "tigervnc-websockify",
            "the same behind websockify",
            (*FRAMED, "websockify", "RFB", "Xvnc"),
            "Xtigervnc",
            "tigervnc",
            "websockify",
            packages={**XVNC, "websockify": "python"},
            runs=("websockify",),
            variant=True,
        ),
        Configuration(
            "x11vnc",
            "x11vnc on Xvfb",
            (*BRIDGE, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            packages=X11VNC,
            runs=("Xvfb",),
        ),
        Configuration(
            "x11vnc-websockify",
            "the same behind websockify",
            (*FRAMED, "websockify", "RFB", "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            "websockify",
            packages={**X11VNC, "websockify": "python"},
            runs=("websockify",),
            variant=True,
        ),
        Configuration(
            "x11vnc-native",
            "the same with libvncserver's WebSocket",
            (*FRAMED, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            "x11vnc",
            "native",
            packages=X11VNC,
            runs=("Xvfb",),
            variant=True,
        ),
        Configuration(
            "x11vnc-defaults",
            "the same without our tuning options",
            (*BRIDGE, "x11vnc", "X11", "Xvfb"),
            "x11vnc",
            UntunedX11vnc.name,
            packages=X11VNC,
            runs=("Xvfb",),
            variant=True,
        ),
        Configuration(
            "x11vnc-xdummy",
            "x11vnc on Xorg with its dummy driver",
            (*BRIDGE, "x11vnc", "X11", "Xorg, dummy"),
            "x11vnc",
            "x11vnc",
            options={"xserver": "xdummy"},
            packages={"x11vnc": "debian", "xserver-xorg-core": "debian", "xserver-xorg-video-dummy": "debian"},
            runs=("Xorg",),
            variant=True,
        ),
        Configuration(
            "wayland",
            "our own server as Wayland compositor, with Weston full screen in it",
            (*BRIDGE, "stream", "Wayland", "Weston", "X11", "Xwayland"),
            "jupyter_vnc_proxy.stream",
            "wayland",
            packages={"pixelflux": "python", "weston": "debian", "xwayland": "debian"},
            runs=("weston",),
        ),
        Configuration(
            "wayvnc",
            "wayvnc on headless sway",
            (*BRIDGE, "wayvnc", "Wayland", "sway", "X11", "Xwayland"),
            "wayvnc",
            "wayland",
            "wayvnc",
            packages={"wayvnc": "debian", "sway": "debian"},
            runs=("sway",),
            variant=True,
            never_as_root="sway refuses to run as root, and this run's user is root.",
        ),
        Configuration(
            "rdp",
            "xfreerdp full screen on Xvnc, connected to xrdp on the same machine",
            (*BRIDGE, "stream", "X11", "xfreerdp on Xvnc", "RDP", "xrdp", "xup", "Xorg, xrdpdev"),
            "jupyter_vnc_proxy.stream",
            "rdp",
            options={"rdp_host": "127.0.0.1"},  # its port is known only when it listens
            packages={"xrdp": "debian", "xorgxrdp": "debian", "freerdp2-x11": "debian"},
            needs=XFREERDP,
        ),
        Configuration(
            "jupyter-remote-desktop-proxy",
            "peer: TigerVNC behind jupyter-server-proxy",
            ("noVNC", "WebSocket", "jupyter-server-proxy", "WebSocket", "websockify", "RFB", "Xvnc"),
            "Xtigervnc",
        ),
        Configuration(
            "selkies",
            "peer: H.264 to its own page",
            ("its page", "WebSocket", "jupyter-server-proxy", "WebSocket", "Selkies", "X11", "Xvfb"),
            "selkies",
        ),
    )
}
