"""How a desktop is resized whose VNC server ignores RFB's SetDesktopSize: `Plan.resize_through`."""

from __future__ import annotations

from collections.abc import Callable

from ..options import Geometry
from ..system.randr import size
from .base import Paths
from .programs import sway


def _randr(display: str, paths: Paths, geometry: Geometry) -> None:
    size.resize(display, paths.xauthority, geometry)


def _sway(display: str, paths: Paths, geometry: Geometry) -> None:
    sway.resize(paths.directory / sway.SOCKET, geometry)


RESIZERS: dict[str, Callable[[str, Paths, Geometry], None]] = {"randr": _randr, "sway": _sway}
"""X's RANDR extension, or sway's IPC; each is called with the display, the desktop's files and the size."""


def resize(through: str, display: str, paths: Paths, geometry: Geometry) -> None:
    """Resize a running desktop's display; raise `KeyError` for an unknown way, or the error of the way taken."""
    RESIZERS[through](display, paths, geometry)
