"""The number of a frame and the time of its drawing, as a row of black and white blocks in the picture.

The row is aligned to a codec's macroblocks and stands at the lower edge of the screen, which servers that send from
top to bottom send last. It survives JPEG, 4:2:0 and low bit rates. `browser/probe.js` reads it in the page.

    16 bits  number of the frame
    20 bits  Unix time of drawing, in units of 0.1 ms
     4 bits  number of presses of the pointer's buttons
     8 bits  checksum, the 40 bits before it modulo 251, which rejects a row mixed from two frames
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

BLOCK = 16
"""Side of a block, in pixels."""

FRAME_BITS, TIME_BITS, CLICK_BITS, CHECK_BITS = 16, 20, 4, 8
BITS = FRAME_BITS + TIME_BITS + CLICK_BITS + CHECK_BITS
MODULUS = 251

UNITS_PER_SECOND = 10_000
WIDTH, HEIGHT = BITS * BLOCK, BLOCK


@dataclass(frozen=True)
class Stamp:
    """``frame``, ``time`` (0.1 ms) and ``clicks``, each modulo two to the number of its bits."""

    frame: int
    time: int
    clicks: int

    @classmethod
    def of(cls, frame: int, seconds: float, clicks: int) -> Stamp:
        """Create the stamp of a frame drawn at ``seconds`` of Unix time."""
        time = int(seconds * UNITS_PER_SECOND)
        return cls(frame % (1 << FRAME_BITS), time % (1 << TIME_BITS), clicks % (1 << CLICK_BITS))

    def age(self, seconds: float) -> float:
        """Return the seconds from drawing to ``seconds`` (Unix time), correct up to half of the range of ``time``."""
        span = 1 << TIME_BITS
        units = (seconds * UNITS_PER_SECOND - self.time + span / 2) % span - span / 2
        return units / UNITS_PER_SECOND


class Place(NamedTuple):
    """Position of the row of blocks on the screen, in pixels."""

    x: int
    y: int

    def to_json(self) -> dict[str, Any]:
        """Return what the probe in the page needs to read it."""
        names = {"frame": FRAME_BITS, "time": TIME_BITS, "clicks": CLICK_BITS, "check": CHECK_BITS}
        return {"x": self.x, "y": self.y, "block": BLOCK, "bits": names, "modulus": MODULUS}


def place(height: int) -> Place:
    """Return the lowest position on a screen of this height that is aligned to blocks."""
    return Place(0, (height - BLOCK) // BLOCK * BLOCK)


def to_bits(stamp: Stamp) -> list[int]:
    """Return the bits of a stamp and its checksum, the most significant bit of each number first."""
    value = (stamp.frame << TIME_BITS | stamp.time) << CLICK_BITS | stamp.clicks
    value = value << CHECK_BITS | value % MODULUS
    return [value >> shift & 1 for shift in reversed(range(BITS))]


def from_bits(bits: list[int]) -> Stamp | None:
    """Return the stamp, or ``None`` if the checksum does not match."""
    value = 0
    for bit in bits:
        value = value << 1 | bit
    value, check = value >> CHECK_BITS, value & (1 << CHECK_BITS) - 1
    if value % MODULUS != check:
        return None
    clicks = value & (1 << CLICK_BITS) - 1
    time = value >> CLICK_BITS & (1 << TIME_BITS) - 1
    return Stamp(value >> CLICK_BITS + TIME_BITS, time, clicks)


def draw(stamp: Stamp) -> Pixels:
    """Return the row of blocks: ``HEIGHT`` x ``WIDTH`` pixels of four bytes."""
    row = np.repeat(np.array(to_bits(stamp), np.uint8) * np.uint8(255), BLOCK)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 4)))


def read(pixels: Pixels) -> Stamp | None:
    """Read a stamp from ``HEIGHT`` x ``WIDTH`` pixels, using the middle of each block."""
    middle = slice(BLOCK // 2 - 2, BLOCK // 2 + 2)
    blocks = pixels[:HEIGHT, :WIDTH, :3].reshape(HEIGHT, BITS, BLOCK, 3)[middle, :, middle]
    return from_bits([int(light) for light in blocks.mean(axis=(0, 2, 3)) > 127])
