"""Several monitors on one X display: areas of its screen, as RANDR 1.5 and Xinerama report them to programs."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Conflict
from ...options import Area, Geometry
from ..x_display import connect, intern_atom
from .size import MONITOR_PREFIX, change_size, grabbed, millimetres, own_monitors, size_limits

if TYPE_CHECKING:
    import xcffib


def set_monitors(display: str, xauthority: Path, monitors: Sequence[Area], otherwise: Geometry | None) -> None:
    """Give a display these monitors, at least two, and the size that they need.

    Fewer: the display has one monitor, the whole screen; if it had several, it gets the size ``otherwise``, unless that
    is ``None``. Raise `Conflict` if the virtual screen is too small. The window manager moves windows that are on no
    monitor any more.
    """
    connection = connect(display, xauthority)
    try:
        if len(monitors) < 2:
            _remove(connection, otherwise)
            return
        size = Geometry(max(each.x + each.width for each in monitors), max(each.y + each.height for each in monitors))
        limits = size_limits(connection)
        largest = Geometry(limits.max_width, limits.max_height)
        if size.width > largest.width or size.height > largest.height:
            raise Conflict(
                f"The monitors need {size} pixels together, and this desktop can have at most {largest}. "
                "Make a panel smaller.",
                code="desktop-too-large",
            )
        with grabbed(connection):
            change_size(connection, *size)
            _define(connection, monitors)
    finally:
        connection.disconnect()


def _remove(connection: xcffib.Connection, size: Geometry | None) -> None:
    import xcffib.randr as randr

    if not (names := own_monitors(connection)):
        return
    limits = size_limits(connection)
    with grabbed(connection):
        for name in names:
            connection(randr.key).DeleteMonitor(connection.get_setup().roots[0].root, name)
        if size is not None:
            change_size(connection, min(size.width, limits.max_width), min(size.height, limits.max_height))


def _define(connection: xcffib.Connection, monitors: Sequence[Area]) -> None:
    """Replace the monitors. The first has the output: without a monitor, it would be one itself."""
    import xcffib.randr as randr

    root, extension = connection.get_setup().roots[0].root, connection(randr.key)
    output = extension.GetScreenResources(root).reply().outputs[0]
    names = [intern_atom(connection, f"{MONITOR_PREFIX.decode()}{each}") for each in range(1, len(monitors) + 1)]
    for name in own_monitors(connection):  # RANDR refuses a name that is in use
        extension.DeleteMonitor(root, name)
    for number, (name, area) in enumerate(zip(names, monitors, strict=True)):
        outputs = [] if number else [output]
        extension.SetMonitor(root, _MonitorInfo(name, area, outputs), is_checked=True).check()


class _MonitorInfo:
    """RANDR's MONITORINFO; xcffib's can't be packed with outputs."""

    def __init__(self, name: int, area: Area, outputs: Sequence[int]) -> None:
        self._name = name
        self._area = area
        self._outputs = outputs

    def pack(self) -> bytes:
        """Return the structure as it is sent: the monitor with an output is the primary one."""
        x, y, width, height = self._area
        sizes = (width, height, millimetres(width), millimetres(height))
        count = len(self._outputs)
        return struct.pack(f"=IBBHhhHHII{count}I", self._name, count > 0, False, count, x, y, *sizes, *self._outputs)
