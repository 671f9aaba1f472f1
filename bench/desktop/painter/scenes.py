"""What is drawn: each scene a class that knows its rate, and draws one frame a tick."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xcffib.shm
import xcffib.xproto as x
from PIL import Image, ImageDraw, ImageFont

from . import images, stamp
from .shared_memory import Segment

if TYPE_CHECKING:
    from .__main__ import Painter

FILM_FRAMES = 30
SCROLL_STEP = 4
"""Pixels a frame: a text that is scrolled with a touchpad."""

DRAGGED = (480, 360)
"""Width and height of the window that is dragged."""

LETTER = (9, 18)
"""Width and height of what one key stroke changes, in pixels."""


class Scene:
    """Nothing moves. ``rate``: frames a second; ``segment``: the number of the shared memory that it uses."""

    rate = 0
    segment = 0

    def __init__(self, painter: Painter) -> None:
        self.painter = painter
        self.size = painter.width, painter.height

    def begin(self) -> None:
        """Draw what is there before the first tick."""

    def end(self) -> None:
        """Take away what another scene wouldn't cover."""

    def tick(self, number: int, now: float) -> None:
        """Draw the next frame; ``now`` is Unix time in seconds."""


class Still(Scene):
    """A page of text."""

    def begin(self) -> None:
        self.painter.put(self.painter.window, images.text(*self.size))


class Typing(Still):
    """A letter appears eight times a second, line after line."""

    rate = 8

    def __init__(self, painter: Painter) -> None:
        super().__init__(painter)
        self.letters = [self._letter(character) for character in "thequickbrownfoxjumps"]

    def _letter(self, character: str) -> stamp.Pixels:
        image = Image.new("RGBX", LETTER, (24, 26, 30, 255))
        ImageDraw.Draw(image).text((0, 0), character, fill=(230, 230, 230), font=ImageFont.load_default(14))
        return np.array(image, np.uint8)

    def tick(self, number: int, now: float) -> None:
        width, height = LETTER
        columns = (self.size[0] - 40) // width
        rows = (self.painter.place.y - 100) // height
        left, top = 20 + number % columns * width, 20 + number // columns % rows * height
        self.painter.put(self.painter.window, self.letters[number % len(self.letters)], left, top)
        self.painter.put_stamp(self.painter.window, now)


class Scroll(Scene):
    """Text moves upwards smoothly. It is drawn elsewhere and copied, as toolkits do: no server sees how it was made."""

    rate = 60

    def __init__(self, painter: Painter) -> None:
        super().__init__(painter)
        width, height = self.size
        self.length = 3 * height // images.LINE * images.LINE
        self.text = painter.pixmap(width, self.length + height)
        self.back = painter.pixmap(width, height)
        pixels = images.text(width, self.length)
        painter.put(self.text, pixels)
        painter.put(self.text, pixels[:height], top=self.length)

    def tick(self, number: int, now: float) -> None:
        painter = self.painter
        top = number * SCROLL_STEP % self.length
        painter.copy(self.text, self.back, (0, top, *self.size), (0, 0))
        painter.put_stamp(self.back, now)
        painter.copy(self.back, painter.window, (0, 0, *self.size), (0, 0))


class Video(Scene):
    """Every pixel changes with every frame: a film over the whole screen, through MIT-SHM as players do it."""

    rate = 60

    def __init__(self, painter: Painter) -> None:
        super().__init__(painter)
        memory = Segment(FILM_FRAMES, *self.size)
        self.frames = memory.pixels
        images.film(self.frames)
        self.shm = painter.connection(xcffib.shm.key)
        self.attached = painter.connection.generate_id()
        self.shm.Attach(self.attached, memory.identifier, True)
        painter.core.GetInputFocus().reply()
        memory.forget()
        self.segment = memory.identifier

    def tick(self, number: int, now: float) -> None:
        painter, (width, height) = self.painter, self.size
        index = number % FILM_FRAMES
        left, top = painter.place
        self.frames[index, top : top + stamp.HEIGHT, left : left + stamp.WIDTH] = painter.stamped(now)
        everything = (width, height, 0, 0, width, height, 0, 0)
        self.shm.PutImage(
            painter.window, painter.context, *everything, painter.depth, x.ImageFormat.ZPixmap, 0, self.attached,
            index * width * height * 4,
        )  # fmt: skip


class Drag(Scene):
    """A window goes round in front of a wallpaper; the X server moves it, and paints what it uncovers."""

    rate = 60

    def __init__(self, painter: Painter) -> None:
        super().__init__(painter)
        core = painter.core
        self.wallpaper, self.content = painter.pixmap(*self.size), painter.pixmap(*DRAGGED)
        painter.put(self.wallpaper, images.wallpaper(*self.size))
        painter.put(self.content, images.window(*DRAGGED))
        self.window = painter.connection.generate_id()
        core.CreateWindow(
            painter.depth, self.window, painter.window, *self._place(0), *DRAGGED, 0, x.WindowClass.InputOutput,
            painter.screen.root_visual, x.CW.BackPixmap, [self.content],
        )  # fmt: skip

    def _place(self, number: int) -> tuple[int, int]:
        turn = number / 90 * math.pi
        width, height = self.size[0] - DRAGGED[0], self.painter.place.y - DRAGGED[1] - 80
        return int(width * (0.5 + 0.45 * math.sin(turn))), int(height * (0.5 + 0.45 * math.cos(turn)))

    def begin(self) -> None:
        core = self.painter.core
        core.ChangeWindowAttributes(self.painter.window, x.CW.BackPixmap, [self.wallpaper])
        core.ClearArea(False, self.painter.window, 0, 0, *self.size)
        core.MapWindow(self.window)

    def end(self) -> None:
        self.painter.core.UnmapWindow(self.window)

    def tick(self, number: int, now: float) -> None:
        left, top = self._place(number)
        self.painter.core.ConfigureWindow(self.window, x.ConfigWindow.X | x.ConfigWindow.Y, [left, top])
        self.painter.put_stamp(self.painter.window, now)


SCENES = {"still": Still, "typing": Typing, "scroll": Scroll, "video": Video, "drag": Drag}
