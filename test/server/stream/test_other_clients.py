"""Other clients, TigerVNC's viewer and vncdotool: they show the screen's pixels, type, and agree on its size."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xcffib.xproto
from PIL import Image
from support.displays import Display, paint
from support.stream.raw_client import RawClient, same_as_the_screen
from support.stream.typist import Typist
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.randr.size import resize
from jupyter_vnc_proxy.system.x_display import connect, picture

SIZE = Geometry(600, 400)


def pixels_of(display: Display) -> npt.NDArray[np.uint8]:
    """Return the screen's pixels, RGB."""
    return np.asarray(picture(display.name, display.xauthority))


def draw(display: Display) -> None:
    """Draw something that no other size or place looks like."""
    for step in range(12):
        paint(display, Rectangle(40 * step + 3, 25 * step + 1, 90, 70), 0x102030 * step + 0x0F0F0F)


class TigerViewer:
    """TigerVNC's viewer on a display of its own, where no window manager moves its window."""

    def __init__(self, path: Path, runtime: Path, *options: str) -> None:
        home = runtime / f"viewer{len(list(runtime.iterdir()))}"
        home.mkdir()
        self.display = Display(home)
        environment = {**self.display.environment(), "HOME": os.fspath(home)}
        argv = ["xtigervncviewer", "-Shared", *options, os.fspath(path)]
        self.process = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._connection = connect(self.display.name, self.display.xauthority)
        self._root = self._connection.get_setup().roots[0].root
        self.window = wait_until(self._find, what="the viewer's window")

    def _find(self) -> int | None:
        for window in self._connection.core.QueryTree(self._root).reply().children:
            shape = self._connection.core.GetGeometry(window).reply()
            state = self._connection.core.GetWindowAttributes(window).reply().map_state
            if state == xcffib.xproto.MapState.Viewable and shape.width > 300:
                return int(window)
        return None

    def shows(self, display: Display) -> bool:
        """Tell whether its window shows what that display does."""
        shape = self._connection.core.GetGeometry(self.window).reply()
        seen = pixels_of(self.display)[shape.y : shape.y + shape.height, shape.x : shape.x + shape.width]
        return np.array_equal(seen, pixels_of(display))

    def resize(self, width: int, height: int) -> None:
        mask = xcffib.xproto.ConfigWindow.Width | xcffib.xproto.ConfigWindow.Height
        self._connection.core.ConfigureWindow(self.window, mask, [width, height])
        self._connection.flush()

    def do(self, *command: str) -> None:
        """Have xdotool do something on the viewer's display."""
        subprocess.run(["xdotool", *command], env=self.display.environment(), check=True, timeout=60)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._connection.disconnect()
        self.display.close()


@pytest.fixture
def small(display: Display) -> Display:
    resize(display.name, display.xauthority, SIZE)
    draw(display)
    return display


@pytest.fixture
def tiger(small: Display, served: Path, runtime: Path) -> Iterator[TigerViewer]:
    made = TigerViewer(served, runtime)
    yield made
    made.close()


class Pen:
    """A program that draws on the root window without being asked."""

    def __init__(self, display: Display) -> None:
        self.connection = connect(display.name, display.xauthority)
        screen = self.connection.get_setup().roots[0]
        self.root, self.depth = screen.root, screen.root_depth
        self.context = self.connection.generate_id()
        self.connection.core.CreateGC(self.context, self.root, 0, [])
        self.random = np.random.default_rng(0)

    def noise(self, part: Rectangle) -> None:
        pixels = self.random.integers(0, 256, (part.height, part.width, 4), np.uint8)
        for row in range(0, part.height, 64):
            rows = pixels[row : row + 64]
            self.connection.core.PutImage(
                xcffib.xproto.ImageFormat.ZPixmap, self.root, self.context, part.width, len(rows), part.x,
                part.y + row, 0, self.depth, rows.size, rows.tobytes(),
            )  # fmt: skip
        self.connection.core.GetInputFocus().reply()

    def scroll(self, part: Rectangle, step: int) -> None:
        """Move what is there up, as a terminal does."""
        to = part.x, part.y, part.width, part.height - step
        self.connection.core.CopyArea(self.root, self.root, self.context, part.x, part.y + step, *to)
        self.noise(Rectangle(part.x, part.y + part.height - step, part.width, step))

    def close(self) -> None:
        self.connection.disconnect()


def test_tigervncs_viewer_shows_a_film_and_what_scrolls_exactly_once_they_rest(
    small: Display, tiger: TigerViewer
) -> None:
    wait_until(lambda: tiger.shows(small))
    pen = Pen(small)
    for _ in range(40):
        pen.noise(Rectangle(80, 60, 400, 300))
    wait_until(lambda: tiger.shows(small), what="the film's last picture")
    for _ in range(40):
        pen.scroll(Rectangle(80, 60, 400, 300), 7)
    wait_until(lambda: tiger.shows(small), what="what scrolled")
    pen.close()


def size_of(display: Display) -> tuple[int, int]:
    height, width = pixels_of(display).shape[:2]
    return width, height


def test_tigervncs_viewer_shows_the_pixels_and_what_changes(small: Display, tiger: TigerViewer) -> None:
    wait_until(lambda: tiger.shows(small))
    paint(small, Rectangle(210, 130, 300, 200), 0xFEDCBA)
    wait_until(lambda: tiger.shows(small))


@pytest.mark.parametrize(
    "options",
    [("ZRLE",), ("Raw",), ("Hextile",), ("Tight", "-FullColor=0", "-LowColorLevel=1")],
    ids=["ZRLE", "Raw", "Hextile", "256 colours"],
)
def test_tigervncs_viewer_gets_what_it_prefers(
    small: Display, served: Path, runtime: Path, options: tuple[str, ...]
) -> None:
    encoding, *more = options
    made = TigerViewer(served, runtime, "-AutoSelect=0", f"-PreferredEncoding={encoding}", *more)
    if more:  # fewer colours than there are: black and white are among them
        paint(small, Rectangle(0, 0, *SIZE[:2]), 0)
        paint(small, Rectangle(77, 55, 200, 111), 0xFFFFFF)
    wait_until(lambda: made.shows(small))
    made.close()


def test_tigervncs_viewer_changes_the_size_and_follows_it(small: Display, tiger: TigerViewer) -> None:
    wait_until(lambda: tiger.shows(small))
    tiger.resize(720, 500)
    wait_until(lambda: size_of(small) == (720, 500))
    draw(small)
    wait_until(lambda: tiger.shows(small))
    resize(small.name, small.xauthority, Geometry(640, 420))
    draw(small)
    wait_until(lambda: tiger.shows(small))


def test_tigervncs_viewer_types(small: Display, tiger: TigerViewer) -> None:
    wait_until(lambda: tiger.shows(small))
    typist = Typist(small)
    tiger.do("mousemove", "--window", str(tiger.window), "100", "100")
    tiger.do("windowfocus", "--sync", str(tiger.window))
    tiger.do("type", "--delay", "30", "Hello, you!")
    wait_until(lambda: typist.text == "Hello, you!", what="the text")
    typist.close()


def vncdo(path: Path, *commands: str) -> None:
    """Run vncdotool: its reactor is Twisted's, and better off in a process of its own."""
    program = Path(sys.executable).with_name("vncdo")
    argv = [os.fspath(program), "--nocursor", "-t", "30", "-s", os.fspath(path), *commands]
    subprocess.run(argv, check=True, timeout=60, env={**os.environ, "PYTHONWARNINGS": "ignore"})


def test_vncdotool_captures_the_screen_and_types(small: Display, served: Path, runtime: Path) -> None:
    file = runtime / "capture.png"
    vncdo(served, "capture", os.fspath(file))
    assert np.array_equal(np.asarray(Image.open(file).convert("RGB")), pixels_of(small))
    typist = Typist(small)
    vncdo(served, "move", "100", "100", "type", "hello", "key", "shift-A")
    wait_until(lambda: typist.text == "helloA", what="the text")
    typist.close()


def test_several_kinds_of_viewers_look_at_once(small: Display, tiger: TigerViewer, served: Path, runtime: Path) -> None:
    other = TigerViewer(served, runtime, "-AutoSelect=0", "-PreferredEncoding=ZRLE")
    raw = RawClient(served)
    file = runtime / "capture.png"
    vncdo(served, "capture", os.fspath(file))
    raw.update(incremental=False)
    paint(small, Rectangle(33, 44, 400, 300), 0x13579B)
    raw.update(incremental=True)
    assert same_as_the_screen(raw, small)
    wait_until(lambda: tiger.shows(small) and other.shows(small))
    raw.close()
    other.close()
