"""The windows of a display, listed and changed through its window manager (Extended Window Manager Hints 1.5).

Without a window manager, or if it doesn't support a request, the X server is asked instead.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xcffib.xproto as x

from ...options import Area
from ..x_display import connect, intern_atom

BY_A_PAGER = 2
"""The source indication of a request that the user has made: window managers fulfil it at once."""

STATIC_GRAVITY = 10
"""The gravity with which a position is that of the window without its decoration (ICCCM, section 4.1.2.3)."""

PLACED = STATIC_GRAVITY | 0b1111 << 8 | BY_A_PAGER << 12
"""The flags of _NET_MOVERESIZE_WINDOW that say x, y, width and height are present."""

REMOVE = 0
"""The action of _NET_WM_STATE."""

MAX_DECORATION_DEPTH = 4
"""Windows within each other that a window manager puts around a program's."""

MAX_WORDS = 1 << 16
"""The length of the longest property that is read, in units of 4 bytes."""


@dataclass(frozen=True)
class Window:
    """A window: its identifier, title, application (the class of WM_CLASS), position and size in pixels.

    ``area`` is the program's own part, ``frame`` includes what the window manager draws around it. ``pid`` is ``None``
    if the program doesn't tell. The window has all of this at the time when it is listed.
    """

    id: int
    title: str
    application: str
    area: Area
    frame: Area
    pid: int | None
    is_active: bool
    is_minimized: bool


class WindowGone(LookupError):
    """The window is closed."""


class Windows:
    """The windows of a display, over a connection that `close` ends.

    Everything raises ``xcffib.ConnectionException`` if the display is gone or hangs, `WindowGone` for a closed window.
    """

    def __init__(self, display: str, xauthority: Path) -> None:
        self._x = connect(display, xauthority)
        self._root = self._x.get_setup().roots[0].root
        self._atoms: dict[str, int] = {}

    def close(self) -> None:
        """Close the connection."""
        self._x.disconnect()

    def all(self) -> list[Window]:
        """Return the windows, in the order in which they were opened."""
        ids = self._words(self._root, "_NET_CLIENT_LIST") if self._manages("_NET_CLIENT_LIST") else self._unmanaged()
        active = self._active()
        found = []
        for each in ids:
            with contextlib.suppress(WindowGone):
                found.append(self._window(each, active))
        return found

    def get(self, window: int) -> Window:
        """Return a window as it is now."""
        return self._window(window, self._active())

    def activate(self, window: int) -> None:
        """Ask for a window to be raised and get the input focus."""
        if self._manages("_NET_ACTIVE_WINDOW"):
            self._ask(window, "_NET_ACTIVE_WINDOW", BY_A_PAGER)
        else:
            with self._checking():
                self._x.core.ConfigureWindow(
                    window, x.ConfigWindow.StackMode, [x.StackMode.Above], is_checked=True
                ).check()
                self._x.core.SetInputFocus(x.InputFocus.Parent, window, x.Time.CurrentTime, is_checked=True).check()

    def request_close(self, window: int) -> None:
        """Ask a window's program to close it; the program may ask the user first."""
        if self._manages("_NET_CLOSE_WINDOW"):
            self._ask(window, "_NET_CLOSE_WINDOW", x.Time.CurrentTime, BY_A_PAGER)
        elif self._atom("WM_DELETE_WINDOW") in self._words(window, "WM_PROTOCOLS"):
            message = (self._atom("WM_DELETE_WINDOW"), x.Time.CurrentTime)
            self._send(window, window, "WM_PROTOCOLS", message, x.EventMask.NoEvent)
        else:
            with self._checking():
                self._x.core.KillClient(window, is_checked=True).check()

    def place(self, window: int, area: Area) -> None:
        """Ask for a position and size of a window without its decoration; it doesn't stay maximized."""
        state = "_NET_WM_STATE"
        if self._manages(state):
            maximized = (self._atom(f"{state}_MAXIMIZED_VERT"), self._atom(f"{state}_MAXIMIZED_HORZ"))
            self._ask(window, state, REMOVE, *maximized, BY_A_PAGER)
        if self._manages("_NET_MOVERESIZE_WINDOW"):
            self._ask(window, "_NET_MOVERESIZE_WINDOW", PLACED, *area)
            return
        mask = x.ConfigWindow.X | x.ConfigWindow.Y | x.ConfigWindow.Width | x.ConfigWindow.Height
        with self._checking():
            border = self._x.core.GetGeometry(window).reply().border_width
            outside = (area.x - border, area.y - border, area.width, area.height)
            values = [word & 0xFFFFFFFF for word in outside]
            self._x.core.ConfigureWindow(window, mask, values, is_checked=True).check()

    # -- one window ---------------------------------------------------------------------------------------------------

    def _window(self, window: int, active: int) -> Window:
        with self._checking():
            size = self._x.core.GetGeometry(window).reply()
            corner = self._x.core.TranslateCoordinates(window, self._root, 0, 0).reply()
        area = Area(corner.dst_x, corner.dst_y, size.width, size.height)
        extents = self._words(window, "_NET_FRAME_EXTENTS")
        left, right, top, bottom = extents if len(extents) == 4 else (0, 0, 0, 0)
        pid = self._words(window, "_NET_WM_PID")
        names = self._text(window, "WM_CLASS").split("\0")
        return Window(
            id=window,
            title=self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME"),
            application=names[1] if len(names) > 1 else names[0],
            area=area,
            frame=Area(area.x - left, area.y - top, area.width + left + right, area.height + top + bottom),
            pid=pid[0] if pid else None,
            is_active=window == active,
            is_minimized=self._atom("_NET_WM_STATE_HIDDEN") in self._words(window, "_NET_WM_STATE"),
        )

    def _active(self) -> int:
        """Return the active window; without a window manager, the one that has the focus."""
        if self._manages("_NET_ACTIVE_WINDOW"):
            return next(iter(self._words(self._root, "_NET_ACTIVE_WINDOW")), 0)
        return int(self._x.core.GetInputFocus().reply().focus)

    def _unmanaged(self) -> list[int]:
        """Return the visible windows of a display without a window manager, or with one that doesn't list them."""
        children = self._x.core.QueryTree(self._root).reply().children
        found = []
        for window, cookie in [(each, self._x.core.GetWindowAttributes(each)) for each in children]:
            with contextlib.suppress(WindowGone), self._checking():
                attributes = cookie.reply()
                if attributes.map_state == x.MapState.Viewable:
                    client = self._client(window)
                    found += [client] if client else [] if attributes.override_redirect else [window]
        return found

    def _client(self, window: int) -> int:
        """Return the program's window in a decoration, the one with WM_STATE (ICCCM, section 4.1.3.1), or 0."""
        level = [window]
        for _ in range(MAX_DECORATION_DEPTH):
            for each in level:
                if self._words(each, "WM_STATE"):
                    return each
            level = [child for each in level for child in self._x.core.QueryTree(each).reply().children]
        return 0

    # -- properties and messages --------------------------------------------------------------------------------------

    def _manages(self, hint: str) -> bool:
        """Return whether a window manager runs that supports a hint."""
        manager = self._words(self._root, "_NET_SUPPORTING_WM_CHECK")
        with contextlib.suppress(WindowGone):
            # The property of a window manager that has ended stays on the root window.
            alive = bool(manager) and self._words(manager[0], "_NET_SUPPORTING_WM_CHECK") == manager
            return alive and self._atom(hint) in self._words(self._root, "_NET_SUPPORTED")
        return False

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = intern_atom(self._x, name)
        return self._atoms[name]

    def _property(self, window: int, name: str) -> Any:
        with self._checking():
            return self._x.core.GetProperty(False, window, self._atom(name), x.Atom.Any, 0, MAX_WORDS).reply()

    def _words(self, window: int, name: str) -> list[int]:
        """Return a property's numbers of 32 bits; none if it is missing or of another form."""
        reply = self._property(window, name)
        data = bytes(reply.value.buf()) if reply.format == 32 else b""
        return list(struct.unpack(f"={len(data) // 4}I", data))

    def _text(self, window: int, name: str) -> str:
        """Return a property's text, of STRING in Latin-1 and else in UTF-8."""
        reply = self._property(window, name)
        data = bytes(reply.value.buf()) if reply.format == 8 else b""
        if reply.type == x.Atom.STRING:
            return data.decode("latin-1")
        return data.decode("utf-8", "replace")

    def _ask(self, window: int, message: str, *data: int) -> None:
        """Send a client message about a window to the window manager."""
        with self._checking():
            self._x.core.GetGeometry(window).reply()  # window managers ignore messages about windows that are gone
        mask = x.EventMask.SubstructureNotify | x.EventMask.SubstructureRedirect
        self._send(self._root, window, message, data, mask)

    def _send(self, receiver: int, window: int, message: str, data: Sequence[int], mask: int) -> None:
        words = [each & 0xFFFFFFFF for each in data]
        content = x.ClientMessageData.synthetic([*words, *[0] * (5 - len(words))], "I" * 5)
        event = x.ClientMessageEvent.synthetic(32, window, self._atom(message), content)
        with self._checking():
            self._x.core.SendEvent(False, receiver, mask, event.pack(), is_checked=True).check()

    @contextlib.contextmanager
    def _checking(self) -> Iterator[None]:
        """Turn the errors of a window that is gone into `WindowGone`."""
        try:
            yield
        except (x.WindowError, x.DrawableError, x.MatchError, x.ValueError) as error:
            raise WindowGone from error
