"""The tools that control a desktop, or read what was copied there. A person who takes over makes them fail."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import Context

from ..automation.pointer import Button
from .link import Link, tool
from .looking import as_json

DONE = "Done."


class Acting:
    """Pointer, keyboard, clipboard, windows and programs of the desktop. Points are pixels of the screen."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def tools(self) -> tuple[Callable[..., Any], ...]:
        """The methods that are tools."""
        pointer = (self.move, self.click, self.drag, self.scroll)
        keyboard = (self.type, self.press, self.get_clipboard, self.set_clipboard)
        return (*pointer, *keyboard, self.activate, self.close_window, self.place, self.run)

    @tool
    async def move(self, context: Context, x: int, y: int) -> str:
        """Move the pointer to a point of the screen."""
        await (await self._link.desktop(context)).move(x, y)
        return DONE

    @tool
    async def click(self, context: Context, x: int, y: int, button: Button = "left", count: int = 1) -> str:
        """Click at a point of the screen; a count of 2 is a double-click."""
        await (await self._link.desktop(context)).click(x, y, button=button, count=count)
        return DONE

    @tool
    async def drag(
        self, context: Context, from_x: int, from_y: int, to_x: int, to_y: int, button: Button = "left"
    ) -> str:
        """Press a button at a point of the screen, move to another point, and release it there."""
        await (await self._link.desktop(context)).drag((from_x, from_y), (to_x, to_y), button=button)
        return DONE

    @tool
    async def scroll(self, context: Context, x: int, y: int, down: int = 0, right: int = 0) -> str:
        """Turn the wheel by steps at a point of the screen; negative steps are up, and to the left."""
        await (await self._link.desktop(context)).scroll(x, y, down, right)
        return DONE

    @tool
    async def type(self, context: Context, text: str) -> str:
        """Type a text of any characters; a line feed is Return, a tab is Tab."""
        await (await self._link.desktop(context)).type(text)
        return DONE

    @tool
    async def press(self, context: Context, keys: list[str]) -> str:
        """Press keys, one after the other, each alone or together with others, such as ["ctrl+s", "Return"].

        Names are X's (Return, F5, Page_Up), characters, or ctrl, alt, shift, super, altgr, esc, enter, del.
        """
        await (await self._link.desktop(context)).press(*keys)
        return DONE

    @tool
    async def get_clipboard(self, context: Context) -> str:
        """Return the text on the clipboard, as a program that pastes gets it; empty if there is none."""
        return await (await self._link.desktop(context)).get_clipboard()

    @tool
    async def set_clipboard(self, context: Context, text: str) -> str:
        """Put a text on the clipboard, until another program copies."""
        await (await self._link.desktop(context)).set_clipboard(text)
        return DONE

    @tool
    async def activate(self, context: Context, window: int) -> dict[str, Any]:
        """Raise a window (its id) and give it the input focus; return it as it is then."""
        found = await self._link.window(context, window)
        return as_json(await (await self._link.desktop(context)).activate(found))

    @tool
    async def close_window(self, context: Context, window: int) -> str:
        """Ask a window's program to close it, as its close button does; the program may ask something first."""
        found = await self._link.window(context, window)
        await (await self._link.desktop(context)).close_window(found)
        return DONE

    @tool
    async def place(
        self,
        context: Context,
        window: int,
        x: int | None = None,
        y: int | None = None,
        width: int | None = None,
        height: int | None = None,
    ) -> dict[str, Any]:
        """Move and resize a window (its id); return it as it is then. What is not given stays."""
        found = await self._link.window(context, window)
        return as_json(await (await self._link.desktop(context)).place(found, x, y, width, height))

    @tool
    async def run(self, context: Context, argv: list[str], directory: str | None = None) -> str:
        """Start a program on the desktop: its name and its arguments, such as ["xfce4-terminal", "--maximize"]."""
        desktop = await self._link.desktop(context)
        # Our own standard output belongs to the protocol.
        process = await desktop.run(argv, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._link.keep(process)
        return f"{argv[0]} was started; its process id is {process.pid}."
