"""What keysyms mean: their characters, which of them are text, and their twins on other keys (X11/keysymdef.h)."""

from __future__ import annotations

import unicodedata
from functools import cache

UNICODE = 0x01000000
"""Added to a code point this is its keysym, from U+0100 on (X protocol, appendix A)."""

TAB, LEFT_TAB = 0xFF09, 0xFE20
SHIFT_KEYSYMS = (0xFFE1, 0xFFE2)
"""Shift_L and Shift_R."""

LEVEL_KEYSYMS = (0xFE03, 0xFE11)
"""ISO_Level3_Shift (AltGr) and ISO_Level5_Shift."""

_CODECS = {1: "iso8859-2", 2: "iso8859-3", 3: "iso8859-4", 4: "shift_jis", 5: "iso8859-6", 6: "koi8_u"}
_CODECS |= {7: "iso8859-7", 0x0C: "iso8859-8", 0x0D: "iso8859-11", 0x13: "iso8859-15"}
"""The old keysyms' second byte names a character set, and the lowest is the character in it."""

_UNLIKE_ITS_CODEC = {0x7D2: "\u03a3", 0x7F2: "\u03c3", 0x7F3: "\u03c2", 0x20AC: "\u20ac"}

_MEANS_THE_SAME = {0xFF80: 0x20, 0xFF89: TAB, 0xFF8D: 0xFF0D, 0xFE03: 0xFF7E}
_MEANS_THE_SAME |= {0xFF91 + n: 0xFFBE + n for n in range(4)}  # KP_F1 to KP_F4
_MEANS_THE_SAME |= {0xFF95 + n: 0xFF50 + n for n in range(4)}  # KP_Home, KP_Left, KP_Up, KP_Right
_MEANS_THE_SAME |= {0xFF99: 0xFF54, 0xFF9A: 0xFF55, 0xFF9B: 0xFF56, 0xFF9C: 0xFF57, 0xFF9D: 0xFF58}
_MEANS_THE_SAME |= {0xFF9E: 0xFF63, 0xFF9F: 0xFFFF, 0xFFBD: 0x3D}
_MEANS_THE_SAME |= {0xFFAA + n: 0x2A + n for n in range(16)}  # KP_Multiply to KP_9
_MEANS_THE_SAME |= {left: left + 1 for left in (0xFFE1, 0xFFE3, 0xFFE7, 0xFFE9, 0xFFEB, 0xFFED)}
TWINS = _MEANS_THE_SAME | {other: one for one, other in _MEANS_THE_SAME.items()}
"""Keysym → one that does the same by another key: keypad and main block, left and right, AltGr and Mode_switch."""


@cache
def canonical(keysym: int) -> int:
    """Return one keysym for all that give the same character: Latin-1's own, else the Unicode one, else itself."""
    if keysym < 0x100 or keysym >= UNICODE + 0x100:
        return keysym
    if keysym >= UNICODE:
        return keysym - UNICODE
    found = _UNLIKE_ITS_CODEC.get(keysym)
    codec = _CODECS.get(keysym >> 8)
    if found is None and codec is not None and keysym & 0xFF >= 0xA1:
        decoded = bytes([keysym & 0xFF]).decode(codec, "ignore")
        # Half-width katakana and Arabic letters on their own are forms of the characters that are meant.
        found = unicodedata.normalize("NFKC", decoded) if decoded.isalpha() else None
    return keysym if found is None else (ord(found) if ord(found) < 0x100 else UNICODE + ord(found))


def is_keypad(keysym: int) -> bool:
    """Return whether it is on the numeric keypad, which NumLock affects."""
    return 0xFF80 <= keysym <= 0xFFBD


def is_text(keysym: int) -> bool:
    """Return whether it stands for a character (or a part of one, as dead keys do) and not for a function.

    Such a keysym includes the effect of the modifiers that are held; the others don't.
    """
    dead = 0xFE50 <= keysym <= 0xFEFF
    return keysym < 0xFD00 or dead or is_keypad(keysym) or UNICODE <= keysym < UNICODE + 0x110000
