"""Keys by name: X's own names mean X's own keysyms, and whatever is given is a keysym or a clear error."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.rfb.client_side.key_names import ALIASES, X_NAMES, character_keysym, chord, keysym, text_keysyms
from jupyter_vnc_proxy.rfb.keysyms import UNICODE, canonical

KEYS = st.one_of(st.sampled_from(sorted({*X_NAMES, *ALIASES})), st.characters(exclude_categories=["Cc", "Cs"]))


def test_names_are_those_of_xlib() -> None:
    name = ctypes.util.find_library("X11")
    assert name is not None, "libx11-6 is missing, which X programs need"
    xlib = ctypes.CDLL(name)
    xlib.XStringToKeysym.restype = ctypes.c_ulong
    assert {each: xlib.XStringToKeysym(each.encode()) for each in X_NAMES} == X_NAMES


@given(st.sampled_from(sorted(X_NAMES)), st.sampled_from([str.lower, str.upper, str.title]))
def test_a_name_is_known_in_any_case(name: str, change: Callable[[str], str]) -> None:
    assert keysym(change(name)) == X_NAMES[name]


@given(st.characters(exclude_categories=["Cc", "Cs"]))
def test_a_character_is_its_own_keysym(character: str) -> None:
    symbol = keysym(character)
    assert chr(symbol if symbol < UNICODE else symbol - UNICODE) == character
    assert canonical(symbol) == symbol
    assert keysym(f"U{ord(character):04X}") == symbol
    assert text_keysyms(character * 2) == [symbol] * 2


@given(st.lists(KEYS, min_size=1, max_size=4))
def test_keys_together_are_those_alone_in_their_order(names: list[str]) -> None:
    found = chord("+".join(names))
    if not {0xFFE1, 0xFFE2} & set(found):
        assert found == [keysym(each) for each in names]
    assert len(found) == len(names)


@given(st.text(max_size=12))
def test_any_text_is_keys_or_a_clear_error(text: str) -> None:
    for read in (chord, keysym, text_keysyms):
        try:
            read(text)
        except InvalidOption as error:
            assert error.code in ("unknown-key", "bad-character")


def test_what_people_write_is_understood() -> None:
    assert chord("ctrl+s") == [0xFFE3, ord("s")]
    assert chord("Ctrl+Shift+s") == [0xFFE3, 0xFFE1, ord("S")]
    assert chord("ctrl++") == [0xFFE3, ord("+")]
    assert chord("+") == chord("plus") == [ord("+")]
    assert chord("shift+ä") == [0xFFE1, ord("Ä")]
    assert text_keysyms("a\r\n\t") == [ord("a"), 0xFF0D, 0xFF09]
    assert character_keysym("€") == UNICODE + 0x20AC
    with pytest.raises(InvalidOption, match="Did you mean 'Return'"):
        chord("ctrl+retrun")
    for nothing in ("", "ctrl+", "+s", "a+++", "++"):
        with pytest.raises(InvalidOption):
            chord(nothing)
