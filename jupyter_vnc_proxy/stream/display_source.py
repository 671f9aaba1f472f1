"""What the server serves: a display's picture, and how its keys, pointer, clipboard and cursor are reached.

X and Wayland each have a `DisplaySource`; the server, its viewers, sizes and clipboard know neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .clipboard.display_clipboard import DisplayClipboard
from .cursor import Cursor
from .input.keyboard_state import KeyboardState
from .picture.framebuffer import Framebuffer, Tiles


@dataclass(frozen=True)
class Listener:
    """Who is told, from the event loop, what a source sees. ``ended`` gets ``True`` where it was no log-out."""

    changed: Callable[[Tiles], None]
    resized: Callable[[], None]
    locks_changed: Callable[[int], None]
    cursor_changed: Callable[[], None]
    ended: Callable[[bool], None]


class Pointer(Protocol):
    """One viewer's pointer: it releases no button that it has not pressed."""

    def move_and_press(self, x: int, y: int, buttons: int) -> None:
        """Move to a place in pixels, and hold down the buttons of RFB's mask and no others."""

    def release_all(self) -> None:
        """Release whatever is down, where the pointer is; also where the display is gone."""


class DisplaySource(Protocol):
    """One display. It tells nothing, and takes no keys, before `start`."""

    @property
    def screen(self) -> Framebuffer:
        """What it shows."""

    @property
    def cursor(self) -> Cursor:
        """Its pointer's shape."""

    @property
    def keyboard(self) -> KeyboardState:
        """Its keyboard."""

    async def start(self, listener: Listener) -> None:
        """Follow the display in the running event loop; raise ``OSError`` where it doesn't come up."""

    def pointer(self) -> Pointer:
        """Return a pointer for one more viewer."""

    def clipboard(
        self, on_change: Callable[[str], None], timer: Callable[[float, Callable[[], None]], object], primary: bool
    ) -> DisplayClipboard | None:
        """Return the clipboard, once it was started; ``None`` where it has none. ``on_change`` gets the selection."""

    async def close(self) -> None:
        """Follow it no more, leave it as it was found, and end what was started."""
