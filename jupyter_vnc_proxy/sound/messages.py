"""The messages on a desktop's `pulse.LISTENERS_SOCKET`, between the encoder and whoever listens.

Each is a length (u32, of what follows), a kind (one byte) and a payload. All numbers are big-endian.
"""

from __future__ import annotations

import asyncio
import struct
from typing import NamedTuple

PACKET = b"p"
"""To listeners: a capture time in microseconds of the monotonic clock (u64), and one Opus packet."""

BITRATE = b"b"
"""A bitrate in bit/s (u32). From a listener: the one that it wants; to listeners: the one in use."""

PROBLEM = b"e"
"""To listeners: why there is no sound, as a sentence in UTF-8; the connection is closed after it."""

MICROPHONE = b"m"
"""From a listener: whether its microphone is on (u8)."""

SPEECH = b"s"
"""From a listener whose microphone is on: one Opus packet of mono, 48 kHz."""

SAMPLE_RATE = 48000
CHANNELS = 2
FRAME_MS = 10
"""The format of all packets to listeners."""

MAX_MESSAGE_BYTES = 8 * 1024
"""Longer messages are errors. An Opus packet of one frame has at most 1275 bytes (RFC 6716, section 3.2.1)."""

MAX_SPEECH_BYTES = 1275

_HEADER = struct.Struct(">Ic")
_TIME = struct.Struct(">Q")
_NUMBER = struct.Struct(">I")


class Message(NamedTuple):
    """One message."""

    kind: bytes
    payload: bytes


def encode(kind: bytes, payload: bytes) -> bytes:
    """Return the bytes of a message."""
    return _HEADER.pack(1 + len(payload), kind) + payload


def packet(captured: int, opus: bytes) -> bytes:
    """Return the bytes of a `PACKET`; ``captured`` in microseconds."""
    return encode(PACKET, _TIME.pack(captured) + opus)


def read_packet(payload: bytes) -> tuple[int, bytes]:
    """Return the capture time in microseconds and the Opus packet of a `PACKET`."""
    return _TIME.unpack_from(payload)[0], payload[_TIME.size :]


def bitrate(bits: int) -> bytes:
    """Return the bytes of a `BITRATE`."""
    return encode(BITRATE, _NUMBER.pack(bits))


def read_bitrate(payload: bytes) -> int:
    """Return the bit/s of a `BITRATE`; raise ``ValueError`` if it is none."""
    if len(payload) != _NUMBER.size:
        raise ValueError("a bitrate has four bytes")
    return int(_NUMBER.unpack(payload)[0])


async def read(reader: asyncio.StreamReader) -> Message | None:
    """Return the next message, or ``None`` at the end; raise ``ValueError`` if it is none."""
    try:
        length, kind = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        if not 1 <= length <= MAX_MESSAGE_BYTES:
            raise ValueError(f"a message of {length} bytes")
        return Message(kind, await reader.readexactly(length - 1))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
