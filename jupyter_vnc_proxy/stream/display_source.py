"""The contract between the server and a display: its framebuffer, keyboard, pointer, clipboard and cursor.

X and Wayland each implement `DisplaySource`; nothing else knows which of them it is.
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
    """Callbacks for what happens on a display, called in the event loop. ``ended`` gets ``False`` after a log-out,
    ``silent`` whether the display has ceased to respond (``True``) or responds again.
    """

    changed: Callable[[Tiles], None]
    resized: Callable[[], None]
    locks_changed: Callable[[int], None]
    cursor_changed: Callable[[], None]
    ended: Callable[[bool], None]
    silent: Callable[[bool], None] = lambda silent: None


class Pointer(Protocol):
    """One client's pointer: it releases only buttons that it has pressed."""

    def move_and_press(self, x: int, y: int, buttons: int) -> None:
        """Move to a position in pixels, and hold down exactly the buttons of RFB's mask."""

    def move_by(self, dx: int, dy: int, buttons: int) -> None:
        """Move by pixels, whatever their number, and hold down exactly the buttons of RFB's mask."""

    def location(self) -> tuple[int, int] | None:
        """Return where the display's pointer is, in pixels, or ``None`` if that isn't known."""

    def release_all(self) -> None:
        """Release all buttons; never raises, even if the display is gone."""


class DisplaySource(Protocol):
    """One display. It calls no callback, and takes no keys, before `start`."""

    @property
    def display(self) -> str:
        """The name of its X display, after `start`; empty if it has none."""

    @property
    def screen(self) -> Framebuffer:
        """Its framebuffer."""

    @property
    def cursor(self) -> Cursor:
        """Its pointer's shape."""

    @property
    def keyboard(self) -> KeyboardState:
        """Its keyboard."""

    async def start(self, listener: Listener) -> None:
        """Follow the display in the running event loop; raise ``OSError`` if it doesn't start."""

    def pointer(self) -> Pointer:
        """Return a pointer for one more client."""

    def clipboard(
        self, on_change: Callable[[str], None], timer: Callable[[float, Callable[[], None]], object], primary: bool
    ) -> DisplayClipboard | None:
        """Return the clipboard, after `start`; ``None`` if there is none. ``on_change`` gets the selection."""

    async def close(self) -> None:
        """Stop following it, leave it as it was found, and stop every process that was started for it."""
