"""Screenshots of areas and of windows, against X's own pixels."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from support.driven import driven
from support.waiting import LONG_SECONDS, wait_until

from jupyter_vnc_proxy import Desktop
from jupyter_vnc_proxy.desktops.desktop import Desktop as Directory
from jupyter_vnc_proxy.desktops.screenshot import screenshot, windows
from jupyter_vnc_proxy.errors import Conflict, InvalidOption
from jupyter_vnc_proxy.options import Area
from jupyter_vnc_proxy.system import x_display
from jupyter_vnc_proxy.system.x_clients.windows import Window, Windows

XWINDOW = str(Path(__file__).parents[2] / "ui" / "xwindow.py")
COVER = (0xE0, 0xA0, 0x20)

MANAGED = ("sh", "-c", "xfwm4 --compositor=off & exec xterm -T first -fn fixed +bc -e sh -c 'seq 9; sleep 1d'")
COMPOSITED = ("sh", "-c", MANAGED[2].replace("off", "on"))
UNMANAGED = ("sh", "-c", MANAGED[2].partition("& ")[2])


@pytest.fixture(params=["tigervnc", "stream", "x11vnc"])
def desktop(request: pytest.FixtureRequest, runtime: Path) -> Iterator[Desktop]:
    with driven(request.param, MANAGED) as made:
        yield made


def directory(desktop: Desktop) -> Directory:
    return desktop._desktop._desktop


def taken(desktop: Desktop, subject: Area | int | None = None) -> Image.Image:
    return Image.open(io.BytesIO(screenshot(directory(desktop), subject)))


def seen(desktop: Desktop, area: Area) -> Image.Image:
    """X's own pixels of an area."""
    own = directory(desktop)
    whole = x_display.picture(own.state().usable_display(), own.xauthority)
    return whole.crop((area.x, area.y, area.x + area.width, area.y + area.height))


def is_same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures have the same pixels, apart from corners outside of a window's shape."""
    assert one.size == other.size
    shape = ImageChops.darker(*(each.convert("RGBA").getchannel("A") for each in (one, other)))
    assert set(shape.tobytes()) <= {0, 255}
    assert shape.tobytes().count(0) < 40, "round corners only"
    blank = Image.new("RGB", one.size)
    shown = [Image.composite(each.convert("RGB"), blank, shape) for each in (one, other)]
    return ImageChops.difference(*shown).getbbox() is None


def placed(desktop: Desktop, x: int, y: int) -> Window:
    """The terminal at a place, drawn, and active so that it always looks the same."""
    window = desktop.wait_for_window("first", timeout=LONG_SECONDS)
    wait_until(lambda: desktop.window(window).frame != window.area, LONG_SECONDS, "the decoration")
    wait_until(lambda: desktop.place(window, x, y).area[:2] == (x, y), LONG_SECONDS, "the place")
    desktop.activate(window)
    desktop.wait_still(timeout=LONG_SECONDS, ignore_pixels=0)
    return desktop.window(window)


def focus(desktop: Desktop) -> int:
    own = directory(desktop)
    connection = x_display.connect(own.state().usable_display(), own.xauthority)
    try:
        return int(connection.core.GetInputFocus().reply().focus)
    finally:
        connection.disconnect()


@contextlib.contextmanager
def covered(desktop: Desktop, area: Area) -> Iterator[None]:
    """Put a window over an area, and wait until it is seen."""
    place = f"{area.width}x{area.height}+{area.x}+{area.y}"
    program = desktop.run([sys.executable, XWINDOW, "".join(f"{part:02x}" for part in COVER), place])
    middle = (area.x + area.width // 2, area.y + area.height // 2)
    try:
        wait_until(lambda: desktop.screenshot().getpixel(middle) == COVER, LONG_SECONDS, "the cover")
        yield
    finally:
        program.kill()
        program.wait()


def test_an_area_has_the_pixels_of_x(desktop: Desktop) -> None:
    placed(desktop, 60, 60)
    area = Area(50, 40, 333, 211)
    assert is_same(taken(desktop, area), seen(desktop, area))
    assert taken(desktop).size == (800, 600)
    with pytest.raises(InvalidOption, match="not within the screen"):
        taken(desktop, Area(700, 0, 101, 10))


def test_a_window_has_its_own_pixels_covered_or_not(desktop: Desktop) -> None:
    window = placed(desktop, 60, 60)
    wanted = seen(desktop, window.frame)
    assert wanted.getcolors(4) is None, "a decoration and text"
    assert is_same(taken(desktop, window.id), wanted)
    (model,) = windows(directory(desktop))
    assert model == {
        **{"id": window.id, "title": "first", "application": "XTerm", "active": True, "minimized": False},
        **{"width": window.frame.width, "height": window.frame.height},
    }
    with covered(desktop, Area(100, 20, 200, 400)):
        assert not is_same(seen(desktop, window.frame), wanted)
        had_focus = focus(desktop)
        for _ in range(2):
            assert is_same(taken(desktop, window.id), wanted)
        assert focus(desktop) == had_focus
        assert desktop.window(window).is_active
        assert desktop.screenshot().getpixel((200, 200)) == COVER, "the screen is as before"


def test_what_is_off_the_screen_is_in_the_picture(desktop: Desktop) -> None:
    window = placed(desktop, 60, 60)
    wanted = seen(desktop, window.frame)
    own = directory(desktop)
    moving = Windows(own.state().usable_display(), own.xauthority)
    try:
        moving.place(window.id, Area(620, 400, window.area.width, window.area.height))
    finally:
        moving.close()
    wait_until(lambda: desktop.window(window).area.x == 620, LONG_SECONDS, "the place")
    desktop.wait_still(timeout=LONG_SECONDS, ignore_pixels=0)
    assert desktop.window(window).frame.x + window.frame.width > 800
    assert is_same(taken(desktop, window.id), wanted)


def test_minimized_and_closed_windows_are_errors(desktop: Desktop) -> None:
    window = placed(desktop, 60, 60)
    desktop.run(["xdotool", "windowminimize", str(window.id)]).wait()
    wait_until(lambda: desktop.window(window).is_minimized, LONG_SECONDS, "the minimized window")
    with pytest.raises(Conflict, match="minimized") as minimized:
        taken(desktop, window.id)
    assert minimized.value.code == "window-minimized"
    with pytest.raises(Conflict, match="closed") as closed:
        taken(desktop, 0x123456)
    assert closed.value.code == "window-gone"


@pytest.mark.parametrize("command", [COMPOSITED, UNMANAGED], ids=["composited", "unmanaged"])
def test_a_window_is_whole_with_a_compositor_and_without_a_window_manager(
    runtime: Path, command: tuple[str, ...]
) -> None:
    with driven("stream", command) as desktop:
        window = desktop.wait_for_window("first", timeout=LONG_SECONDS)
        desktop.wait_still(timeout=LONG_SECONDS, ignore_pixels=0)
        before = taken(desktop, window.id)
        border = 2 * (command is UNMANAGED)  # of xterm's own
        _, _, width, height = desktop.window(window).frame
        assert before.size == (width + border, height + border)
        with covered(desktop, Area(0, 0, 400, 300)):
            desktop.wait_still(timeout=LONG_SECONDS, ignore_pixels=0)
            assert is_same(taken(desktop, window.id), before)


def test_a_wayland_desktop_has_areas_but_no_windows(runtime: Path) -> None:
    with driven("wayland", ("sleep", "1d")) as desktop:
        desktop.wait_still(timeout=LONG_SECONDS)
        assert windows(directory(desktop)) == []
        assert is_same(taken(desktop, Area(10, 20, 300, 200)), taken(desktop).crop((10, 20, 310, 220)))
        with pytest.raises(Conflict, match="no single windows"):
            taken(desktop, 1)
