"""A file with all bytes that a server has sent, and the time at which each piece arrived."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_HEAD = struct.Struct(">dI")
"""Unix time in seconds, and the number of bytes that follow."""


class Piece(NamedTuple):
    """Bytes that were read at once, at this Unix time."""

    time: float
    data: bytes


def write(file: BinaryIO, piece: Piece) -> None:
    """Append a piece."""
    file.write(_HEAD.pack(piece.time, len(piece.data)) + piece.data)


def read(path: Path) -> Iterator[Piece]:
    """Yield the pieces; one that is cut off at the end of the file is left out."""
    with open(path, "rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            time, size = _HEAD.unpack(head)
            data = file.read(size)
            if len(data) < size:
                return
            yield Piece(time, data)
