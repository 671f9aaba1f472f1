"""What is asked of a desktop's X display: windows, and the text on its clipboard. Everything runs on a thread."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..desktops.desktop import Desktop
from ..errors import Conflict, TimedOut, VncError
from .lifecycle import workers

if TYPE_CHECKING:
    from ..system.x_clients.selection_owner import SelectionOwner
    from ..system.x_clients.windows import Window, Windows

T = TypeVar("T")

TitlePattern = str | re.Pattern[str] | None
"""A part of a window's title, in any case, or a regular expression that is found in it."""


async def with_windows(desktop: Desktop, work: Callable[[Windows], T]) -> T:
    """Return what ``work`` returns with the windows of a desktop's display.

    Raise `Conflict` if the window is closed or the desktop has no X display, `TimedOut` if that hangs.
    """

    def on_thread() -> T:
        from ..system.x_clients.windows import WindowGone, Windows

        windows = Windows(display, desktop.xauthority)
        try:
            return work(windows)
        except WindowGone:
            raise Conflict("The window is closed.", code="window-gone") from None
        finally:
            windows.close()

    display = desktop.state().usable_display()
    return await _on_display(display, on_thread)


async def clipboard_text(desktop: Desktop) -> str:
    """Return the text that a program on the desktop would paste; raise as `with_windows` does."""

    def on_thread() -> str:
        from ..system.x_clients.selection import clipboard_text

        return clipboard_text(display, desktop.xauthority)

    display = desktop.state().usable_display()
    return await _on_display(display, on_thread)


async def own_clipboard(desktop: Desktop, text: str) -> SelectionOwner:
    """Put a text on the clipboard until the returned owner is closed; raise as `with_windows` does."""

    def on_thread() -> SelectionOwner:
        from ..system.x_clients.selection_owner import SelectionOwner

        return SelectionOwner(display, desktop.xauthority, text)

    display = desktop.state().usable_display()
    return await _on_display(display, on_thread)


async def _on_display(display: str, work: Callable[[], T]) -> T:
    try:
        return await workers.run(work)
    except VncError:
        raise
    except TimeoutError as error:
        raise TimedOut(f"The display {display} does not respond: {error}.") from error
    except Exception as error:
        raise Conflict(f"The X display {display} could not be used: {error}.", code="display-gone") from error


def matches(window: Window, title: TitlePattern, application: str | None) -> bool:
    """Return whether a window has this title and application (its class, in any case)."""
    if application is not None and window.application.lower() != application.lower():
        return False
    if title is None:
        return True
    if isinstance(title, str):
        return title.lower() in window.title.lower()
    return title.search(window.title) is not None


def in_words(title: TitlePattern, application: str | None) -> str:
    """Return what `matches` looks for, for people."""
    words: list[str] = []
    if isinstance(title, str):
        words = [f"with {title!r} in its title"]
    elif title is not None:
        words = [f"whose title matches {title.pattern!r}"]
    return " ".join(["window", *words, *([] if application is None else [f"of {application}"])])
