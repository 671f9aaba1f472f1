"""Several monitors on one X display: areas of its screen, as RANDR 1.5 and Xinerama report them to programs."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Conflict
from ...options import Area, Geometry, enclosing
from ..x_display import connect, intern_atom
from .size import change_size, forget_mode, grabbed, has_several_monitors, millimetres, show, size_limits

if TYPE_CHECKING:
    import xcffib

MONITOR_PREFIX = b"JUPYTER-"
"""The names of monitors without an output of their own begin with it."""


def set_monitors(display: str, xauthority: Path, monitors: Sequence[Area], otherwise: Geometry | None) -> None:
    """Give a display these monitors, at least two, and the size that they need.

    Do nothing if it has exactly these. Fewer: the display has one monitor, the whole screen; if it had several, it gets
    the size ``otherwise``, unless that is ``None``. Raise `Conflict` if the virtual screen is too small. The window
    manager moves windows that are on no monitor any more.
    """
    connection = connect(display, xauthority)
    try:
        if len(monitors) < 2:
            _remove(connection, otherwise)
            return
        size = enclosing(monitors)
        if _size(connection) == size and _areas(connection) == sorted(monitors):
            return
        limits = size_limits(connection)
        largest = Geometry(limits.max_width, limits.max_height)
        if size.width > largest.width or size.height > largest.height:
            raise Conflict(
                f"The monitors need {size} pixels together, and this desktop can have at most {largest}. "
                "Make a panel smaller.",
                code="desktop-too-large",
            )
        with grabbed(connection):
            modes = _switch_off(connection)
            _define(connection, monitors, size)
            _forget(connection, modes)
    finally:
        connection.disconnect()


def _remove(connection: xcffib.Connection, size: Geometry | None) -> None:
    import xcffib.randr as randr

    if not has_several_monitors(connection):
        return
    root, extension = connection.get_setup().roots[0].root, connection(randr.key)
    limits, now = size_limits(connection), _size(connection)
    width, height = size or now
    with grabbed(connection):
        for name in _own_monitors(connection):
            extension.DeleteMonitor(root, name)
        modes = _switch_off(connection)
        change_size(connection, min(width, limits.max_width), min(height, limits.max_height))
        _forget(connection, modes)


def _define(connection: xcffib.Connection, monitors: Sequence[Area], size: Geometry) -> None:
    """Replace the monitors: each is an output, if there are enough.

    Xvfb has one. The first monitor gets it then, and the others have none, so not all programs know them.
    """
    import xcffib.randr as randr

    root, extension = connection.get_setup().roots[0].root, connection(randr.key)
    for name in _own_monitors(connection):  # RANDR refuses a name that is in use
        extension.DeleteMonitor(root, name)
    resources = extension.GetScreenResources(root).reply()
    if min(len(resources.outputs), len(resources.crtcs)) >= len(monitors):
        extension.SetScreenSize(root, *size, *map(millimetres, size))
        for crtc, output, area in zip(resources.crtcs, resources.outputs, monitors, strict=False):
            show(connection, crtc, output, area)
        return
    change_size(connection, *size)
    for number, area in enumerate(monitors, 1):
        name = intern_atom(connection, f"{MONITOR_PREFIX.decode()}{number}")
        outputs = [resources.outputs[0]] if number == 1 else []
        extension.SetMonitor(root, _MonitorInfo(name, area, outputs), is_checked=True).check()


def _switch_off(connection: xcffib.Connection) -> list[tuple[int, int]]:
    """Switch all outputs off, so that the screen can have any size; return each that was on, and its mode."""
    import xcffib.randr as randr

    extension = connection(randr.key)
    modes = []
    for crtc in extension.GetScreenResources(connection.get_setup().roots[0].root).reply().crtcs:
        info = extension.GetCrtcInfo(crtc, 0).reply()
        if info.mode:
            modes += [(int(output), int(info.mode)) for output in info.outputs]
            extension.SetCrtcConfig(crtc, 0, 0, 0, 0, 0, randr.Rotation.Rotate_0, 0, []).reply()
    return modes


def _forget(connection: xcffib.Connection, modes: Sequence[tuple[int, int]]) -> None:
    """Remove these modes of outputs, unless they are in use or the display's own; a drag makes hundreds."""
    import xcffib.randr as randr

    extension = connection(randr.key)
    resources = extension.GetScreenResources(connection.get_setup().roots[0].root).reply()
    used = {int(extension.GetCrtcInfo(crtc, 0).reply().mode) for crtc in resources.crtcs}
    for output, mode in modes:
        if mode not in used and mode != resources.modes[0].id:
            forget_mode(extension, output, mode)


def _own_monitors(connection: xcffib.Connection) -> list[int]:
    """Return the atoms of the monitors that are no outputs."""
    import xcffib.randr as randr

    root = connection.get_setup().roots[0].root
    monitors = connection(randr.key).GetMonitors(root, False).reply().monitors
    atoms = [int(each.name) for each in monitors if not each.automatic]
    names = [connection.core.GetAtomName(each) for each in atoms]
    return [
        atom
        for atom, name in zip(atoms, names, strict=True)
        if bytes(name.reply().name.buf()).startswith(MONITOR_PREFIX)
    ]


def _areas(connection: xcffib.Connection) -> list[Area]:
    """Return the areas of all monitors, from left to right."""
    import xcffib.randr as randr

    root = connection.get_setup().roots[0].root
    found = connection(randr.key).GetMonitors(root, True).reply().monitors
    return sorted(Area(each.x, each.y, each.width, each.height) for each in found)


def _size(connection: xcffib.Connection) -> Geometry:
    size = connection.core.GetGeometry(connection.get_setup().roots[0].root).reply()
    return Geometry(size.width, size.height)


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
