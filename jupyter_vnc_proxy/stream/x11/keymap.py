"""Reads the X server's keyboard map through XKB.

The core protocol's map isn't enough: it has no reliable shift levels beyond the second, and not the rules by which
modifiers select them.
"""

from __future__ import annotations

import struct

import xcffib

from ..input.keymap import Key, Keymap, KeyType
from . import xkb

KEY_TYPES, KEY_SYMS, MODIFIER_MAP, KEY_ACTIONS = 0x01, 0x02, 0x04, 0x10
PARTS = KEY_TYPES | KEY_SYMS | MODIFIER_MAP | KEY_ACTIONS
"""The requested parts of the map (XkbMapPartMask)."""


def fetch(connection: xcffib.Connection) -> Keymap:
    """Request the X server's map."""
    extension: xkb.Xkb = connection(xkb.KEY)
    return parse(extension.ask_map(PARTS).data())


def parse(reply: bytes) -> Keymap:
    """Read an XkbGetMap reply with the parts `PARTS`, in the machine's byte order."""
    first, last = struct.unpack_from("=BB", reply, 10)
    type_count = reply[15]
    first_symbols, _, symbol_count, first_action, action_total, action_count = struct.unpack_from("=BHBBHB", reply, 17)
    modifier_total = reply[33]
    types, offset = _types(reply, 40, type_count)
    rows = []
    for _ in range(symbol_count):
        indices, info, width, count = reply[offset : offset + 4], *struct.unpack_from("=BBH", reply, offset + 4)
        symbols = struct.unpack_from(f"={count}I", reply, offset + 8)
        rows.append((indices, info, width, symbols))
        offset += 8 + 4 * count
    counts = reply[offset : offset + action_count]
    offset += -(-action_count // 4) * 4
    every_action = [reply[start : start + 8] for start in range(offset, offset + 8 * action_total, 8)]
    offset += 8 * action_total
    modifiers = dict(struct.unpack_from("=BB", reply, offset + 2 * index) for index in range(modifier_total))
    actions: dict[int, list[bytes]] = {}
    taken = 0
    for index, count in enumerate(counts):
        actions[first_action + index] = every_action[taken : taken + count]
        taken += count
    keys = {keycode: Key((), 0, (), modifiers.get(keycode, 0)) for keycode in range(first, last + 1)}
    for keycode, (indices, info, width, symbols) in enumerate(rows, first_symbols):
        starts = range(0, (info & 0x0F) * width, width) if width else ()
        groups = tuple((types[indices[n]], symbols[at : at + width]) for n, at in enumerate(starts))
        own = actions.get(keycode)
        keys[keycode] = Key(
            groups, info, tuple(tuple(own[at : at + width]) for at in starts) if own else (), modifiers.get(keycode, 0)
        )
    return Keymap(keys)


def _types(reply: bytes, offset: int, count: int) -> tuple[list[KeyType], int]:
    types = []
    for _ in range(count):
        mask, entries, preserves = reply[offset], reply[offset + 5], reply[offset + 6]
        offset += 8
        levels = {}
        for _ in range(entries):
            active, mods, level = reply[offset : offset + 3]
            if active:
                levels[mods] = level
            offset += 8
        offset += 4 * entries if preserves else 0
        types.append(KeyType(mask, levels))
    return types, offset
