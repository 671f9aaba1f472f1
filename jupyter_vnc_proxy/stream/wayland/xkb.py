"""Reads a compositor's keyboard map through libxkbcommon, which the engine needs anyway (libxkbcommon0)."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from ..input.keymap import LOCK_MODIFIERS, SET_MODIFIERS, Key, Keymap, KeyType

DOWN, UP = 1, 0
"""Directions of a key (enum xkb_key_direction)."""

DEPRESSED, KEPT, EFFECTIVE, EFFECTIVE_LAYOUT = 1, 2 | 4, 8, 128
"""Components of a state (enum xkb_state_component); ``KEPT`` is latched or locked."""

TEXT_V1 = 1
"""The text format of a map (XKB_KEYMAP_FORMAT_TEXT_V1)."""

MIN_KEYCODE, MAX_KEYCODE = 8, 255
"""X's range of keycodes; Xwayland forwards no others."""

REAL_MODIFIERS = 0xFF

MAX_MASKS = 64
"""The most combinations of modifiers that are read for one level."""


@cache
def library() -> Any:
    """Load libxkbcommon; raise ``OSError`` if it isn't installed."""
    loaded = ctypes.CDLL("libxkbcommon.so.0")
    for name in ("xkb_context_new", "xkb_keymap_new_from_string", "xkb_state_new"):
        getattr(loaded, name).restype = ctypes.c_void_p
    return loaded


class XkbKeymap:
    """Compiles a map's text; raise ``ValueError`` if it isn't one. `keymap` holds its keys."""

    def __init__(self, text: str) -> None:
        self._library = library()
        self._context = ctypes.c_void_p(self._library.xkb_context_new(0))
        self._map = ctypes.c_void_p(self._library.xkb_keymap_new_from_string(self._context, text.encode(), TEXT_V1, 0))
        if not self._map:
            self._library.xkb_context_unref(self._context)
            raise ValueError("this isn't a keyboard map")
        self.keymap = Keymap({keycode: self._key(keycode) for keycode in range(MIN_KEYCODE, MAX_KEYCODE + 1)})

    def state(self) -> XkbState:
        """Return a state with no key pressed."""
        return XkbState(ctypes.c_void_p(self._library.xkb_state_new(self._map)))

    def close(self) -> None:
        """Free it."""
        self._library.xkb_keymap_unref(self._map)
        self._library.xkb_context_unref(self._context)

    def _key(self, keycode: int) -> Key:
        count = self._library.xkb_keymap_num_layouts_for_key(self._map, keycode)
        held, kept = self._effect(keycode) if count else (0, 0)
        groups = tuple(self._group(keycode, layout) for layout in range(count))
        action = bytes([SET_MODIFIERS, 0, held]) if held and not kept else bytes([LOCK_MODIFIERS, 0, kept])
        actions = tuple((action,) * len(symbols) for _, symbols in groups) if held or kept else ()
        return Key(groups, count, actions, held | kept)

    def _effect(self, keycode: int) -> tuple[int, int]:
        """Return the modifiers that a key sets while it is down, and those that it latches or locks."""
        state = self.state()
        state.update(keycode, True)
        held = state.modifiers(DEPRESSED)
        state.update(keycode, False)
        kept = state.modifiers(KEPT)
        state.close()
        return held, kept

    def _group(self, keycode: int, layout: int) -> tuple[KeyType, tuple[int, ...]]:
        symbols: list[int] = []
        levels: dict[int, int] = {}
        for level in range(self._library.xkb_keymap_num_levels_for_key(self._map, keycode, layout)):
            found = ctypes.POINTER(ctypes.c_uint32)()
            place = (self._map, keycode, layout, level)
            several = self._library.xkb_keymap_key_get_syms_by_level(*place, ctypes.byref(found))
            symbols.append(found[0] if several else 0)
            masks = (ctypes.c_uint32 * MAX_MASKS)()
            size = ctypes.c_size_t(MAX_MASKS)
            for index in range(self._library.xkb_keymap_key_get_mods_for_level(*place, masks, size)):
                levels.setdefault(masks[index] & REAL_MODIFIERS, level)
        mask = 0
        for modifiers in levels:
            mask |= modifiers
        return KeyType(mask, levels), tuple(symbols)


class XkbState:
    """The modifiers that are on, after the keys pressed and released so far."""

    def __init__(self, state: ctypes.c_void_p) -> None:
        self._library = library()
        self._state = state

    def update(self, keycode: int, down: bool) -> None:
        """Press or release a key."""
        self._library.xkb_state_update_key(self._state, keycode, DOWN if down else UP)

    def modifiers(self, part: int = EFFECTIVE) -> int:
        """Return the modifiers of a component of the state."""
        return int(self._library.xkb_state_serialize_mods(self._state, part)) & REAL_MODIFIERS

    def group(self) -> int:
        """Return the effective layout."""
        return int(self._library.xkb_state_serialize_layout(self._state, EFFECTIVE_LAYOUT))

    def is_lit(self, name: str) -> bool:
        """Return whether an indicator is on, such as "Caps Lock"."""
        return int(self._library.xkb_state_led_name_is_active(self._state, name.encode())) > 0

    def close(self) -> None:
        """Free it."""
        self._library.xkb_state_unref(self._state)
