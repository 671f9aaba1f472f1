"""A keyboard map as data: which keysym a key gives in which modifier state.

A key's type says which modifiers select its shift level (XKB protocol, "Key Types" and "Key Symbol Map").
"""

from __future__ import annotations

from typing import NamedTuple

from ...rfb.keysyms import LEVEL_KEYSYMS, SHIFT_KEYSYMS, canonical

SHIFT, LOCK, CONTROL, MOD1 = 0x01, 0x02, 0x04, 0x08
"""Bits of a modifier state whose meaning the core protocol fixes (Mod1 is Alt by convention)."""

SET_MODIFIERS, LATCH_MODIFIERS, LOCK_MODIFIERS = 1, 2, 3
USE_MODIFIER_MAP = 0x04
"""Actions of keys, and the flag of an action that takes its modifiers from the modifier map (XkbSA_*)."""

CLAMP, REDIRECT = 0x40, 0x80
"""How a key handles a group that it lacks (XkbClampIntoRange, XkbRedirectIntoRange; else it wraps)."""

LEAST = 8
"""The lowest keycode, which is no key."""

NEVER_TYPED = frozenset((92, 203, 204, 205, 206, 207))
"""Keycodes that no keyboard sends: evdev maps modifiers there that the layout may lack (keycodes/evdev)."""


class KeyType(NamedTuple):
    """The modifiers (``mask``) that choose a key's level, and the level for each combination of them."""

    mask: int
    levels: dict[int, int]

    def level(self, state: int) -> int:
        """Return the level, from 0, that a modifier state chooses."""
        return self.levels.get(state & self.mask, 0)


class Key(NamedTuple):
    """One key: for each group of the layout its type and keysyms by level, and the actions in the same order."""

    groups: tuple[tuple[KeyType, tuple[int, ...]], ...]
    group_info: int
    actions: tuple[tuple[bytes, ...], ...]
    modifiers: int
    """Bits of the modifier map."""

    def group(self, wanted: int) -> int:
        """Return this key's effective group while ``wanted`` is the keyboard's."""
        count = len(self.groups)
        if wanted < count:
            return wanted
        if self.group_info & CLAMP:
            return count - 1
        if self.group_info & REDIRECT:
            redirected = (self.group_info >> 4) & 3
            return redirected if redirected < count else 0
        return wanted % count

    def keysym(self, group: int, state: int) -> int:
        """Return the keysym that it gives; 0 for none. A lock unknown to the type makes capitals."""
        if not self.groups:
            return 0
        kind, symbols = self.groups[self.group(group)]
        level = kind.level(state)
        keysym = symbols[level] if level < len(symbols) else 0
        return capital(keysym) if state & LOCK and not kind.mask & LOCK else keysym

    def changes(self, group: int) -> tuple[int, int]:
        """Return the modifiers that it sets while down, and those that it latches or locks, at any level."""
        held = kept = 0
        if not self.groups:
            return held, kept
        for action in self.actions[self.group(group)] if self.actions else ():
            bits = self.modifiers if action[1] & USE_MODIFIER_MAP else action[2]
            if action[0] == SET_MODIFIERS:
                held |= bits
            elif action[0] in (LATCH_MODIFIERS, LOCK_MODIFIERS):
                kept |= bits
        return held, kept


class Keymap:
    """A snapshot of all keys, by keycode. Keysyms are compared by their characters."""

    def __init__(self, keys: dict[int, Key]) -> None:
        self.keys = keys
        self._places: dict[int, list[int]] = {}
        for keycode, key in keys.items():
            for keysym in {canonical(keysym) for _, symbols in key.groups for keysym in symbols if keysym}:
                self._places.setdefault(keysym, []).append(keycode)

    def places(self, keysym: int, group: int) -> list[int]:
        """Return the keycodes that give a keysym in a group at some level: those of real keys first."""
        wanted = canonical(keysym)
        found = [
            keycode
            for keycode in self._places.get(wanted, ())
            for key in [self.keys[keycode]]
            if wanted in map(canonical, key.groups[key.group(group)][1])
        ]
        return sorted(found, key=lambda keycode: (keycode in NEVER_TYPED, keycode))

    def gives(self, keycode: int, group: int, state: int, keysym: int) -> bool:
        """Return whether a key gives a keysym in a modifier state."""
        return canonical(self.keys[keycode].keysym(group, state)) == canonical(keysym)

    def shifters(self, group: int) -> dict[int, int]:
        """Return the modifiers that choose a key's level, such as Shift and AltGr, each with a key that sets it."""
        found: dict[int, int] = {}
        for keysym in (*SHIFT_KEYSYMS, *LEVEL_KEYSYMS):
            for keycode in self.places(keysym, group):
                held, kept = self.keys[keycode].changes(group)
                if held and not kept and held & (held - 1) == 0 and self.gives(keycode, group, 0, keysym):
                    found.setdefault(held, keycode)
        return found

    def is_modifier(self, keycode: int, group: int) -> bool:
        """Return whether a key changes modifiers, and so never repeats."""
        return any(self.keys[keycode].changes(group))

    def free(self) -> list[int]:
        """Return the unused keycodes, without the lowest, which is no key."""
        return [
            keycode
            for keycode, key in self.keys.items()
            if keycode > LEAST
            and not key.modifiers
            and not any(keysym for _, symbols in key.groups for keysym in symbols)
        ]


def capital(keysym: int) -> int:
    """Return the capital of a Latin-1 letter's keysym, and any other keysym as it is."""
    if 0x61 <= keysym <= 0x7A or (0xE0 <= keysym <= 0xFE and keysym != 0xF7):
        return keysym - 0x20
    return keysym
