"""A program with the focus that notes what was typed, and what noVNC sends for each character."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.displays import Display
from support.waiting import wait_until

TYPIST = Path(__file__).with_name("xlib_typist.py")

TAB, RETURN, ESCAPE, MULTI_KEY, LEFT_TAB = 0xFF09, 0xFF0D, 0xFF1B, 0xFF20, 0xFE20
SHIFT, CONTROL, CAPS, ALT, SUPER, HYPER, ALTGR = 0xFFE1, 0xFFE3, 0xFFE5, 0xFFE9, 0xFFEB, 0xFFED, 0xFE03
LEFT, F1, PRINT, NUM, KP_7, KP_HOME, KP_ENTER = 0xFF51, 0xFFBE, 0xFF61, 0xFF7F, 0xFFB7, 0xFF95, 0xFF8D
DEAD_ACUTE, DEAD_CIRCUMFLEX, DEAD_DIAERESIS = 0xFE51, 0xFE52, 0xFE57

SHIFT_STATE, LOCK_STATE, CONTROL_STATE, ALT_STATE, SUPER_STATE, LEVEL3_STATE = 1, 2, 4, 8, 64, 128

LAYOUTS = ("us", "de", "fr", "cz", "jp", "ru", "us,ru")

TEXTS = {
    "ascii": "".join(map(chr, range(0x20, 0x7F))),
    "german": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich für 5 €",
    "french": "Dès Noël où un zéphyr haï me vêt de glaçons würmiens, je dîne d'exquis rôtis",
    "czech": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "russian": "Съешь же ещё этих мягких французских булок, да выпей чаю",
    "japanese": "いろはにほへと 漢字 カタカナ",
    "emoji": "🙂 🚀👩‍💻",
}

LEGACY = {character: 0x600 + byte for byte in range(0xA1, 0x100) for character in bytes([byte]).decode("koi8_u")}
"""Cyrillic letters as noVNC sends them: in the order of KOI8 (X11/keysymdef.h)."""


def keysym(character: str) -> int:
    """Return what noVNC sends for a character."""
    point = ord(character)
    if character.isalpha() and character in LEGACY:
        return LEGACY[character]
    if character == "€":
        return 0x20AC
    return point if point < 0x100 else 0x01000000 + point


class Typist:
    """A program with the focus, and what it got."""

    def __init__(self, display: Display) -> None:
        self.process = subprocess.Popen(
            [sys.executable, os.fspath(TYPIST)],
            env=display.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        wait_until(lambda: self.got(lambda event: "window" in event), what="the focus")
        self.events.clear()

    def read(self) -> list[dict[str, Any]]:
        assert self.process.stdout is not None
        self._rest += self.process.stdout.read() or b""
        *lines, self._rest = self._rest.split(b"\n")
        self.events += map(json.loads, lines)
        return self.events

    def got(self, condition: Callable[[dict[str, Any]], bool]) -> bool:
        return any(map(condition, self.read()))

    @property
    def text(self) -> str:
        return "".join(event.get("text", "") for event in self.read())

    @property
    def pressed(self) -> list[tuple[int, int]]:
        """Each keysym that came, with the modifiers that it came with; the modifiers' own keys left out."""
        keys = [event for event in self.read() if event.get("down") and "keysym" in event]
        modifiers = (*range(0xFFE1, 0xFFEF), ALTGR)
        return [(key["keysym"], key["state"]) for key in keys if key["keysym"] not in modifiers]

    def forget(self) -> None:
        self.read()
        self.events.clear()

    def close(self) -> None:
        self.process.communicate(timeout=60)
