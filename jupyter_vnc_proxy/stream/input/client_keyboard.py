"""One client's keys: translates its key events (a keysym, perhaps a scan code) to keys of the display's keyboard.

A client sends a character; the display's layout may have it on another key or level, or not at all. Then Shift and
AltGr are pressed or released around the key, or a spare key is mapped to it. TigerVNC's Xvnc does the same inside the
X server (unix/xserver/hw/vnc/vncInput.c).
"""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from itertools import combinations
from typing import NamedTuple

from ...rfb.keysyms import LEFT_TAB, TAB, TWINS, canonical, is_keypad, is_text
from ...rfb.scancodes import keycode_of
from ..errors import DisplayGone
from .keyboard_state import PRESS, RELEASE, KeyboardState, ModifierState
from .keymap import CONTROL, LOCK, MOD1, NEVER_TYPED, SHIFT

log = logging.getLogger("jupyter_vnc_proxy.stream")

SUPER = 0x40
"""Mod4, which Super and Hyper set on every PC keyboard (symbols/pc)."""

COMMAND = CONTROL | MOD1 | SUPER
"""Modifiers that make a key a command instead of text."""

LAST_ASCII = 0x7E


class Plan(NamedTuple):
    """A key that gives the wanted keysym once the modifiers ``flips`` are inverted."""

    keycode: int
    flips: int = 0


class Held(NamedTuple):
    """The keysym and keycode that a key was pressed with."""

    keysym: int
    keycode: int


class _LaterError(Exception):
    """The keyboard's map has just changed, and must not change again for some seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class ClientKeyboard:
    """The keys that one client holds down. Clients that share a `KeyboardState` don't release each other's keys."""

    def __init__(self, layout: KeyboardState) -> None:
        self._layout = layout
        self._held: dict[tuple[str, int], Held] = {}
        self._waiting: deque[tuple[int, bool, int]] = deque()
        self._timed = False

    # -- key events ---------------------------------------------------------------------------------------------

    def key(self, keysym: int, down: bool, scancode: int | None = None) -> None:
        """Press or release the key for ``keysym`` (X11/keysymdef.h; 0 if the client knows only the scan code).

        ``scancode`` is QEMU's (XT, set 1), ``None`` or 0 if unknown. It selects among several keys with the keysym, and
        is the key itself if the keysym is 0, or is part of a command and not in the layout. A key that is already down
        repeats. If a key must wait until the map may change, later keys wait too.
        Raise `DisplayGone` if the display is gone.
        """
        self._waiting.append((TAB if keysym == LEFT_TAB else keysym, down, scancode or 0))
        if not self._timed:
            self._work()

    def _work(self) -> None:
        while self._waiting:
            keysym, down, scancode = self._waiting[0]
            try:
                (self._press if down else self._release)(keysym, scancode)
            except _LaterError as later:
                assert self._layout.timer is not None
                self._timed = True
                self._layout.timer(later.seconds, self._resume)
                break
            self._waiting.popleft()
        self._layout.flush()

    def _resume(self) -> None:
        self._timed = False
        with contextlib.suppress(DisplayGone):  # the display is gone
            self._work()

    def release_all(self) -> None:
        """Release all keys; never raises, even if the display is gone."""
        self._waiting.clear()
        held, self._held = self._held, {}
        with contextlib.suppress(DisplayGone):
            for each in reversed(held.values()):
                self._layout.release(each.keycode)
            self._layout.flush()

    # -- pressing -----------------------------------------------------------------------------------------------------

    def _press(self, keysym: int, scancode: int) -> None:
        state = self._layout.state()
        keymap = self._layout.keymap
        identity = _identity(keysym, scancode)
        held = self._held.get(identity)
        if held is not None:
            if keymap.is_modifier(held.keycode, state.group):
                return
            self._layout.release(self._held.pop(identity).keycode)
        plan = self._plan(keysym, keycode_of(scancode), state)
        if plan is None or plan.keycode not in self._layout.keymap.keys:
            log.debug("ignored a key: the keyboard has no spare key left")
            return
        self._held[identity] = Held(keysym, plan.keycode)
        if self._layout.keymap.is_modifier(plan.keycode, state.group) and not plan.flips:
            self._layout.hold(plan.keycode)
            return
        with self._layout.pretending(self._fakes(plan.flips, state)):
            self._layout.press(plan.keycode)

    def _release(self, keysym: int, scancode: int) -> None:
        identity = _identity(keysym, scancode)
        if identity not in self._held:
            # Some clients omit the scan code, or send another level's keysym if Shift was released first.
            found = [key for key, held in self._held.items() if held.keysym == keysym]
            found += [key for key, held in self._held.items() if self._has(held.keycode, keysym)]
            if not found:
                return
            identity = found[0]
        self._layout.release(self._held.pop(identity).keycode)

    def _has(self, keycode: int, keysym: int) -> bool:
        key = self._layout.keymap.keys.get(keycode)
        wanted = canonical(keysym)
        return key is not None and any(wanted in map(canonical, symbols) for _, symbols in key.groups)

    def _fakes(self, flips: int, state: ModifierState) -> dict[int, int]:
        """Return the keys to press or release (keycode → event) to invert the modifiers ``flips``."""
        fakes: dict[int, int] = {}
        for modifier, keycode in self._layout.keymap.shifters(state.group).items():
            if flips & modifier & ~state.modifiers:
                fakes[keycode] = PRESS
            elif flips & modifier:
                fakes.update(dict.fromkeys(self._layout.holding(modifier, state.group), RELEASE))
        return fakes

    # -- finding the key ----------------------------------------------------------------------------------------------

    def _plan(self, keysym: int, physical: int | None, state: ModifierState) -> Plan | None:
        if not keysym:
            return None if physical is None else Plan(physical)
        plan = self._find(keysym, physical, state)
        # Some programs distinguish a faked Shift on the keypad from NumLock; prefer the main block's key.
        if plan is None or (plan.flips & SHIFT and is_keypad(keysym)):
            twin = self._find(TWINS[keysym], None, state) if keysym in TWINS else None
            plan = twin if plan is None or (twin is not None and not twin.flips) else plan
        if plan is not None:
            return plan
        if state.modifiers & COMMAND and physical is not None and not keysym <= LAST_ASCII:
            return Plan(physical)  # the layout has other letters: a command is identified by its key
        if seconds := self._layout.settling():
            raise _LaterError(seconds)
        spare = self._layout.spare(keysym)
        return None if spare is None else self._find(keysym, spare, state) or Plan(spare)

    def _find(self, keysym: int, physical: int | None, state: ModifierState) -> Plan | None:
        """Find the key that needs the fewest fakes; prefer the one that was pressed, then real ones."""
        keymap, group = self._layout.keymap, state.group
        places = keymap.places(keysym, group)
        places.sort(key=lambda keycode: keycode != physical)
        if not is_text(keysym) and (found := self._function_key(keysym, physical, places, state)):
            return Plan(found)
        shifters = list(keymap.shifters(group))
        for count in range(len(shifters) + 1):
            for chosen in combinations(shifters, count):
                flips = sum(chosen)
                for keycode in places:
                    if keymap.gives(keycode, group, state.modifiers ^ flips, keysym):
                        return Plan(keycode, self._without_case(keycode, flips, state))
        return None

    def _function_key(self, keysym: int, physical: int | None, places: list[int], state: ModifierState) -> int | None:
        """Find a function key without faking modifiers: the X server itself makes SysRq of Alt+Print."""
        keymap = self._layout.keymap
        real = [each for each in places if each not in NEVER_TYPED]
        plain = [each for each in real if each == physical or keymap.gives(each, state.group, 0, keysym)]
        exact = [each for each in places if keymap.gives(each, state.group, state.modifiers, keysym)]
        return next(iter([*plain, *exact, *real]), None)

    def _without_case(self, keycode: int, flips: int, state: ModifierState) -> int:
        """Don't fake Shift for a command if it only selects the case of a letter: Ctrl+C is Ctrl+c."""
        key = self._layout.keymap.keys[keycode]
        kind, _ = key.groups[key.group(state.group)]
        return flips & ~SHIFT if state.modifiers & COMMAND and kind.mask & LOCK else flips


def _identity(keysym: int, scancode: int) -> tuple[str, int]:
    return ("scancode", scancode) if scancode else ("keysym", keysym)
