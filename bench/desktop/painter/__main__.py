"""An X client that covers the screen of ``$DISPLAY``, draws a scene at 60 frames a second, and stamps each frame.

Commands as lines of JSON: ``show`` with a ``scene`` (answers when it is drawn) and ``still`` (stops where it is, and
answers with the time of the last frame and the SHA-256 of the screen's pixels, RGBA). A press of a pointer's button
flips a coloured block at once, whatever the scene.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import sys
import time
from typing import Any

import xcffib
import xcffib.shm
import xcffib.xproto as x

from . import stamp
from .scenes import SCENES, Scene

RATE = 60
FLIPPED = (0x30C030, 0xC030C0)
"""Colours of the block that shows clicks."""

BLOCK = (96, 64)
"""Width and height of that block, in pixels; it stands above the stamp."""


class Painter:
    """The window, and what is drawn into it."""

    def __init__(self) -> None:
        self.connection = xcffib.connect()
        self.core = self.connection.core
        self.screen = self.connection.get_setup().roots[0]
        self.depth: int = self.screen.root_depth
        size = self.core.GetGeometry(self.screen.root).reply()
        self.width, self.height = size.width, size.height
        self.place = stamp.place(self.height)
        self.frame = self.clicks = 0
        self.last_time = 0.0
        self.scene: Scene | None = None
        self.made: dict[str, Scene] = {}
        self.window = self._window()
        self.context = self.connection.generate_id()
        self.core.CreateGC(self.context, self.window, x.GC.GraphicsExposures, [0])
        self.stamp_pixmap = self.pixmap(stamp.WIDTH, stamp.HEIGHT)

    def _window(self) -> int:
        cursor, empty = self.connection.generate_id(), self.connection.generate_id()
        self.core.CreatePixmap(1, empty, self.screen.root, 1, 1)
        self.core.CreateCursor(cursor, empty, empty, 0, 0, 0, 0, 0, 0, 0, 0)
        window: int = self.connection.generate_id()
        mask = x.CW.BackPixel | x.CW.OverrideRedirect | x.CW.EventMask | x.CW.Cursor
        managed = self._is_managed()
        values = [0, int(not managed), x.EventMask.ButtonPress | x.EventMask.VisibilityChange, cursor]
        self.core.CreateWindow(
            self.depth, window, self.screen.root, 0, 0, self.width, self.height, 0, x.WindowClass.InputOutput,
            self.screen.root_visual, mask, values,
        )  # fmt: skip
        if managed:  # else a panel would be above it
            state = [self._atom("_NET_WM_STATE_FULLSCREEN")]
            self.core.ChangeProperty(
                x.PropMode.Replace, window, self._atom("_NET_WM_STATE"), x.Atom.ATOM, 32, len(state), state
            )
        self.core.MapWindow(window)
        return window

    def _is_managed(self) -> bool:
        """Tell whether a window manager is there, as on each Xwayland (Extended Window Manager Hints)."""
        check = self._atom("_NET_SUPPORTING_WM_CHECK")
        reply = self.core.GetProperty(False, self.screen.root, check, x.Atom.WINDOW, 0, 1).reply()
        return bool(reply.value_len)

    def _atom(self, name: str) -> int:
        atom: int = self.core.InternAtom(False, len(name), name).reply().atom
        return atom

    # -- what the scenes draw with ------------------------------------------------------------------------------

    def pixmap(self, width: int, height: int) -> int:
        """Make a picture in the X server."""
        pixmap: int = self.connection.generate_id()
        self.core.CreatePixmap(self.depth, pixmap, self.screen.root, width, height)
        return pixmap

    def put(self, drawable: int, pixels: stamp.Pixels, left: int = 0, top: int = 0) -> None:
        """Send pixels to the X server, in requests that are short enough."""
        height, width = pixels.shape[:2]
        rows = max(1, 200_000 // (width * 4))
        for row in range(0, height, rows):
            part = pixels[row : row + rows]
            self.core.PutImage(
                x.ImageFormat.ZPixmap, drawable, self.context, width, len(part), left, top + row, 0, self.depth,
                part.size, part.tobytes(),
            )  # fmt: skip

    def copy(self, source: int, target: int, area: tuple[int, int, int, int], to: tuple[int, int]) -> None:
        """Copy ``area`` (left, top, width, height) of a drawable to a place in another one."""
        left, top, width, height = area
        self.core.CopyArea(source, target, self.context, left, top, *to, width, height)

    def stamped(self, now: float) -> stamp.Pixels:
        """Number the next frame, and return its stamp."""
        self.frame += 1
        self.last_time = now
        return stamp.draw(stamp.Stamp.of(self.frame, now, self.clicks))

    def put_stamp(self, drawable: int, now: float) -> None:
        """Stamp a frame."""
        self.put(self.stamp_pixmap, self.stamped(now))
        self.copy(self.stamp_pixmap, drawable, (0, 0, stamp.WIDTH, stamp.HEIGHT), self.place)

    # -- what it is told ----------------------------------------------------------------------------------------

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command, and return its answer."""
        if command["do"] == "show":
            return self.show(command["scene"])
        if command["do"] == "still":
            return self.still()
        return {"error": f"what is {command['do']!r}?"}

    def show(self, name: str) -> dict[str, Any]:
        """Begin a scene; making it may take seconds the first time."""
        if self.scene is not None:
            self.scene.end()
        if name not in self.made:
            self.made[name] = SCENES[name](self)
        self.scene = self.made[name]
        self.scene.begin()
        self.put_stamp(self.window, time.time())
        self.core.GetInputFocus().reply()
        self.started, self.ticks = time.monotonic(), 0
        segments = [scene.segment for scene in self.made.values() if scene.segment]
        return {"width": self.width, "height": self.height, "place": self.place.to_json(), "segments": segments}

    def still(self) -> dict[str, Any]:
        """Draw no more."""
        if self.scene is not None and self.scene.rate == RATE:
            self.made["nothing"] = self.scene = Scene(self)
        everything = (0, 0, self.width, self.height, 0xFFFFFFFF)
        # All of the screen; the root window of an Xwayland has no picture.
        pixels = bytearray(self.core.GetImage(x.ImageFormat.ZPixmap, self.window, *everything).reply().data.buf())
        pixels[0::4], pixels[2::4] = pixels[2::4], pixels[0::4]
        pixels[3::4] = b"\xff" * (len(pixels) // 4)
        return {"time": self.last_time, "sha256": hashlib.sha256(pixels).hexdigest()}

    def clicked(self) -> None:
        """Show at once that a button was pressed."""
        self.clicks += 1
        self.core.ChangeGC(self.context, x.GC.Foreground, [FLIPPED[self.clicks % 2]])
        area = x.RECTANGLE.synthetic(0, self.place.y - BLOCK[1], *BLOCK)
        self.core.PolyFillRectangle(self.window, self.context, 1, [area])
        self.put_stamp(self.window, time.time())

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Draw until standard input ends."""
        buffer = b""
        descriptor = self.connection.get_file_descriptor()
        while True:
            self._events()
            wait = self._wait()
            if wait is not None and wait <= 0:
                assert self.scene is not None
                self.scene.tick(self.ticks, time.time())
                self.ticks += 1
                late = self._wait()
                if late is not None and late < -1.0:  # the machine stood still: what was missed is not made up for
                    self.started -= late
                self.connection.flush()
                wait = 0
            self.connection.flush()
            if sys.stdin.fileno() in select.select([sys.stdin.fileno(), descriptor], [], [], wait)[0]:
                chunk = os.read(sys.stdin.fileno(), 1 << 16)
                if not chunk:
                    return
                buffer += chunk
                while b"\n" in buffer:
                    line, _, buffer = buffer.partition(b"\n")
                    command = json.loads(line)
                    print(json.dumps({**self.do(command), "id": command["id"]}), flush=True)

    def _wait(self) -> float | None:
        """Return the seconds until the next frame is to be drawn, or ``None`` where there is none."""
        if self.scene is None or self.scene.rate == 0:
            return None
        return self.started + (self.ticks + 1) / self.scene.rate - time.monotonic()

    def _events(self) -> None:
        while (event := self.connection.poll_for_event()) is not None:
            if isinstance(event, x.ButtonPressEvent):
                self.clicked()
            elif isinstance(event, x.VisibilityNotifyEvent) and event.state != x.Visibility.Unobscured:
                self.core.ConfigureWindow(self.window, x.ConfigWindow.StackMode, [x.StackMode.Above])


if __name__ == "__main__":
    Painter().run()
