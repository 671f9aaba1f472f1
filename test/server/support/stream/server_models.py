"""What servers read from a client's bytes: written from RFC 6143, rfbproto, and how servers are known to differ."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import product

MOUSE, CLIPBOARD = -316, -1063131698

FIXED = {0: 20, 3: 10, 4: 8, 150: 10, 250: 4}


class Closed(Exception):
    """The server closes the connection."""


@dataclass
class ServerModel:
    """Reads all that has come from a client that has been forwarded, and notes where each message begins.

    ``mouse``: "no", "yes", or "latched" for one that goes by what was announced at any time. ``clipboard``: what
    becomes of a negative length: "yes", "announced" (others are closed), "unsigned", "none" for no content, "close".
    """

    mouse: str
    clipboard: str
    begun: list[tuple[int, bytes]] = field(default_factory=list)
    closed: bool = False
    announced: set[int] = field(default_factory=set)
    ever: set[int] = field(default_factory=set)
    _data: bytes = b""
    _at: int = 0
    _ready: bool = False

    @property
    def supports(self) -> set[int]:
        """What it confirms, once it is announced."""
        known = {MOUSE} if self.mouse != "no" else set()
        return (known | ({CLIPBOARD} if self.clipboard in ("yes", "announced") else set())) & self.announced

    def read(self, data: bytes) -> None:
        self._data += data
        try:
            while not self.closed and self._step():
                pass
        except Closed:
            self.closed = True
        except (IndexError, struct.error):
            pass  # the rest is to come

    def _step(self) -> bool:
        left = self._data[self._at :]
        if not self._ready:
            versions = {b"RFB 003.003\n": 13, b"RFB 003.007\n": 14, b"RFB 003.008\n": 14}
            if len(left) < 12:
                return False
            assert left[:12] in versions, "not a version of RFC 6143"
            size = versions[left[:12]]
            if len(left) < size:
                return False
            self._ready = True
            self._at += size
            return True
        if not left:
            return False
        size = self._size(left)
        if not self.begun or self.begun[-1][0] != self._at:
            self.begun.append((self._at, left[: min(size, 32)]))
        if len(left) < size:
            return False
        if left[0] == 2:
            self.announced = set(struct.unpack(f">{size // 4 - 1}i", left[4:size]))
            self.ever |= self.announced
        self._at += size
        return True

    def _size(self, data: bytes) -> int:
        kind = data[0]
        if kind in FIXED:
            return FIXED[kind]
        if kind == 2:
            return 4 + 4 * int.from_bytes(data[2:4], "big")
        if kind == 5:
            used = self.announced if self.mouse == "yes" else self.ever if self.mouse == "latched" else set()
            return 7 if data[1] & 0x80 and MOUSE in used else 6
        if kind == 6:
            return 8 + self._content(*struct.unpack_from(">i", data, 4))
        if kind == 248:
            if data[8] > 64:
                raise Closed
            return 9 + data[8]
        if kind == 251:
            return 8 + 16 * data[6]
        if kind == 255 and data[1] == 0:
            return 12
        raise Closed

    def _content(self, length: int) -> int:
        if length >= 0:
            return length
        if self.clipboard == "yes" or (self.clipboard == "announced" and CLIPBOARD in self.announced):
            if length == -(1 << 31):
                raise Closed
            return -length
        if self.clipboard == "unsigned":
            return (1 << 32) + length
        if self.clipboard == "none":
            return 0
        raise Closed


MODELS = list(product(("no", "yes", "latched"), ("yes", "announced", "unsigned", "none", "close")))
"""The arguments of every model."""
