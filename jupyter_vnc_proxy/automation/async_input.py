"""The input of a desktop: pointer, keyboard and clipboard, without blocking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from ..desktops.desktop import Desktop as Directory
from ..errors import InvalidOption
from ..options import Geometry
from ..rfb.client_side.key_names import chord, text_keysyms
from . import display, keyboard, pointer
from .connection import RFBConnection
from .lifecycle import workers
from .permission import Permission
from .pointer import Button

if TYPE_CHECKING:
    from ..system.x_clients.selection_owner import SelectionOwner

Work = Callable[[RFBConnection], Coroutine[Any, Any, None]]
"""What sends input."""


class AsyncInput:
    """One shared connection to the VNC server of a desktop, which is made when it is needed; the clipboard is X's.

    People see what the ``program`` does, by its name, and can take over.
    """

    def __init__(self, directory: Directory, program: str = "") -> None:
        self._desktop = directory
        self._permission = Permission(directory, program)
        self._connection: RFBConnection | None = None
        self._clipboard: SelectionOwner | None = None
        self._position: tuple[int, int] | None = None
        self._connecting = asyncio.Lock()
        self._turn = asyncio.Lock()
        """Input is sent by one call at a time."""

    async def close(self) -> None:
        """Close the connections; the desktop runs on. What `set_clipboard` has set is lost if nothing keeps it."""
        await self._disconnect()
        await self._permission.close()
        clipboard, self._clipboard = self._clipboard, None
        if clipboard is not None:
            await workers.run(clipboard.close)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def size(self) -> Geometry:
        """Return the width and height of the screen."""
        return await (await self._connected()).size()

    # -- pointer and keyboard -----------------------------------------------------------------------------------------

    async def move(self, x: int, y: int) -> None:
        """Move the pointer."""
        await self._point("move", x, y, lambda connection: pointer.click(connection, x, y, 0, 0))

    async def click(
        self, x: int | None = None, y: int | None = None, *, button: Button = "left", count: int = 1
    ) -> None:
        """Click at a point, by default where `move` or another call has left the pointer; ``count`` 2: double-click."""
        bit = pointer.bit(button)
        if x is None or y is None:
            if self._position is None or (x, y) != (None, None):
                raise InvalidOption("Say where to click: x and y.", code="no-point")
            x, y = self._position
        await self._point("click", x, y, partial(pointer.click, x=x, y=y, button=bit, count=count))

    async def drag(self, start: tuple[int, int], end: tuple[int, int], *, button: Button = "left") -> None:
        """Press a button at a point, move to another and release it there."""
        bit = pointer.bit(button)
        pointer.check_point(*end, await self.size())
        await self._point("drag", *start, partial(pointer.drag, start=start, end=end, button=bit))
        self._position = end

    async def scroll(self, x: int, y: int, down: int = 0, right: int = 0) -> None:
        """Turn the wheel by steps at a point; negative ones are up, and to the left."""
        await self._point("scroll", x, y, partial(pointer.scroll, x=x, y=y, down=down, right=right))

    async def type(self, text: str, *, interval: float = 0.0) -> None:
        """Type a text of any characters, whatever the layout of the keyboard has; ``\\n`` is Return, ``\\t`` Tab."""
        keysyms = text_keysyms(text)
        await self._input("type", lambda connection: keyboard.type_keysyms(connection, keysyms, interval))

    async def press(self, *keys: str) -> None:
        """Press keys, one argument after the other, each alone or together with others, such as ``ctrl+s``.

        Names are X's (``Return``, ``F5``, ``Page_Up``), in any case, characters, or ``ctrl``, ``alt``, ``shift``,
        ``super``, ``altgr``, ``esc``, ``enter``, ``del``.
        """
        chords = [chord(each) for each in keys]
        for each in chords:
            await self._input("press", partial(keyboard.press_together, keysyms=each))

    async def _point(self, action: str, x: int, y: int, work: Work) -> None:
        pointer.check_point(x, y, await self.size())
        await self._input(action, work, x, y)
        self._position = (x, y)

    async def _input(self, action: str, work: Work, x: int | None = None, y: int | None = None) -> None:
        connection = await self._connected()
        self._desktop.note_activity()
        async with self._turn:
            await self._permission.act(work(connection), action, x, y)

    async def _connected(self) -> RFBConnection:
        """Return the connection, a new one if there is none; the desktop may have started again."""
        state = self._desktop.state()
        state.usable_display()
        async with self._connecting:
            if self._connection is None or not self._connection.is_open:
                await self._disconnect()
                self._connection = await RFBConnection.open(self._desktop.path / state.raw_socket)
            return self._connection

    # -- clipboard ----------------------------------------------------------------------------------------------------

    async def get_clipboard(self) -> str:
        """Return the text on the clipboard, as a program that pastes gets it; empty if there is none."""
        return await display.clipboard_text(self._desktop)

    async def set_clipboard(self, text: str) -> None:
        """Put a text on the clipboard, for as long as this object is open, or until another program copies."""
        await self._permission.ask("set_clipboard")
        before = self._clipboard
        self._clipboard = await display.own_clipboard(self._desktop, text)
        if before is not None:
            await workers.run(before.close)
