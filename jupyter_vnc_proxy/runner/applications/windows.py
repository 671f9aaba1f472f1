"""The windows of an application that is alone on its display: the first fills it, the others lie above that."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path

import xcffib
import xcffib.xproto as x

from ...options import Area
from ...system.x_clients.windows import WindowGone, Windows

ADD = 1
"""An action of _NET_WM_STATE, beside `windows.REMOVE`."""

HINTS = "_MOTIF_WM_HINTS"
HINT_WORDS = 5
DECORATIONS_HINT = 2
"""The length of that property, and the flag in its first word that makes its third one count (Motif's MwmUtil.h)."""

NORMAL_HINTS = "WM_NORMAL_HINTS"
SIZE_FLAGS = 0b11 << 4
"""Its flags for a smallest and a largest size, which words 5 to 8 are (ICCCM, section 4.1.2.3)."""

STATE = "_NET_WM_STATE"
MAXIMIZED = (f"{STATE}_MAXIMIZED_VERT", f"{STATE}_MAXIMIZED_HORZ")

MAX_REQUESTS = 20
"""Changes of one window, so that no program is fought for ever that undoes each."""


class ApplicationWindows(Windows):
    """The windows on ``display``, kept in shape by `handle_events`, which is to be called when the socket is readable.

    Everything raises ``xcffib.ConnectionException`` if the display is gone.
    """

    def __init__(self, display: str, xauthority: Path) -> None:
        super().__init__(display, xauthority)
        self._known: dict[int, int] = {}
        """The requests for each window."""
        self._main: int | None = None
        self.count = 0
        """The windows that are open."""
        self.had_any = False
        self.is_managed = False
        """Whether a window manager runs."""
        self._x.core.ChangeWindowAttributes(self._root, x.CW.EventMask, [x.EventMask.PropertyChange])
        self._update()

    def fileno(self) -> int:
        """Return the descriptor of the socket."""
        return int(self._x.get_file_descriptor())

    def handle_events(self) -> None:
        """Read all events, and bring the windows into shape."""
        while self._drain():  # replies may have brought further events
            self._update()

    def _drain(self) -> bool:
        found = False
        while True:
            with contextlib.suppress(xcffib.Error):  # of a request about a window that is gone
                if self._x.poll_for_event() is None:
                    return found
            found = True

    def _update(self) -> None:
        self.is_managed = self._manages("_NET_CLIENT_LIST")
        ids = self._words(self._root, "_NET_CLIENT_LIST") if self.is_managed else []
        self._known = {each: self._known.get(each, -1) for each in ids}
        for each in ids:
            if self._known[each] < 0:
                self._known[each] = 0
                self._x.core.ChangeWindowAttributes(each, x.CW.EventMask, [x.EventMask.PropertyChange])
        self.count = len(ids)
        self.had_any = self.had_any or bool(ids)
        if self._main not in ids:
            self._main = next(self._candidates(ids), None)
        for each in ids:
            with contextlib.suppress(WindowGone):
                self._shape(each)
        self._x.flush()

    def _candidates(self, ids: list[int]) -> Iterator[int]:
        for each in ids:
            with contextlib.suppress(WindowGone):
                if self._is_normal(each) and self._is_resizable(each):
                    yield each

    def _shape(self, window: int) -> None:
        """Change one step of what is wrong about a window; the change's event leads to the next."""
        states = set(self._words(window, STATE))
        if self._atom(f"{STATE}_HIDDEN") in states:
            if self._may_ask(window):
                self.activate(window)  # there is no panel to bring it back
        elif window == self._main:
            if self._is_decorated(window) and self._may_ask(window):
                self._undecorate(window)
            wanted = [self._atom(each) for each in MAXIMIZED]
            if (
                not states.issuperset(wanted)
                and self._atom(f"{STATE}_FULLSCREEN") not in states
                and self._may_ask(window)
            ):
                self._ask(window, STATE, ADD, *wanted, 2)
            self._keep_above(window, states, wanted=False)
        elif self._atom(f"{STATE}_FULLSCREEN") not in states:
            self._fit(window)
            if self._is_normal(window):
                self._keep_above(window, states, wanted=True)

    def _fit(self, window: int) -> None:
        """Shrink a window that is larger than the display: GTK's file dialogs have buttons at their lower edge."""
        shown, screen = self.get(window), self._x.core.GetGeometry(self._root).reply()
        area, frame = shown.area, shown.frame
        width = min(area.width, screen.width - (frame.width - area.width))
        height = min(area.height, screen.height - (frame.height - area.height))
        if min(width, height) > 0 and (width, height) != (area.width, area.height) and self._may_ask(window):
            self.place(window, Area(area.x - frame.x, area.y - frame.y, width, height))

    def _keep_above(self, window: int, states: set[int], wanted: bool) -> None:
        """Let a second window stay above the first, or not any more: nothing else could bring it back to the front."""
        above = self._atom(f"{STATE}_ABOVE")
        if (above in states) != wanted and self._may_ask(window):
            self._ask(window, STATE, int(wanted), above, 0, 2)

    def _may_ask(self, window: int) -> bool:
        self._known[window] += 1
        return self._known[window] <= MAX_REQUESTS

    def _is_normal(self, window: int) -> bool:
        types = self._words(window, "_NET_WM_WINDOW_TYPE")
        if types and self._atom("_NET_WM_WINDOW_TYPE_NORMAL") not in types:
            return False
        modal = self._atom(f"{STATE}_MODAL") in self._words(window, STATE)
        return not modal and not self._words(window, "WM_TRANSIENT_FOR")

    def _is_resizable(self, window: int) -> bool:
        hints = self._words(window, NORMAL_HINTS)
        return len(hints) < 9 or hints[0] & SIZE_FLAGS != SIZE_FLAGS or hints[5:7] != hints[7:9]

    def _is_decorated(self, window: int) -> bool:
        hints = self._words(window, HINTS)
        return len(hints) < HINT_WORDS or not hints[0] & DECORATIONS_HINT or hints[2] != 0

    def _undecorate(self, window: int) -> None:
        hints = self._words(window, HINTS)
        hints = hints[:HINT_WORDS] if len(hints) >= HINT_WORDS else [0] * HINT_WORDS
        hints[0], hints[2] = hints[0] | DECORATIONS_HINT, 0
        atom, data = self._atom(HINTS), struct.pack(f"={HINT_WORDS}I", *hints)
        with self._checking():
            self._x.core.ChangeProperty(
                x.PropMode.Replace, window, atom, atom, 32, HINT_WORDS, data, is_checked=True
            ).check()
