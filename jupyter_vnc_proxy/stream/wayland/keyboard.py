"""The compositor's keyboard. Only this process presses its keys, so it knows the state without asking."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..input.keyboard_state import CAPS_LOCK, NUM_LOCK, PRESS, SCROLL_LOCK, KeyboardState, ModifierState, Timer
from ..input.keymap import Key, Keymap, KeyType
from .xkb import XkbKeymap

LIGHTS = {"Caps Lock": CAPS_LOCK, "Num Lock": NUM_LOCK, "Scroll Lock": SCROLL_LOCK}


class WaylandKeyboard(KeyboardState):
    """Keys of ``capture``, pixelflux's ``ScreenCapture``. ``on_locks(state)`` is called when a lock changes.

    Its ``inject_key`` takes XKB's keycodes, though its README says Linux' own (seen in 2.2.1).
    """

    map_change_interval = 0.15
    """Weston and Xwayland both rebuild the keymap for each change; a program that looks up a key after the next change
    may find another meaning."""

    def __init__(self, capture: Any, on_locks: Callable[[int], None], timer: Timer | None = None) -> None:
        super().__init__(timer)
        self._capture = capture
        self._on_locks = on_locks
        self._compiled = XkbKeymap(capture.get_xkb_keymap_string())
        self._state = self._compiled.state()
        self._keymap = self._compiled.keymap
        self._pressed: dict[int, None] = {}
        """Keys that are down, in the order of their presses."""

    @property
    def keymap(self) -> Keymap:
        """The current map."""
        return self._keymap

    def state(self) -> ModifierState:
        """Return the effective modifiers and group."""
        return ModifierState(self._state.modifiers(), self._state.group())

    def lock_state(self) -> int:
        """Return the locks that are on."""
        return sum(bit for name, bit in LIGHTS.items() if self._state.is_lit(name))

    def holding(self, modifier: int, group: int) -> list[int]:
        """Return the keys that are down and set a modifier."""
        return [keycode for keycode in self._pressed if self._keymap.keys[keycode].changes(group)[0] & modifier]

    def flush(self) -> None:
        """Do nothing: key events are sent at once."""

    def _fake(self, event: int, keycode: int) -> None:
        down = event == PRESS
        locks = self.lock_state()
        self._state.update(keycode, down)
        if down:
            self._pressed[keycode] = None
        else:
            self._pressed.pop(keycode, None)
        self._capture.inject_key(keycode, int(down))
        if (now := self.lock_state()) != locks:
            self._on_locks(now)

    # -- spare keys ---------------------------------------------------------------------------------------------------

    def _map(self, keycode: int, keysym: int) -> None:
        symbols = ((KeyType(0, {}), (keysym,)),) if keysym else ()
        original = self._compiled.keymap.keys[keycode]
        self._keymap = Keymap({**self._keymap.keys, keycode: Key(symbols, 1, (), 0) if keysym else original})
        self._overlay()

    def _overlay(self) -> None:
        """Replace the compositor's spare keys.

        Weston takes a new map only while no key is down (weston_seat_update_keymap): release all keys first, then
        press modifiers again. Other keys stay released, because pressing them again would type.
        """
        group = self._state.group()
        lifted = list(self._pressed)
        for keycode in lifted:
            self._capture.inject_key(keycode, 0)
        self._capture.set_keymap_overlay(list(self._spares.items()))
        for keycode in lifted:
            if self._keymap.keys[keycode].changes(group)[0]:
                self._capture.inject_key(keycode, 1)
        self._changed = time.monotonic()

    def put_back(self) -> None:
        """Clear all spare keys, unless one is down."""
        if self._spares and not any(self._down[keycode] for keycode in self._spares):
            self._spares.clear()
            self._keymap = self._compiled.keymap
            self._overlay()

    def close(self) -> None:
        """Release all keys."""
        for keycode in list(self._pressed):
            self._fake(0, keycode)
        self._down.clear()
        self.put_back()
        self._state.close()
        self._compiled.close()
