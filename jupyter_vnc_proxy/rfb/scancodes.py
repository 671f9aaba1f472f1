"""QEMU's scan codes (XT, set 1) and the X keycodes of the same keys (Linux input-event-codes.h; X adds 8)."""

from __future__ import annotations

_EVDEV_OFFSET = 8

_PLAIN = {code: code for code in (*range(1, 84), 86, 87, 88)}
_PLAIN |= {0x54: 99, 0x55: 186, 0x59: 117, 0x5A: 190, 0x5C: 95, 0x5D: 183, 0x5E: 184, 0x5F: 185, 0x64: 134, 0x65: 135}
_PLAIN |= {0x6D: 193, 0x6F: 194, 0x70: 93, 0x71: 123, 0x72: 122, 0x73: 89, 0x74: 191, 0x76: 85, 0x77: 91, 0x78: 90}
_PLAIN |= {0x79: 92, 0x7B: 94, 0x7D: 124, 0x7E: 121}
"""Up to F12 Linux has the same numbers; then function keys above F12 and the keys of Japan, Korea and Brazil."""

_EXTENDED = {0x03: 187, 0x04: 189, 0x05: 129, 0x06: 130, 0x07: 131, 0x10: 165, 0x19: 163, 0x1C: 96, 0x1D: 97, 0x20: 113}
_EXTENDED |= {0x21: 140, 0x22: 164, 0x24: 166, 0x25: 205, 0x2E: 114, 0x30: 115, 0x32: 172, 0x35: 98, 0x37: 99}
_EXTENDED |= {0x38: 100, 0x3C: 137, 0x41: 136, 0x46: 119, 0x47: 102, 0x48: 103, 0x49: 104, 0x4B: 105, 0x4D: 106}
_EXTENDED |= {0x4F: 107, 0x50: 108, 0x51: 109, 0x52: 110, 0x53: 111, 0x5B: 125, 0x5C: 126, 0x5D: 127, 0x5E: 116}
_EXTENDED |= {0x5F: 142, 0x63: 143, 0x65: 217, 0x66: 156, 0x67: 173, 0x68: 128, 0x69: 159, 0x6A: 158, 0x6B: 157}
_EXTENDED |= {0x6C: 155, 0x6D: 226, 0x75: 138, 0x76: 179, 0x77: 188, 0x78: 133, 0x79: 192, 0x7B: 180, 0x7D: 162}
"""Those that a keyboard sends after the byte 0xE0."""


def keycode_of(scancode: int) -> int | None:
    """Return the X keycode of a scan code; ``None`` for keys that X has none for.

    An extended code comes as 0xE0xx, or as the QEMU key message has it: its last byte with the highest bit set.
    """
    is_extended = scancode >> 8 == 0xE0 or 0x80 <= scancode <= 0xFF
    code = _EXTENDED.get(scancode & 0x7F) if is_extended else _PLAIN.get(scancode)
    keycode = 0 if code is None else code + _EVDEV_OFFSET
    return keycode if 0 < keycode <= 0xFF else None
