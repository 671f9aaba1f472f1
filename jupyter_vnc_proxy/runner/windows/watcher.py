"""Watches the windows of an X display, through its window manager's list or the X server's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import xcffib
import xcffib.xproto as x

from ...system.x_clients.windows import WindowGone, Windows

SETTLE_SECONDS = 0.2
"""Windows that appear or close within this time are reported together; programs set titles in it, too."""

CLIENTS = "_NET_CLIENT_LIST"
MANAGER = "_NET_SUPPORTING_WM_CHECK"

PROGRAM_TYPES = frozenset({"NORMAL", "DIALOG", "UTILITY", "TOOLBAR", "MENU"})
"""The types of windows that programs open for people; others are panels, splash screens and notifications."""

URGENT = 1 << 8
"""The flag XUrgencyHint of WM_HINTS (ICCCM, section 4.1.2.4)."""


class NewWindow:
    """What a window tells of itself when it appears."""

    def __init__(self, title: str, application: str, dialog: bool, urgent: bool) -> None:
        self.title = title
        self.application = application
        self.dialog = dialog
        self.urgent = urgent


class WindowWatcher(Windows):
    """Calls ``on_change`` with the open windows of programs, by id, whenever that changed; from the event loop.

    It waits for events: the window manager's list, or, without one, windows that the X server shows and hides.
    """

    def __init__(self, display: str, xauthority: Path, on_change: Callable[[dict[int, NewWindow]], None]) -> None:
        super().__init__(display, xauthority)
        self._on_change = on_change
        self._known: dict[int, NewWindow | None] = {}
        self._is_managed: bool | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._fileno = int(self._x.get_file_descriptor())
        self._events = {self._atom(name) for name in (CLIENTS, MANAGER)}
        self._types = {self._atom(f"_NET_WM_WINDOW_TYPE_{each}"): each for each in PROGRAM_TYPES}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fileno, self._readable)
        self._read_soon()

    def close(self) -> None:
        """Close the connection; do nothing if it is closed."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._fileno >= 0:
            self._loop.remove_reader(self._fileno)
            self._fileno = -1
            super().close()

    def _readable(self) -> None:
        try:
            while (event := self._x.poll_for_event()) is not None:
                if isinstance(event, x.PropertyNotifyEvent):
                    matters = event.atom in self._events
                else:
                    matters = isinstance(event, (x.MapNotifyEvent, x.UnmapNotifyEvent, x.DestroyNotifyEvent))
                if matters:
                    self._read_soon()
        except xcffib.ConnectionException:
            self.close()  # the display is gone

    def _read_soon(self) -> None:
        if self._reading is None:
            self._reading = self._loop.call_later(SETTLE_SECONDS, self._read)

    def _read(self) -> None:
        self._reading = None
        try:
            self._choose_events()
            before = self._open()
            ids = self._words(self._root, CLIENTS) if self._is_managed else self._unmanaged()
            self._known = {each: self._known[each] if each in self._known else self._described(each) for each in ids}
        except (xcffib.ConnectionException, WindowGone):
            self.close()
            return
        if self._open().keys() != before.keys():
            self._on_change(self._open())
        self._readable()  # events that were read while we waited for replies

    def _open(self) -> dict[int, NewWindow]:
        return {window: found for window, found in self._known.items() if found is not None}

    def _choose_events(self) -> None:
        """Ask for the X server's events about windows only if no window manager lists them: menus cause many."""
        is_managed = self._manages(CLIENTS)
        if is_managed != self._is_managed:
            self._is_managed = is_managed
            more = 0 if is_managed else x.EventMask.SubstructureNotify
            mask = [x.EventMask.PropertyChange | more]
            self._x.core.ChangeWindowAttributes(self._root, x.CW.EventMask, mask, is_checked=True).check()
            if self._manages(CLIENTS) != is_managed:  # it changed before we would have been told
                self._read_soon()

    def _described(self, window: int) -> NewWindow | None:
        """Return what a window is; ``None`` if it is closed by now, or no program's."""
        try:
            types = self._words(window, "_NET_WM_WINDOW_TYPE")
            kind = next((self._types.get(each, "") for each in types), "NORMAL")
            if not kind:
                return None
            states = self._words(window, "_NET_WM_STATE")
            modal, attention = self._atom("_NET_WM_STATE_MODAL"), self._atom("_NET_WM_STATE_DEMANDS_ATTENTION")
            hints = self._words(window, "WM_HINTS")
            names = self._text(window, "WM_CLASS").split("\0")
            return NewWindow(
                title=self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME"),
                application=names[1] if len(names) > 1 else names[0],
                dialog=kind == "DIALOG" or modal in states or bool(self._words(window, "WM_TRANSIENT_FOR")),
                urgent=attention in states or bool(hints and hints[0] & URGENT),
            )
        except WindowGone:
            return None
