"""An X display: its cookie, its size, its window manager."""

from __future__ import annotations

import io
import socket
import stat
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import xcffib
import xcffib.xproto
from support.displays import Display
from support.waiting import until, wait_until
from support.xclient import x_setup

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.runner.root_window import RootWatcher
from jupyter_vnc_proxy.system.randr.size import resize
from jupyter_vnc_proxy.system.x_display import connect, intern_atom, picture, png, write_cookie


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


def size(display: Display) -> Geometry:
    connection = connect(display.name, display.xauthority)
    try:
        root = connection.get_setup().roots[0]
        return Geometry(root.width_in_pixels, root.height_in_pixels)
    finally:
        connection.disconnect()


def test_a_cookie_is_private_fresh_and_as_xauth_reads_it(runtime: Path) -> None:
    path = runtime / "cookie"
    path.write_text("old, and open to all")
    path.chmod(0o666)
    write_cookie(path)
    first = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first[:6] == struct.pack(">HHH", 0xFFFF, 0, 0)
    listed = subprocess.run(["xauth", "-f", str(path), "list"], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-2:] for line in listed.splitlines()] == [["MIT-MAGIC-COOKIE-1", first[-16:].hex()]] * 2
    write_cookie(path)
    assert path.read_bytes()[-16:] != first[-16:]


def test_clients_that_look_for_their_own_host_find_the_cookie(runtime: Path) -> None:
    """As python-xlib, and so PyAutoGUI and pynput: family 256, the host's name, an empty number for every display."""
    path = runtime / "cookie"
    write_cookie(path)
    name = socket.gethostname().encode()
    head = struct.pack(">HH", 256, len(name)) + name + struct.pack(">HH", 0, 18)
    assert head + b"MIT-MAGIC-COOKIE-1" + struct.pack(">H", 16) + path.read_bytes()[-16:] in path.read_bytes()


def test_only_the_cookie_opens_the_display(display: Display, runtime: Path) -> None:
    assert x_setup(display.name) == 0
    connect(display.name, display.xauthority).disconnect()
    write_cookie(runtime / "another")
    with pytest.raises(xcffib.ConnectionException):
        connect(display.name, runtime / "another")


def test_a_size_is_set_and_what_is_too_large_is_cut_to_the_screen(display: Display) -> None:
    assert size(display) == (2000, 1500)
    assert resize(display.name, display.xauthority, Geometry(801, 603)) == (801, 603)
    assert size(display) == (801, 603)
    assert resize(display.name, display.xauthority, Geometry(8192, 100)) == (2000, 100)
    assert size(display) == (2000, 100)


def test_an_output_that_was_turned_off_gets_a_size_again(display: Display) -> None:
    off = ["xrandr", "--output", "screen", "--off"]  # which fails, because no screen is 0x0, but after it
    subprocess.run(off, env=display.environment(), capture_output=True)
    assert resize(display.name, display.xauthority, Geometry(800, 600)) == (800, 600)
    subprocess.run(off, env=display.environment(), capture_output=True)
    assert resize(display.name, display.xauthority, Geometry(800, 600)) == (800, 600)


def test_a_hundred_sizes_leave_no_hundred_modes(display: Display) -> None:
    for step in range(100):
        resize(display.name, display.xauthority, Geometry(700 + step, 600))
    listed = subprocess.run(
        ["xrandr", "-q"], env=display.environment(), capture_output=True, text=True, check=True
    ).stdout
    assert "799x600" in listed
    assert len([line for line in listed.splitlines() if line.startswith("   ")]) < 10


def test_a_watcher_sees_sizes_and_a_window_manager_that_comes(display: Display) -> None:
    seen: list[tuple[Geometry, bool]] = []
    watcher = RootWatcher(display.name, display.xauthority, lambda *change: seen.append(change))
    assert watcher.geometry == (2000, 1500)
    assert not watcher.has_window_manager
    resize(display.name, display.xauthority, Geometry(640, 480))
    wait_until(lambda: watcher.handle_events() and seen)
    assert seen == [((640, 480), False)]
    manager = subprocess.Popen(["openbox"], env=display.environment(), stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: watcher.handle_events() and watcher.has_window_manager)
        assert seen[-1] == ((640, 480), True)
    finally:
        manager.terminate()
        manager.wait(10)
    watcher.close()


async def test_a_watcher_tells_of_what_came_while_it_waited_for_a_reply(display: Display) -> None:
    watcher = RootWatcher(display.name, display.xauthority, lambda *_: None)
    manager = connect(display.name, display.xauthority)
    root, check = manager.get_setup().roots[0].root, intern_atom(manager, "_NET_SUPPORTING_WM_CHECK")
    manager.core.ChangeProperty(0, root, check, xcffib.xproto.Atom.WINDOW, 32, 1, [root])
    manager.core.GetInputFocus().reply()
    watcher.resize(Geometry(1024, 768))
    watcher.start()
    await until(lambda: watcher.has_window_manager)
    watcher.close()
    manager.disconnect()


def test_a_watcher_resizes_too(display: Display) -> None:
    watcher = RootWatcher(display.name, display.xauthority, lambda *_: None)
    watcher.resize(Geometry(1024, 768))
    assert watcher.geometry == size(display) == (1024, 768)
    watcher.close()


def test_a_watcher_of_a_display_that_died_says_so_and_can_be_closed(display: Display) -> None:
    watcher = RootWatcher(display.name, display.xauthority, lambda *_: None)
    display.process.kill()
    wait_until(lambda: not watcher.handle_events())
    watcher.close()
    watcher.close()


def test_a_picture_is_a_png_of_the_whole_display(display: Display) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    resize(display.name, display.xauthority, Geometry(320, 200))
    watcher = RootWatcher(display.name, display.xauthority, lambda *_: None)  # which paints the root
    shown = image.open(io.BytesIO(png(picture(display.name, display.xauthority))))
    assert (shown.format, shown.size) == ("PNG", (320, 200))
    assert shown.getpixel((10, 10)) == (0x2E, 0x34, 0x40)
    watcher.close()
