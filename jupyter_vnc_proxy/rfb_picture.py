"""A desktop's picture as a viewer gets it (RFC 6143), where no X display has all of it."""

from __future__ import annotations

import io
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

TIMEOUT = 10.0
"""Seconds that the server may leave us waiting."""

SECURITY_NONE, RAW = 1, 0
BLUE_FIRST = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
"""The pixel format in which PIL can read it: 32 bits, little endian."""


def screenshot(path: Path) -> bytes:
    """Return the whole of the desktop behind the socket ``path`` as a PNG (8 bits RGB); raise ``OSError`` otherwise."""
    from PIL import Image

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(os.fspath(path))
        width, height = _greet(connection)
        connection.sendall(b"\x00\x00\x00\x00" + BLUE_FIRST)
        connection.sendall(struct.pack(">BxHi", 2, 1, RAW))
        connection.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
        picture = Image.new("RGB", (width, height))
        left = width * height
        while left > 0:
            for x, y, part in _update(connection):
                picture.paste(part, (x, y))
                left -= part.width * part.height
            if left > 0:
                connection.sendall(struct.pack(">BBHHHH", 3, 1, 0, 0, width, height))
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=1)
    return png.getvalue()


def _greet(connection: socket.socket) -> tuple[int, int]:
    """Go through the handshake; return the desktop's size."""
    _read(connection, 12)
    connection.sendall(b"RFB 003.008\n")
    if SECURITY_NONE not in _read(connection, _read(connection, 1)[0]):
        raise OSError("the VNC server wants a password")
    connection.sendall(bytes([SECURITY_NONE]))
    if any(_read(connection, 4)):
        raise OSError("the VNC server lets nobody in")
    connection.sendall(b"\x01")
    width, height = struct.unpack(">HH16x", _read(connection, 20))
    _read(connection, struct.unpack(">I", _read(connection, 4))[0])
    return width, height


def _update(connection: socket.socket) -> list[tuple[int, int, Image.Image]]:
    from PIL import Image

    kind = _read(connection, 1)[0]
    if kind == 3:  # a clipboard
        _read(connection, struct.unpack(">3xI", _read(connection, 7))[0])
        return []
    if kind != 0:
        raise OSError(f"the VNC server said something unexpected ({kind})")
    (count,) = struct.unpack(">xH", _read(connection, 3))
    found = []
    for _ in range(count):
        x, y, width, height, encoding = struct.unpack(">HHHHi", _read(connection, 12))
        if encoding != RAW:
            raise OSError(f"the VNC server chose an encoding of its own ({encoding})")
        data = _read(connection, width * height * 4)
        found.append((x, y, Image.frombuffer("RGB", (width, height), data, "raw", "BGRX", 0, 1)))
    return found


def _read(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise OSError("the VNC server ended the connection")
        data += chunk
    return bytes(data)
