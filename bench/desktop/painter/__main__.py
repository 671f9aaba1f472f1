"""Covers the screen of ``$DISPLAY``, draws a scene at 60 frames a second, and stamps each frame.

    python -m bench.desktop.painter

Commands are lines of JSON: ``show`` with a ``scene`` (answers once it is drawn) and ``still`` (stops the scene, and
answers with the time of the last frame and the SHA-256 of the screen's pixels, RGBA). Each press of a pointer button
toggles the colour of a block immediately, in every scene.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import sys
import time
from typing import Any

import xcffib.xproto as x

from .canvas import Canvas
from .scenes import SCENES, Scene

FRAMES_PER_SECOND = 60
CLICK_COLOURS = (0x30C030, 0xC030C0)
"""The block that shows clicks alternates between these."""

CLICK_BLOCK = (96, 64)
"""Width and height of that block, in pixels; it is directly above the stamp."""


class Painter:
    """Runs the commands, and draws the current scene's frames."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.scene: Scene | None = None
        self.created: dict[str, Scene] = {}
        self.started, self.ticks = 0.0, 0

    # -- commands -----------------------------------------------------------------------------------------------

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run a command, and return its answer."""
        if command["do"] == "show":
            return self.show(command["scene"])
        if command["do"] == "still":
            return self.still()
        return {"error": f"unknown command {command['do']!r}"}

    def show(self, name: str) -> dict[str, Any]:
        """Start a scene; creating it can take seconds the first time."""
        canvas = self.canvas
        if self.scene is not None:
            self.scene.end()
        if name not in self.created:
            self.created[name] = SCENES[name](self.canvas)
        self.scene = self.created[name]
        self.scene.begin()
        canvas.put_stamp(canvas.window, time.time())
        canvas.core.GetInputFocus().reply()
        self.started, self.ticks = time.monotonic(), 0
        segments = [scene.segment for scene in self.created.values() if scene.segment]
        return {"width": canvas.width, "height": canvas.height, "place": canvas.place.to_json(), "segments": segments}

    def still(self) -> dict[str, Any]:
        """Stop drawing."""
        canvas = self.canvas
        if self.scene is not None and self.scene.frames_per_second == FRAMES_PER_SECOND:
            self.created["nothing"] = self.scene = Scene(self.canvas)
        everything = (0, 0, canvas.width, canvas.height, 0xFFFFFFFF)
        # The window covers the whole screen; the root window of a rootless Xwayland has no pixels.
        pixels = bytearray(canvas.core.GetImage(x.ImageFormat.ZPixmap, canvas.window, *everything).reply().data.buf())
        pixels[0::4], pixels[2::4] = pixels[2::4], pixels[0::4]
        pixels[3::4] = b"\xff" * (len(pixels) // 4)
        return {"time": canvas.last_time, "sha256": hashlib.sha256(pixels).hexdigest()}

    def clicked(self) -> None:
        """Show that a button was pressed, without waiting for the next frame."""
        canvas = self.canvas
        canvas.clicks += 1
        canvas.core.ChangeGC(canvas.context, x.GC.Foreground, [CLICK_COLOURS[canvas.clicks % 2]])
        area = x.RECTANGLE.synthetic(0, canvas.place.y - CLICK_BLOCK[1], *CLICK_BLOCK)
        canvas.core.PolyFillRectangle(canvas.window, canvas.context, 1, [area])
        canvas.put_stamp(canvas.window, time.time())

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Draw until standard input ends."""
        canvas = self.canvas
        buffer = b""
        descriptor = canvas.connection.get_file_descriptor()
        while True:
            self._events()
            wait = self._next_frame_in()
            if wait is not None and wait <= 0:
                assert self.scene is not None
                self.scene.tick(self.ticks, time.time())
                self.ticks += 1
                late = self._next_frame_in()
                if late is not None and late < -1.0:  # skip the frames that a stalled machine missed
                    self.started -= late
                canvas.connection.flush()
                wait = 0
            canvas.connection.flush()
            if sys.stdin.fileno() in select.select([sys.stdin.fileno(), descriptor], [], [], wait)[0]:
                chunk = os.read(sys.stdin.fileno(), 1 << 16)
                if not chunk:
                    return
                buffer += chunk
                while b"\n" in buffer:
                    line, _, buffer = buffer.partition(b"\n")
                    command = json.loads(line)
                    print(json.dumps({**self.do(command), "id": command["id"]}), flush=True)

    def _next_frame_in(self) -> float | None:
        """Return the seconds until the next frame is due; ``None`` if the scene is still."""
        if self.scene is None or self.scene.frames_per_second == 0:
            return None
        return self.started + (self.ticks + 1) / self.scene.frames_per_second - time.monotonic()

    def _events(self) -> None:
        canvas = self.canvas
        while (event := canvas.connection.poll_for_event()) is not None:
            if isinstance(event, x.ButtonPressEvent):
                self.clicked()
            elif isinstance(event, x.VisibilityNotifyEvent) and event.state != x.Visibility.Unobscured:
                canvas.core.ConfigureWindow(canvas.window, x.ConfigWindow.StackMode, [x.StackMode.Above])


if __name__ == "__main__":
    Painter().run()
