"""A client that supports only the Raw encoding."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

import numpy as np

from jupyter_vnc_proxy.system.x_display import picture
from support.displays import Display
from support.waiting import LONG_SECONDS


class RawClient:
    """Speaks RFB 3.8 and knows Raw alone."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(LONG_SECONDS)
        self._socket.connect(os.fspath(path))
        assert self._read(12) == b"RFB 003.008\n"
        self._socket.sendall(b"RFB 003.008\n")
        assert self._read(2) == b"\x01\x01"
        self._socket.sendall(b"\x01")
        assert self._read(4) == bytes(4)
        self._socket.sendall(b"\x01")
        self.width, self.height = struct.unpack(">HH", self._read(4))
        self._read(16)
        self.name = self._read(struct.unpack(">I", self._read(4))[0]).decode()
        self.pixels = np.zeros((self.height, self.width, 4), np.uint8)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            chunk = self._socket.recv(size - len(data))
            if not chunk:
                raise ConnectionError("the server has ended the connection")
            data += chunk
        return data

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def update(self, incremental: bool) -> None:
        """Ask for an update, and take it in."""
        self.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))
        kind, count = struct.unpack(">BxH", self._read(4))
        assert kind == 0
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
            assert encoding == 0
            data = np.frombuffer(self._read(width * height * 4), np.uint8).reshape(height, width, 4)
            self.pixels[y : y + height, x : x + width] = data

    def fence(self, payload: bytes) -> bytes:
        """Send a fence that requests an answer; return the answer's payload."""
        self.send(struct.pack(">B3xIB", 248, 1 << 31, len(payload)) + payload)
        kind, flags, size = struct.unpack(">B3xIB", self._read(9))
        assert (kind, flags) == (248, 0)
        return self._read(size)

    def close(self) -> None:
        self._socket.close()


def same_as_the_screen(client: RawClient, display: Display) -> bool:
    """Tell whether the client has every pixel as the X server has it."""
    image = np.asarray(picture(display.name, display.xauthority))
    return bool((client.pixels[..., 2::-1] == image).all())
