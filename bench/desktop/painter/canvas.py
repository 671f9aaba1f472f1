"""The window that covers the screen of ``$DISPLAY``, and the X requests that scenes draw with."""

from __future__ import annotations

import xcffib
import xcffib.shm
import xcffib.xproto as x

from . import stamp


class Canvas:
    """A full-screen window. Each frame drawn into it gets a stamp; ``frame`` and ``clicks`` are the counts so far."""

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
        if managed:  # otherwise a panel could cover it
            state = [self._atom("_NET_WM_STATE_FULLSCREEN")]
            self.core.ChangeProperty(
                x.PropMode.Replace, window, self._atom("_NET_WM_STATE"), x.Atom.ATOM, 32, len(state), state
            )
        self.core.MapWindow(window)
        return window

    def _is_managed(self) -> bool:
        """Return whether a window manager runs, as it does on every Xwayland (Extended Window Manager Hints)."""
        check = self._atom("_NET_SUPPORTING_WM_CHECK")
        reply = self.core.GetProperty(False, self.screen.root, check, x.Atom.WINDOW, 0, 1).reply()
        return bool(reply.value_len)

    def _atom(self, name: str) -> int:
        atom: int = self.core.InternAtom(False, len(name), name).reply().atom
        return atom

    # -- drawing ------------------------------------------------------------------------------------------------

    def pixmap(self, width: int, height: int) -> int:
        """Create a pixmap in the X server, and return its id."""
        pixmap: int = self.connection.generate_id()
        self.core.CreatePixmap(self.depth, pixmap, self.screen.root, width, height)
        return pixmap

    def put(self, drawable: int, pixels: stamp.Pixels, left: int = 0, top: int = 0) -> None:
        """Send pixels to the X server, split into requests below its length limit."""
        height, width = pixels.shape[:2]
        rows = max(1, 200_000 // (width * 4))
        for row in range(0, height, rows):
            part = pixels[row : row + rows]
            self.core.PutImage(
                x.ImageFormat.ZPixmap, drawable, self.context, width, len(part), left, top + row, 0, self.depth,
                part.size, part.tobytes(),
            )  # fmt: skip

    def copy(self, source: int, target: int, area: tuple[int, int, int, int], to: tuple[int, int]) -> None:
        """Copy ``area`` (left, top, width, height) of one drawable to the position ``to`` in another."""
        left, top, width, height = area
        self.core.CopyArea(source, target, self.context, left, top, *to, width, height)

    def stamped(self, now: float) -> stamp.Pixels:
        """Number the next frame, drawn at ``now`` (Unix time), and return its stamp's pixels."""
        self.frame += 1
        self.last_time = now
        return stamp.draw(stamp.Stamp.of(self.frame, now, self.clicks))

    def put_stamp(self, drawable: int, now: float) -> None:
        """Draw the next frame's stamp."""
        self.put(self.stamp_pixmap, self.stamped(now))
        self.copy(self.stamp_pixmap, drawable, (0, 0, stamp.WIDTH, stamp.HEIGHT), self.place)
