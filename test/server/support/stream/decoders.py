"""A viewer's side of the encodings, written from rfbproto and nothing else: content in, RGB pixels out."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image

RGB = npt.NDArray[np.uint8]


class Reader:
    """Hands out bytes, and fails where there are not enough."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        assert self.at + size <= len(self.data), "the content ends too early"
        self.at += size
        return self.data[self.at - size : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def end(self) -> None:
        assert self.at == len(self.data), "bytes are left over"


@dataclass
class TightDecoder:
    """rfbproto, Tight Encoding, with TPIXELs of three bytes."""

    streams: dict[int, zlib._Decompress] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    resets: list[int] = field(default_factory=list)

    def decode(self, data: bytes, width: int, height: int) -> RGB:
        reader = Reader(data)
        pixels = self.read(reader, width, height)
        reader.end()
        return pixels

    def read(self, reader: Reader, width: int, height: int) -> RGB:
        """Take as much as belongs to the rectangle."""
        assert width <= 2048
        control = reader.byte()
        for stream in range(4):
            if control >> stream & 1:
                self.resets.append(stream)
                self.streams.pop(stream, None)
        kind = control >> 4
        if kind == 0b1000:
            self.used.append("fill")
            pixels = np.full((height, width, 3), list(reader.take(3)), np.uint8)
        elif kind == 0b1001:
            self.used.append("jpeg")
            image = Image.open(io.BytesIO(reader.take(compact(reader))))
            assert image.size == (width, height)
            pixels = np.asarray(image.convert("RGB"))
        else:
            assert not kind & 0b1000, f"control {control:#x}"
            pixels = self.basic(reader, kind, width, height)
        return pixels

    def basic(self, reader: Reader, kind: int, width: int, height: int) -> RGB:
        choice = reader.byte() if kind & 0b0100 else 0
        if choice == 0:
            self.used.append(f"copy {kind & 3}")
            content = self.inflated(reader, kind & 3, width * height * 3)
            return np.frombuffer(content, np.uint8).reshape(height, width, 3)
        assert choice == 1
        count = reader.byte() + 1
        palette = np.frombuffer(reader.take(3 * count), np.uint8).reshape(count, 3)
        self.used.append(f"palette {count}")
        row = -(-width // 8) if count == 2 else width
        packed = np.frombuffer(self.inflated(reader, kind & 3, row * height), np.uint8).reshape(height, row)
        indices = np.unpackbits(packed, axis=1)[:, :width] if count == 2 else packed
        assert indices.max() < count
        return palette[indices]

    def inflated(self, reader: Reader, stream: int, size: int) -> bytes:
        if size < 12:
            return reader.take(size)
        return inflate(self.streams.setdefault(stream, zlib.decompressobj()), reader.take(compact(reader)), size)


def compact(reader: Reader) -> int:
    """Read a length of one to three bytes."""
    length = reader.byte()
    if length & 0x80:
        length = length & 0x7F | reader.byte() << 7
        if length & 1 << 14:
            length = length & ~(1 << 14) | reader.byte() << 14
    return length


def inflate(stream: zlib._Decompress, data: bytes, size: int | None = None) -> bytes:
    content = stream.decompress(data)
    assert not stream.unconsumed_tail
    assert size is None or len(content) == size
    return content


class ZRLEDecoder:
    """RFC 6143, section 7.7.6, with CPIXELs of three bytes, which are returned as they come."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj()
        self.used: list[int] = []

    def decode(self, data: bytes, width: int, height: int) -> npt.NDArray[np.uint8]:
        (length,) = struct.unpack_from(">I", data)
        assert length == len(data) - 4
        reader = Reader(inflate(self.stream, data[4:]))
        pixels = np.zeros((height, width, 3), np.uint8)
        for y in range(0, height, 64):
            for x in range(0, width, 64):
                tile = pixels[y : y + 64, x : x + 64]
                tile[:] = self.tile(reader, *tile.shape[:2])
        reader.end()
        return pixels

    def tile(self, reader: Reader, height: int, width: int) -> npt.NDArray[np.uint8]:
        kind = reader.byte()
        self.used.append(kind)
        assert kind <= 16, "runs are not used"
        if kind == 0:
            return np.frombuffer(reader.take(3 * width * height), np.uint8).reshape(height, width, 3)
        palette = np.frombuffer(reader.take(3 * kind), np.uint8).reshape(kind, 3)
        if kind == 1:
            return np.broadcast_to(palette[0], (height, width, 3))
        bits = 1 if kind == 2 else 2 if kind <= 4 else 4
        row = -(-width * bits // 8)
        packed = np.frombuffer(reader.take(row * height), np.uint8).reshape(height, row)
        unpacked = np.unpackbits(packed, axis=1).reshape(height, -1, bits)[:, :width]
        return palette[unpacked @ (1 << np.arange(bits)[::-1])]
