"""The keys and buttons that a client holds down, as the server has been told."""

from __future__ import annotations

import struct

from ..client_messages import KEY_EVENT, POINTER_EVENT, QEMU, QEMU_KEY
from ..encodings import RELATIVE_ORIGIN
from ..rights import Right

MAX_HELD_KEYS = 128
"""Keys that may be held at once; one more releases the one that has been held longest."""

_NO_MOTION = struct.pack(">HH", RELATIVE_ORIGIN, RELATIVE_ORIGIN)

_Key = tuple[int, int | None]
"""The keysym, and the scan code if the client sends it."""


class HeldInput:
    """Follows the messages that are forwarded; they must be whole."""

    def __init__(self) -> None:
        self._keys: dict[object, _Key] = {}
        self._buttons = 0
        self._position = b"\0\0\0\0"
        self.is_relative = False
        """Whether the server takes the position of pointer events as a motion."""

    def key(self, data: bytes) -> bytes:
        """Note a KeyEvent or a QEMU extended key event; return messages that must be sent after it, if any."""
        if data[0] == KEY_EVENT:
            keysym, scancode = int.from_bytes(data[4:8], "big"), None
            down = bool(data[1])
        else:
            keysym, scancode = struct.unpack(">II", data[4:])
            down = bool(data[2] or data[3])
        name: object = (keysym, None) if scancode is None else scancode
        key = self._keys.pop(name, (keysym, scancode))
        if not down:
            return b""
        self._keys[name] = key
        if len(self._keys) <= MAX_HELD_KEYS:
            return b""
        return _key_up(*self._keys.pop(next(iter(self._keys))))

    def pointer(self, data: bytes) -> bytes:
        """Note a PointerEvent of six or seven bytes."""
        self._buttons = data[1] | (data[6] << 8 if len(data) == 7 else 0)
        self._position = data[2:6]
        return b""

    def any_without(self, rights: Right) -> bool:
        """Return whether something is held whose right is not among these."""
        keys, buttons = self._keys and Right.KEYS not in rights, self._buttons and Right.POINTER not in rights
        return bool(keys or buttons)

    def release(self, rights: Right) -> bytes:
        """Return messages that release what is held without a right to it, and forget it."""
        messages = b""
        if Right.KEYS not in rights:
            messages += b"".join(_key_up(*key) for key in self._keys.values())
            self._keys.clear()
        if Right.POINTER not in rights and self._buttons:
            messages += bytes((POINTER_EVENT, 0)) + (_NO_MOTION if self.is_relative else self._position)
            self._buttons = 0
        return messages


def _key_up(keysym: int, scancode: int | None) -> bytes:
    if scancode is None:
        return struct.pack(">BxxxI", KEY_EVENT, keysym)
    return struct.pack(">BBHII", QEMU, QEMU_KEY, 0, keysym, scancode)
