"""The keyboard of a desktop: types texts and presses keys, whatever its layout has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from .connection import RFBConnection

LAST_ASCII = 0x7E
"""The last keysym that every layout has."""

NEW_KEY_SECONDS = 0.1
KNOWN_KEY_SECONDS = 0.03
"""The time between a key that the layout may lack and the next: the server may have mapped a spare key to it, which
programs look up when they read the event; that takes less time once they have done so for this text."""

KEYS_AT_ONCE = 16
"""Keys that are sent before the server must have read them."""


async def type_keysyms(connection: RFBConnection, keysyms: Sequence[int], interval: float) -> None:
    """Press and release keys, one after the other, with ``interval`` seconds between two."""
    seen: set[int] = set()
    for number, keysym in enumerate(keysyms, 1):
        try:
            await connection.key(keysym, True)
        finally:
            await connection.key(keysym, False)
        pause = interval
        if keysym > LAST_ASCII and not 0xFE00 <= keysym <= 0xFFFF:
            pause = max(interval, KNOWN_KEY_SECONDS if keysym in seen else NEW_KEY_SECONDS)
            seen.add(keysym)
        if pause or number % KEYS_AT_ONCE == 0:
            await connection.sync()
        if pause:
            await asyncio.sleep(pause)
    await connection.sync()


async def press_together(connection: RFBConnection, keysyms: Sequence[int]) -> None:
    """Press keys in their order and release them in the opposite one, also if something fails."""
    pressed: list[int] = []
    try:
        for keysym in keysyms:
            pressed.append(keysym)
            await connection.key(keysym, True)
    finally:
        for keysym in reversed(pressed):
            await connection.key(keysym, False)
    await connection.sync()
