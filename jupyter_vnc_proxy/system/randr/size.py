"""The size of an X display, changed through RANDR."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Conflict
from ...options import Area, Geometry
from ..x_display import connect

if TYPE_CHECKING:
    import xcffib
    import xcffib.randr


def resize(display: str, xauthority: Path, geometry: Geometry) -> Geometry:
    """Resize a display through RANDR, within its virtual screen; return its new size in pixels.

    Raise `Conflict` if the display has several monitors: it has the size that they need.
    """
    connection = connect(display, xauthority)
    try:
        if has_several_monitors(connection):
            raise Conflict("The desktop has several monitors, which decide on its size.", code="several-monitors")
        return set_size(connection, geometry)
    finally:
        connection.disconnect()


def set_size(connection: xcffib.Connection, wanted: Geometry) -> Geometry:
    """Set the first output to a mode of the size ``wanted``, created if necessary, and shrink the screen to it."""
    limits = size_limits(connection)
    width = max(limits.min_width, min(wanted.width, limits.max_width))
    height = max(limits.min_height, min(wanted.height, limits.max_height))
    with grabbed(connection):
        change_size(connection, width, height)
    return Geometry(width, height)


def size_limits(connection: xcffib.Connection) -> xcffib.randr.GetScreenSizeRangeReply:
    """Return the sizes in pixels that a display can have."""
    import xcffib.randr as randr

    return connection(randr.key).GetScreenSizeRange(connection.get_setup().roots[0].root).reply()


def has_several_monitors(connection: xcffib.Connection) -> bool:
    """Return whether a display has several monitors, see `monitors.set_monitors`."""
    import xcffib.randr as randr

    root = connection.get_setup().roots[0].root
    return len(connection(randr.key).GetMonitors(root, True).reply().monitors) > 1


@contextlib.contextmanager
def grabbed(connection: xcffib.Connection) -> Iterator[None]:
    """Grab the server: no client sees what is in between, such as a screen that is smaller than its output."""
    connection.core.GrabServer()
    try:
        yield
    finally:
        connection.core.UngrabServer()
        connection.core.GetInputFocus().reply()  # a round trip: requests of a client that disconnects may be dropped


def change_size(connection: xcffib.Connection, width: int, height: int) -> None:
    """Change the size, and show it on the first output alone; the caller has grabbed the server."""
    import xcffib.randr as randr

    root, extension = connection.get_setup().roots[0].root, connection(randr.key)
    resources = extension.GetScreenResources(root).reply()
    output, crtc = resources.outputs[0], resources.crtcs[0]
    last_mode = extension.GetCrtcInfo(crtc, 0).reply().mode
    extension.SetCrtcConfig(crtc, 0, 0, 0, 0, 0, randr.Rotation.Rotate_0, 0, []).reply()
    extension.SetScreenSize(root, width, height, millimetres(width), millimetres(height))
    mode = show(connection, crtc, output, Area(0, 0, width, height))
    if last_mode not in (0, mode, resources.modes[0].id):  # 0: it was off; dragging a window's edge makes hundreds
        forget_mode(extension, output, last_mode)


def show(connection: xcffib.Connection, crtc: int, output: int, area: Area) -> int:
    """Show a part of the screen on an output, in a mode of its size; return the mode."""
    import xcffib.randr as randr

    root, extension = connection.get_setup().roots[0].root, connection(randr.key)
    mode = _mode(extension, root, extension.GetScreenResources(root).reply(), area.width, area.height)
    extension.AddOutputMode(output, mode)
    now = 0  # CurrentTime
    extension.SetCrtcConfig(crtc, now, now, area.x, area.y, mode, randr.Rotation.Rotate_0, 1, [output]).reply()
    return mode


def forget_mode(extension: xcffib.randr.randrExtension, output: int, mode: int) -> None:
    """Remove a mode, unless it is one of the X server's own: those stay."""
    import xcffib

    with contextlib.suppress(xcffib.Error):
        extension.DeleteOutputMode(output, mode, is_checked=True).check()
        extension.DestroyMode(mode, is_checked=True).check()


def _mode(
    extension: xcffib.randr.randrExtension,
    root: int,
    resources: xcffib.randr.GetScreenResourcesReply,
    width: int,
    height: int,
) -> int:
    import xcffib.randr as randr

    for mode in resources.modes:
        if (mode.width, mode.height) == (width, height):
            return int(mode.id)
    name = f"{width}x{height}"
    # 60 Hz: some toolkits derive their frame clock from the mode.
    info = randr.ModeInfo.synthetic(0, width, height, width * height * 60, 0, 0, width, 0, 0, 0, height, len(name), 0)
    return int(extension.CreateMode(root, info, len(name), name).reply().mode)


def millimetres(pixels: int) -> int:
    """Return the length of some pixels at 96 dpi."""
    return round(pixels * 25.4 / 96)
