"""An X display's keyboard: its map, its locks, and its keys through XTEST."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import xcffib
import xcffib.xproto
import xcffib.xtest

from ...rfb.keysyms import canonical
from ...system.x_connection import XConnection
from ..errors import DisplayGone
from ..input.keyboard_state import CAPS_LOCK, NUM_LOCK, RELEASE, SCROLL_LOCK, KeyboardState, ModifierState, Timer
from ..input.keymap import Keymap
from . import xkb
from .errors import raises_display_gone
from .keymap import fetch

_INDICATORS = {0: CAPS_LOCK, 1: NUM_LOCK, 2: SCROLL_LOCK}
"""Bits of the X server's indicators: their order in the keycodes of every PC keyboard (keycodes/evdev)."""


class XKeyboard(KeyboardState):
    """A display's keyboard, on a connection of its own, which the caller closes.

    Waiting for a reply on a shared connection would queue events that came before it, and its socket would not become
    readable again. Call `handle_events` once at the start, and whenever `fileno` is readable.
    ``on_locks(state)`` is called when a lock changes. With ``timer`` spare keys are put back when they have not been
    used for `SPARE_KEY_TIMEOUT_SECONDS` (else `put_back` and `close` do), and keys wait for the map to settle.
    """

    def __init__(
        self, connection: XConnection, on_locks: Callable[[int], None] | None = None, timer: Timer | None = None
    ) -> None:
        super().__init__(timer)
        self._on_locks = on_locks
        self._keymap: Keymap | None = None
        self._open(connection)
        self._locks = self._lit()

    def _open(self, connection: XConnection) -> None:
        self.connection = connection
        self._xkb: xkb.Xkb = connection(xkb.KEY)
        self._xtest = connection(xcffib.xtest.key)
        self._xkb.start()
        self._xkb.select(xkb.NEW_KEYBOARD, xkb.MAP, xkb.INDICATOR_STATE)

    def reopen(self, connection: XConnection) -> None:
        """Go on with another connection after the last one has failed."""
        self._open(connection)
        self._forget_map()
        self._notice_locks()

    # -- following ----------------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """Return the connection's socket, which becomes readable when events wait."""
        return int(self.connection.get_file_descriptor())

    def handle_events(self) -> bool:
        """Handle waiting events; return ``False`` if the display is gone."""
        try:
            while self._handle_event():
                pass
        except (xcffib.ConnectionException, DisplayGone):
            return False
        return True

    def _handle_event(self) -> bool:
        event = self.connection.poll_for_event()
        if event is None:
            return False
        if isinstance(event, xcffib.xproto.MappingNotifyEvent):
            self._forget_map()
        elif isinstance(event, xkb.XkbEvent):
            if event.kind == xkb.INDICATOR_STATE:
                self._notice_locks()
            else:
                self._forget_map()
        return True

    def _forget_map(self) -> None:
        self._keymap = None
        self._changed = time.monotonic()

    def _notice_locks(self) -> None:
        before, self._locks = self._locks, self._lit()
        if self._locks != before and self._on_locks is not None:
            self._on_locks(self._locks)

    @raises_display_gone()
    def lock_state(self) -> int:
        """Return the locks that are on (`SCROLL_LOCK`, `NUM_LOCK`, `CAPS_LOCK`), after handling earlier events."""
        self._notice_locks()
        self.handle_events()
        return self._locks

    @raises_display_gone()
    def _lit(self) -> int:
        """Ask for the locks; return the last known if the X server does not respond."""
        if getattr(self.connection, "timed_out", False):
            return self._locks
        lit = self._xkb.indicators()
        return sum(bit for index, bit in _INDICATORS.items() if lit >> index & 1)

    @raises_display_gone()
    def state(self) -> ModifierState:
        """Return the effective modifiers and group, after handling earlier events.

        This also switches off the X server's auto-repeat, which the session's settings may have switched on: a key
        would repeat for as long as a slow link delays its release.
        """
        state = self._xkb.ask_state()
        control = self.connection.core.GetKeyboardControl()
        modifiers, group = xkb.state_of(state)
        if control.reply().global_auto_repeat:
            self._repeat_by_server(False)
        self.handle_events()
        return ModifierState(modifiers, group)

    def _repeat_by_server(self, on: bool) -> None:
        self.connection.core.ChangeKeyboardControl(xcffib.xproto.KB.AutoRepeatMode, [int(on)])

    @property
    @raises_display_gone()
    def keymap(self) -> Keymap:
        """The current map; fetched again after an event has reported a change."""
        if self._keymap is None:
            self._keymap = keymap = fetch(self.connection)
            for keycode, keysym in list(self._spares.items()):
                if not any(canonical(keysym) in map(canonical, symbols) for _, symbols in keymap.keys[keycode].groups):
                    del self._spares[keycode]  # another layout was set
        return self._keymap

    # -- keys ---------------------------------------------------------------------------------------------------------

    @raises_display_gone()
    def holding(self, modifier: int, group: int) -> list[int]:
        """Return the keys that are down and set a modifier, including keys that other programs pressed."""
        down = bytes(self.connection.core.QueryKeymap().reply().keys)
        pressed = [keycode for keycode in self.keymap.keys if down[keycode >> 3] >> (keycode & 7) & 1]
        return [keycode for keycode in pressed if self.keymap.keys[keycode].changes(group)[0] & modifier]

    @raises_display_gone()
    def _fake(self, event: int, keycode: int) -> None:
        self._xtest.FakeInput(event, keycode, 0, 0, 0, 0, 0)

    @raises_display_gone()
    def flush(self) -> None:
        """Send the queued key events, and handle waiting events."""
        self.connection.flush()
        self.handle_events()

    @raises_display_gone()
    def _map(self, keycode: int, keysym: int) -> None:
        # From a single letter the server derives the small and the capital one (X protocol, section 5).
        self.connection.core.ChangeKeyboardMapping(1, keycode, 1, [keysym])
        self._forget_map()

    def _look_after_spares(self) -> None:
        with contextlib.suppress(xcffib.XcffibException, DisplayGone):  # the display is gone
            super()._look_after_spares()

    def close(self) -> None:
        """Leave the keyboard as it was found; the connection stays open."""
        with contextlib.suppress(xcffib.XcffibException, DisplayGone):
            for keycode in list(self._down):
                self._fake(RELEASE, keycode)
            self._down.clear()
            self.put_back()
            self._repeat_by_server(True)
            self.connection.flush()
