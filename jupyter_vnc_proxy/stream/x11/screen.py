"""The X screen: its pixels, and the tiles that changed.

XDamage reports drawing, MIT-SHM reads the damaged area, and a comparison with the pixels read before finds the tiles
that really changed. While no program draws, this does nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xcffib
import xcffib.damage  # before a connection is made: xcffib knows the events of those extensions alone
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto

from ...options import Geometry
from ...system.randr.size import has_several_monitors, set_size
from ...system.x_display import connect
from ..picture.compression import Compression
from ..picture.framebuffer import BYTES_PER_PIXEL, TILE, Rectangle, ResizeError, Tiles, tile_flags
from ..picture.pixel_memory import PixelMemory
from .shared_memory import SharedMemory

if TYPE_CHECKING:
    from ...system.x_connection import XConnection

REPLY_SECONDS = 2.0
"""The time that the X server may take for an answer: all viewers wait for it too."""

INTERVAL = 0.006
"""Minimum time between two reads of the screen; a program may draw a thousand times a second."""

ALL_PLANES = 0xFFFFFFFF


class XScreen:
    """Keeps a copy of the root window's pixels in `memory`.

    ``on_change(tiles)`` is called from the event loop with the tiles that changed, ``on_resize()`` when the screen has
    another size. Raise ``xcffib.ConnectionException`` if the display can't be reached.
    """

    def __init__(
        self, display: str, xauthority: Path, on_change: Callable[[Tiles], None], on_resize: Callable[[], None]
    ) -> None:
        self.max_captures = sys.maxsize
        self._on_change = on_change
        self._on_resize = on_resize
        self.handlers: dict[type, Callable[[object], None]] = {}
        self._follows = True
        self._closed = False
        self._later: asyncio.TimerHandle | None = None
        self._shared: SharedMemory | None = None
        self._keep(PixelMemory(0, 0))
        self._open(connect(display, xauthority, REPLY_SECONDS))

    def _open(self, connection: XConnection) -> None:
        self.connection = connection
        self._fileno = int(self.connection.get_file_descriptor())
        self._damage_extension = self.connection(xcffib.damage.key)
        self._damage_extension.QueryVersion(1, 1).reply()
        self._fixes = self.connection(xcffib.xfixes.key)
        self._fixes.QueryVersion(5, 0).reply()
        self._shm = self.connection(xcffib.shm.key)
        root = self.connection.get_setup().roots[0]
        self.root = root.root
        self.connection.core.ChangeWindowAttributes(
            self.root, xcffib.xproto.CW.EventMask, [xcffib.xproto.EventMask.StructureNotify]
        )
        self._region = self.connection.generate_id()
        self._fixes.CreateRegion(self._region, 0, [])
        self._damage = self.connection.generate_id()
        level = xcffib.damage.ReportLevel.NonEmpty
        self._damage_extension.Create(self._damage, self.root, level)
        self._damaged = False
        self._next_look = 0.0
        self._segment = 0
        self._allocate(root.width_in_pixels, root.height_in_pixels)

    # -- life --------------------------------------------------------------------------------------------------------

    def start(self, gone: Callable[[], None]) -> None:
        """Follow the screen in the running event loop; ``gone()`` is called when the display has ended."""
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fileno, self.handle_events)
        self.handle_events()

    def reopen(self, connection: XConnection) -> None:
        """Go on with another connection after the last one has failed; whatever is on the screen counts as changed."""
        size, released = (self.width, self.height), self._shared is None
        self._loop.remove_reader(self._fileno)
        self._unshare()
        self.connection.disconnect()
        self._open(connection)
        if released:
            self.release()
        self._loop.add_reader(self._fileno, self.handle_events)
        if size != (self.width, self.height):
            self._on_resize()
        else:
            self._on_change(self.tiles(True))
        self._loop.call_soon(self.handle_events)

    def close(self) -> None:
        """Stop following the screen, and disconnect."""
        self._closed = True
        if self._later is not None:
            self._later.cancel()
        self._loop.remove_reader(self._fileno)
        self.connection.disconnect()
        self._unshare()

    def _allocate(self, width: int, height: int) -> None:
        self._free()
        size = width * height * BYTES_PER_PIXEL
        self._shared = SharedMemory(size)
        self._segment = self.connection.generate_id()
        self._shm.Attach(self._segment, self._shared.identifier, False, is_checked=True).check()
        self._shared.forget()
        self.width, self.height = width, height
        if self.memory.pixels.shape[:2] != (height, width):  # after a new connection, clients have copies of the same
            self._keep(PixelMemory(width, height))
        self._read(Rectangle(0, 0, width, height), self.tiles())

    def _keep(self, memory: PixelMemory) -> None:
        self.memory, self._compression = memory, Compression(memory)

    def _free(self) -> None:
        if self._shared is not None:
            self._shm.Detach(self._segment)
        self._unshare()

    def _unshare(self) -> None:
        self._compression.stop()
        if self._shared is not None:
            self._shared.close()
            self._shared = None

    def release(self) -> None:
        """Give back `memory`, until changes are tracked again."""
        if not self._follows and self._shared is not None:
            with self._gone_is_told():
                self._free()
                self.connection.flush()
                self._loop.call_soon(self.handle_events)  # xcb may have read some
            self._keep(PixelMemory(0, 0))

    # -- following ---------------------------------------------------------------------------------------------------

    def tiles(self, value: bool = False) -> Tiles:
        """Return a flag for each tile, all of them ``value``."""
        return tile_flags(self.width, self.height, value)

    def handle_events(self) -> None:
        """Handle the display's waiting events."""
        if not self._closed:  # there may be a scheduled call
            with self._gone_is_told():
                self._handle_events()

    @contextlib.contextmanager
    def _gone_is_told(self) -> Iterator[None]:
        try:
            yield
        except xcffib.ConnectionException:
            self._loop.remove_reader(self._fileno)
            self._gone()

    def _handle_events(self) -> None:
        """Handle events until none is left; each reply may bring more."""
        while True:
            damaged, size, handled = self._poll()
            self._damaged = self._damaged or damaged
            if size is not None and size != (self.width, self.height):
                if self._shared is None:
                    self.width, self.height = size
                else:
                    self._allocate(*size)
                self._on_resize()
            if self._damaged and self._follows and self._loop.time() >= self._next_look:
                self._look(self._take_damage())
                self._next_look = self._loop.time() + INTERVAL
            elif not handled:
                break
        if self._damaged and self._follows and self._later is None:
            self._later = self._loop.call_at(self._next_look, self._look_later)

    def _look_later(self) -> None:
        self._later = None
        self.handle_events()

    def _poll(self) -> tuple[bool, tuple[int, int] | None, bool]:
        """Return whether something was drawn, the new size if it changed, and whether there was any event."""
        damaged = handled = False
        size = None
        while (event := self.connection.poll_for_event()) is not None:
            handled = True
            if isinstance(event, xcffib.damage.NotifyEvent):
                damaged = True
            elif isinstance(event, xcffib.xproto.ConfigureNotifyEvent) and event.window == self.root:
                size = (event.width, event.height)
            elif (handler := self.handlers.get(type(event))) is not None:
                handler(event)
        return damaged, size, handled

    def _take_damage(self) -> list[Rectangle]:
        """Return the area damaged since the last call, and have X report the next damage."""
        self._damaged = False
        self._damage_extension.Subtract(self._damage, 0, self._region)
        reply = self._fixes.FetchRegion(self._region).reply()
        return [Rectangle(each.x, each.y, each.width, each.height) for each in reply.rectangles]

    def track_changes(self, enabled: bool) -> None:
        """Compare damaged areas with `memory`; while not ``enabled``, only collect the damage, to compare it later."""
        if enabled == self._follows:
            return
        self._follows = enabled
        if enabled:
            with self._gone_is_told():
                self._take_damage()
                unread = [Rectangle(0, 0, self.width, self.height)]
                if self._shared is None:
                    self._allocate(self.width, self.height)  # and read; clients that have just come get all of it
                    unread = []
                self._look(unread)
            self._loop.call_soon(self.handle_events)

    def damaged_share(self) -> float:
        """Return the share (0 to 1) of tiles damaged since the last call; always 0 while changes are tracked."""
        share = 0.0
        with self._gone_is_told():
            if not self._follows:
                drawn = self.tiles()
                for each in self._take_damage():
                    right, lower = each.x + each.width, each.y + each.height
                    drawn[max(0, each.y) // TILE : -(-lower // TILE), max(0, each.x) // TILE : -(-right // TILE)] = True
                share = float(drawn.mean())
                self._loop.call_soon(self.handle_events)
        return share

    def _look(self, rectangles: list[Rectangle]) -> None:
        changed = self.tiles()
        self._compression.stop()
        for rectangle in rectangles:
            self._read(rectangle, changed)
        if self._shared is not None:
            self._shared.used(self._compression.start)
        if changed.any():
            self._on_change(changed)

    def _read(self, rectangle: Rectangle, changed: Tiles) -> None:
        """Read a rectangle of the screen into `memory`, and flag in ``changed`` the tiles that differ from before."""
        left, top = max(0, rectangle.x), max(0, rectangle.y)
        right = min(self.width, rectangle.x + rectangle.width)
        bottom = min(self.height, rectangle.y + rectangle.height)
        if right <= left or bottom <= top:
            return
        assert self._shared is not None
        width, height = right - left, bottom - top
        pixmap = xcffib.xproto.ImageFormat.ZPixmap
        try:
            self._shm.GetImage(self.root, left, top, width, height, ALL_PLANES, pixmap, self._segment, 0).reply()
        except xcffib.xproto.MatchError:  # the screen is smaller by now; the event that says so comes before the error
            return
        size = width * height * BYTES_PER_PIXEL
        fresh = self._shared.bytes[:size].reshape(height, width, BYTES_PER_PIXEL)
        self.memory.update(fresh, left, top, changed)

    # -- changing ----------------------------------------------------------------------------------------------------

    def resize(self, width: int, height: int) -> Geometry:
        """Change the screen's size in pixels through RANDR; return the resulting size.

        Raise `ResizeError` if the display refuses, or has several monitors, whose owner decides on the size.
        """
        try:
            if has_several_monitors(self.connection):
                raise ResizeError("it has several monitors", permanent=True)
            geometry = set_size(self.connection, Geometry(width, height))
        except IndexError as error:
            raise ResizeError("the display has no output", permanent=True) from error
        except xcffib.XcffibException as error:
            raise ResizeError(repr(error)) from error
        self._loop.call_soon(self.handle_events)
        return geometry

    def configure_capture(self, settings: Any) -> None:
        """Have the engine capture X; it reads DISPLAY and XAUTHORITY from the environment."""
        settings.use_wayland = False
