"""The scenes: each is a class that knows its frame rate and draws one frame per tick."""

from __future__ import annotations

import math

import numpy as np
import xcffib.shm
import xcffib.xproto as x
from PIL import Image, ImageDraw, ImageFont

from . import images, stamp
from .canvas import Canvas
from .shared_memory import Segment

VIDEO_FRAMES = 30
SCROLL_STEP_PIXELS = 4
"""Per frame, as when text is scrolled with a touchpad."""

DRAGGED_SIZE = (480, 360)
"""Width and height of the window that is dragged, in pixels."""

LETTER_SIZE = (9, 18)
"""Width and height of the area that one key press changes, in pixels."""


class Scene:
    """A scene in which nothing moves; ``segment`` is the identifier of its shared memory, 0 if it has none."""

    frames_per_second = 0
    segment = 0

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.size = canvas.width, canvas.height

    def begin(self) -> None:
        """Draw the picture before the first tick."""

    def end(self) -> None:
        """Remove what the next scene would not cover."""

    def tick(self, number: int, now: float) -> None:
        """Draw the next frame; ``now`` is Unix time in seconds."""


class Still(Scene):
    """A page of text."""

    def begin(self) -> None:
        self.canvas.put(self.canvas.window, images.text(*self.size))


class Typing(Still):
    """A letter appears eight times a second, line after line."""

    frames_per_second = 8

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.letters = [self._letter(character) for character in "thequickbrownfoxjumps"]

    def _letter(self, character: str) -> stamp.Pixels:
        image = Image.new("RGBX", LETTER_SIZE, (24, 26, 30, 255))
        ImageDraw.Draw(image).text((0, 0), character, fill=(230, 230, 230), font=ImageFont.load_default(14))
        return np.array(image, np.uint8)

    def tick(self, number: int, now: float) -> None:
        width, height = LETTER_SIZE
        columns = (self.size[0] - 40) // width
        rows = (self.canvas.place.y - 100) // height
        left, top = 20 + number % columns * width, 20 + number // columns % rows * height
        self.canvas.put(self.canvas.window, self.letters[number % len(self.letters)], left, top)
        self.canvas.put_stamp(self.canvas.window, now)


class Scroll(Scene):
    """Text scrolls up smoothly. It is drawn off screen and copied, as toolkits do, so no server sees a scroll."""

    frames_per_second = 60

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        width, height = self.size
        self.length = 3 * height // images.LINE_HEIGHT * images.LINE_HEIGHT
        self.text = canvas.pixmap(width, self.length + height)
        self.back = canvas.pixmap(width, height)
        pixels = images.text(width, self.length)
        canvas.put(self.text, pixels)
        canvas.put(self.text, pixels[:height], top=self.length)

    def tick(self, number: int, now: float) -> None:
        canvas = self.canvas
        top = number * SCROLL_STEP_PIXELS % self.length
        canvas.copy(self.text, self.back, (0, top, *self.size), (0, 0))
        canvas.put_stamp(self.back, now)
        canvas.copy(self.back, canvas.window, (0, 0, *self.size), (0, 0))


class Video(Scene):
    """Every pixel changes with every frame: full-screen video, drawn through MIT-SHM as media players do."""

    frames_per_second = 60

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        memory = Segment(VIDEO_FRAMES, *self.size)
        self.frames = memory.pixels
        images.video(self.frames)
        self.shm = canvas.connection(xcffib.shm.key)
        self.attached = canvas.connection.generate_id()
        self.shm.Attach(self.attached, memory.identifier, True)
        canvas.core.GetInputFocus().reply()
        memory.forget()
        self.segment = memory.identifier

    def tick(self, number: int, now: float) -> None:
        canvas, (width, height) = self.canvas, self.size
        index = number % VIDEO_FRAMES
        left, top = canvas.place
        self.frames[index, top : top + stamp.HEIGHT, left : left + stamp.WIDTH] = canvas.stamped(now)
        everything = (width, height, 0, 0, width, height, 0, 0)
        self.shm.PutImage(
            canvas.window, canvas.context, *everything, canvas.depth, x.ImageFormat.ZPixmap, 0, self.attached,
            index * width * height * 4,
        )  # fmt: skip


class Drag(Scene):
    """A window circles in front of a wallpaper; the X server moves it, and repaints what it uncovers."""

    frames_per_second = 60

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        core = canvas.core
        self.wallpaper, self.content = canvas.pixmap(*self.size), canvas.pixmap(*DRAGGED_SIZE)
        canvas.put(self.wallpaper, images.wallpaper(*self.size))
        canvas.put(self.content, images.window(*DRAGGED_SIZE))
        self.window = canvas.connection.generate_id()
        core.CreateWindow(
            canvas.depth, self.window, canvas.window, *self._place(0), *DRAGGED_SIZE, 0, x.WindowClass.InputOutput,
            canvas.screen.root_visual, x.CW.BackPixmap, [self.content],
        )  # fmt: skip

    def _place(self, number: int) -> tuple[int, int]:
        turn = number / 90 * math.pi
        width, height = self.size[0] - DRAGGED_SIZE[0], self.canvas.place.y - DRAGGED_SIZE[1] - 80
        return int(width * (0.5 + 0.45 * math.sin(turn))), int(height * (0.5 + 0.45 * math.cos(turn)))

    def begin(self) -> None:
        core = self.canvas.core
        core.ChangeWindowAttributes(self.canvas.window, x.CW.BackPixmap, [self.wallpaper])
        core.ClearArea(False, self.canvas.window, 0, 0, *self.size)
        core.MapWindow(self.window)

    def end(self) -> None:
        self.canvas.core.UnmapWindow(self.window)

    def tick(self, number: int, now: float) -> None:
        left, top = self._place(number)
        self.canvas.core.ConfigureWindow(self.window, x.ConfigWindow.X | x.ConfigWindow.Y, [left, top])
        self.canvas.put_stamp(self.canvas.window, now)


SCENES = {"still": Still, "typing": Typing, "scroll": Scroll, "video": Video, "drag": Drag}
