"""The names of keys, as in X11/keysymdef.h and xdotool, and the keysyms that type a text."""

from __future__ import annotations

import difflib
import re

from ...errors import InvalidOption
from ..keysyms import SHIFT_KEYSYMS, TAB, UNICODE

_PUNCTUATION = (
    "space exclam quotedbl numbersign dollar percent ampersand apostrophe parenleft parenright asterisk plus comma "
    "minus period slash"
)
_MORE_PUNCTUATION = {
    0x3A: "colon semicolon less equal greater question at",
    0x5B: "bracketleft backslash bracketright asciicircum underscore grave",
    0x7B: "braceleft bar braceright asciitilde",
}
_MISCELLANEOUS = {
    0xFF08: "BackSpace Tab Linefeed Clear",
    0xFF13: "Pause Scroll_Lock Sys_Req",
    0xFF20: "Multi_key",
    0xFF50: "Home Left Up Right Down Page_Up Page_Down End Begin",
    0xFF60: "Select Print Execute Insert",
    0xFF65: "Undo Redo Menu Find Cancel Help Break",
    0xFF95: "KP_Home KP_Left KP_Up KP_Right KP_Down KP_Page_Up KP_Page_Down KP_End KP_Begin KP_Insert KP_Delete",
    0xFFAA: "KP_Multiply KP_Add KP_Separator KP_Subtract KP_Decimal KP_Divide",
    0xFFE1: "Shift_L Shift_R Control_L Control_R Caps_Lock Shift_Lock Meta_L Meta_R Alt_L Alt_R Super_L Super_R "
    "Hyper_L Hyper_R",
    0xFE50: "dead_grave dead_acute dead_circumflex dead_tilde dead_macron dead_breve dead_abovedot dead_diaeresis "
    "dead_abovering dead_doubleacute dead_caron dead_cedilla dead_ogonek",
}
_SINGLE = {
    "Return": 0xFF0D,
    "Escape": 0xFF1B,
    "Delete": 0xFFFF,
    "Num_Lock": 0xFF7F,
    "Mode_switch": 0xFF7E,
    "ISO_Level3_Shift": 0xFE03,
    "ISO_Left_Tab": 0xFE20,
    "KP_Enter": 0xFF8D,
    "KP_Equal": 0xFFBD,
    "XF86AudioLowerVolume": 0x1008FF11,
    "XF86AudioMute": 0x1008FF12,
    "XF86AudioRaiseVolume": 0x1008FF13,
    "XF86AudioPlay": 0x1008FF14,
    "XF86AudioStop": 0x1008FF15,
    "XF86AudioPrev": 0x1008FF16,
    "XF86AudioNext": 0x1008FF17,
    "XF86Back": 0x1008FF26,
    "XF86Forward": 0x1008FF27,
}

X_NAMES: dict[str, int] = {
    name: first + number
    for first, names in {0x20: _PUNCTUATION, **_MORE_PUNCTUATION, **_MISCELLANEOUS}.items()
    for number, name in enumerate(names.split())
}
X_NAMES |= _SINGLE
X_NAMES |= {f"F{number}": 0xFFBD + number for number in range(1, 36)}
X_NAMES |= {f"KP_{number}": 0xFFB0 + number for number in range(10)}
X_NAMES |= {"Prior": 0xFF55, "Next": 0xFF56}
"""X's name of a key → its keysym. Characters need none: they are their own names."""

ALIASES = {
    "ctrl": "Control_L",
    "control": "Control_L",
    "shift": "Shift_L",
    "alt": "Alt_L",
    "super": "Super_L",
    "win": "Super_L",
    "meta": "Meta_L",
    "altgr": "ISO_Level3_Shift",
    "enter": "Return",
    "esc": "Escape",
    "del": "Delete",
    "ins": "Insert",
    "pageup": "Page_Up",
    "pagedown": "Page_Down",
    "compose": "Multi_key",
}
"""Names that xdotool and people use."""

_BY_LOWER_CASE = {name.lower(): name for name in X_NAMES} | ALIASES

_CONTROL_CHARACTERS = {"\n": 0xFF0D, "\r": 0xFF0D, "\t": TAB, "\b": 0xFF08, "\x1b": 0xFF1B, "\x7f": 0xFFFF}

_CODE_POINT = re.compile(r"U\+?([0-9A-Fa-f]{4,6})")
_NUMBER = re.compile(r"0x([0-9A-Fa-f]{1,8})")


def character_keysym(character: str) -> int:
    """Return the keysym that types a character; raise `InvalidOption` if no key does."""
    if character in _CONTROL_CHARACTERS:
        return _CONTROL_CHARACTERS[character]
    point = ord(character)
    if point < 0x20 or 0x7F <= point < 0xA0 or 0xD800 <= point < 0xE000:
        raise InvalidOption(f"The character U+{point:04X} cannot be typed.", code="bad-character")
    return point if point < 0x100 else UNICODE + point


def text_keysyms(text: str) -> list[int]:
    """Return the keysyms that type a text, one for each character; CRLF is one end of a line."""
    return [character_keysym(each) for each in text.replace("\r\n", "\n")]


def keysym(name: str) -> int:
    """Return the keysym of a key by its name: a character, X's name (in any case), U20AC, or 0xff0d.

    Raise `InvalidOption` for an unknown name.
    """
    if len(name) == 1:
        return character_keysym(name)
    if name in X_NAMES:
        return X_NAMES[name]
    if (found := _BY_LOWER_CASE.get(name.lower())) is not None:
        return X_NAMES[found]
    if (match := _CODE_POINT.fullmatch(name)) is not None and int(match[1], 16) <= 0x10FFFF:
        return character_keysym(chr(int(match[1], 16)))
    if (match := _NUMBER.fullmatch(name)) is not None:
        return int(match[1], 16)
    near = difflib.get_close_matches(name.lower(), _BY_LOWER_CASE, n=3)
    meant = " or ".join(repr(each if each in ALIASES else _BY_LOWER_CASE[each]) for each in near)
    hint = f" Did you mean {meant}?" if meant else ""
    raise InvalidOption(f"There is no key named {name!r}.{hint}", code="unknown-key")


def chord(keys: str) -> list[int]:
    """Return the keysyms of keys that are pressed together, such as ``ctrl+s`` or ``ctrl++``, in their order.

    With Shift, a letter is its capital: servers expect the keysym that the keyboard would give. Raise `InvalidOption`
    for an unknown name.
    """
    names = keys.split("+")
    if keys == "+" or keys.endswith("++"):  # the key itself
        names[-2:] = ["+"]
    if "" in names:
        raise InvalidOption(f"{keys!r} names no keys; write them as in 'ctrl+s'.", code="unknown-key")
    found = [keysym(name) for name in names]
    if any(each in SHIFT_KEYSYMS for each in found):
        found = [_capital(each) for each in found]
    return found


def _capital(symbol: int) -> int:
    if symbol >= 0x110000 + UNICODE or 0x100 <= symbol < UNICODE:
        return symbol
    upper = chr(symbol if symbol < UNICODE else symbol - UNICODE).upper()
    return character_keysym(upper) if len(upper) == 1 else symbol
