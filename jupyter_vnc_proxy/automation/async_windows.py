"""The windows of a desktop, without blocking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..desktops.desktop import Desktop as Directory
from ..errors import InvalidOption, TimedOut
from ..options import Area
from . import display
from .display import TitlePattern
from .permission import Permission

if TYPE_CHECKING:
    from ..system.x_clients.windows import Window, Windows

T = TypeVar("T")

POLL_SECONDS = 0.05
"""The time between two looks at the windows."""

ACTIVATION_SECONDS = 5.0
"""The time that a window manager may take to activate a window."""

SETTLE_SECONDS = 0.5
"""The time that a window may take to have the position and size that was asked for; it may refuse."""


class AsyncWindows:
    """The windows of a desktop's X display; those of Wayland programs have none there."""

    _desktop: Directory
    _permission: Permission

    async def windows(self) -> Sequence[Window]:
        """Return the windows, in the order in which they were opened."""
        return await self._with_windows(lambda windows: windows.all())

    async def window(self, window: Window) -> Window:
        """Return a window as it is now; raise `Conflict` if it is closed."""
        return await self._with_windows(lambda windows: windows.get(window.id))

    async def wait_for_window(
        self, title: TitlePattern = None, *, application: str | None = None, timeout: float = 10.0
    ) -> Window:
        """Wait for a window and return it, the newest if there are several.

        ``title``: a part of its title, in any case, or a compiled regular expression; ``application``: its class.
        Raise `TimedOut`.
        """
        deadline = time.monotonic() + timeout
        while True:
            present = await self.windows()
            found = [each for each in present if display.matches(each, title, application)]
            if found:
                return found[-1]
            if time.monotonic() > deadline:
                raise TimedOut(
                    f"There is no {display.in_words(title, application)} after {timeout:g} s; "
                    f"the windows are: {', '.join(repr(each.title) for each in present) or 'none'}."
                )
            await asyncio.sleep(POLL_SECONDS)

    async def activate(self, window: Window) -> Window:
        """Raise a window and give it the input focus; return it as it is then, or raise `TimedOut`."""
        await self._permission.ask("activate")
        await self._with_windows(lambda windows: windows.activate(window.id))
        return await self._wait_for(window, lambda now: now.is_active, ACTIVATION_SECONDS, "active")

    async def close_window(self, window: Window, *, timeout: float | None = None) -> None:
        """Ask a window's program to close it, as its close button does; the program may ask something first.

        With ``timeout``, wait until it is closed; raise `TimedOut` if it isn't.
        """
        await self._permission.ask("close_window")
        await self._with_windows(lambda windows: windows.request_close(window.id))
        deadline = time.monotonic() + (timeout or 0.0)
        while timeout is not None and any(each.id == window.id for each in await self.windows()):
            if time.monotonic() > deadline:
                raise TimedOut(f"The window {window.title!r} is not closed after {timeout:g} s.")
            await asyncio.sleep(POLL_SECONDS)

    async def place(
        self,
        window: Window,
        x: int | None = None,
        y: int | None = None,
        width: int | None = None,
        height: int | None = None,
    ) -> Window:
        """Move and resize a window, without its decoration; return it as it is then.

        What is not given stays. Programs may choose another size: terminals have whole characters.
        """
        now = (await self.window(window)).area
        wanted = Area(
            *(old if new is None else new for old, new in zip(now, (x, y, width, height), strict=True)),
        )
        if wanted.width < 1 or wanted.height < 1:
            raise InvalidOption("A window has at least one pixel in width and height.", code="bad-geometry")
        await self._permission.ask("place")
        await self._with_windows(lambda windows: windows.place(window.id, wanted))
        try:
            return await self._wait_for(window, lambda now: now.area == wanted, SETTLE_SECONDS, "there")
        except TimedOut:
            return await self.window(window)

    async def _with_windows(self, work: Callable[[Windows], T]) -> T:
        return await display.with_windows(self._desktop, work)

    async def _wait_for(self, window: Window, condition: Callable[[Window], bool], timeout: float, what: str) -> Window:
        deadline = time.monotonic() + timeout
        while not condition(now := await self.window(window)):
            if time.monotonic() > deadline:
                raise TimedOut(f"The window {window.title!r} is not {what} after {timeout:g} s.")
            await asyncio.sleep(POLL_SECONDS)
        return now
