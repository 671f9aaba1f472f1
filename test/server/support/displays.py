"""X displays for tests: Xvfb without a session."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import xcffib.randr as randr

from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.cleanup import remove_dead_display
from jupyter_vnc_proxy.system.x_display import connect, write_cookie


class Display:
    """An Xvfb for one test."""

    def __init__(self, runtime: Path) -> None:
        self.xauthority = runtime / "Xauthority"
        write_cookie(self.xauthority)
        argv = ["Xvfb", "-displayfd", "1", "-auth", str(self.xauthority), "-screen", "0", "2000x1500x24"]
        argv += ["-noreset", "-nolisten", "tcp"]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        self.name = f":{int(self.process.stdout.readline())}"

    def environment(self) -> dict[str, str]:
        return {
            "DISPLAY": self.name,
            "XAUTHORITY": str(self.xauthority),
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
        }

    def close(self) -> None:
        # Not SIGTERM: Xvfb handles it between two events only, and there may be none.
        self.process.kill()
        self.process.wait(10)
        remove_dead_display(self.name)
        assert self.process.stdout is not None
        self.process.stdout.close()


def paint(display: Display, rectangle: Rectangle, colour: int) -> None:
    """Fill a rectangle of the root window, as another X client."""
    import xcffib.xproto

    from jupyter_vnc_proxy.system.x_display import connect

    connection = connect(display.name, display.xauthority)
    root = connection.get_setup().roots[0].root
    context = connection.generate_id()
    connection.core.CreateGC(context, root, xcffib.xproto.GC.Foreground, [colour])
    connection.core.PolyFillRectangle(root, context, 1, [xcffib.xproto.RECTANGLE.synthetic(*rectangle)])
    connection.core.GetInputFocus().reply()
    connection.disconnect()


def unmanaged_windows(display: str, xauthority: Path) -> int:
    """Return the number of visible windows that no window manager manages, such as menus."""
    import xcffib.xproto

    from jupyter_vnc_proxy.system.x_display import connect

    connection = connect(display, xauthority)
    windows = connection.core.QueryTree(connection.get_setup().roots[0].root).reply().children
    found = 0
    for cookie in [connection.core.GetWindowAttributes(each) for each in windows]:
        with contextlib.suppress(xcffib.xproto.WindowError):  # it is closed by now
            attributes = cookie.reply()
            found += bool(attributes.override_redirect) and attributes.map_state == xcffib.xproto.MapState.Viewable
    connection.disconnect()
    return found


def listed_monitors(display: str, xauthority: Path) -> list[str]:
    """Return the areas of a display's monitors, such as ``640x480+0+0``, from left to right.

    With one request: xrandr fails if a monitor goes between two of its requests.
    """
    connection = connect(display, xauthority)
    try:
        root = connection.get_setup().roots[0].root
        found = connection(randr.key).GetMonitors(root, True).reply().monitors
    finally:
        connection.disconnect()
    areas = sorted((each.x, each.y, each.width, each.height) for each in found)
    return [f"{width}x{height}+{x}+{y}" for x, y, width, height in areas]
