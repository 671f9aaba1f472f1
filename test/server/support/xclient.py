"""Minimal clients of X and RFB, independent of our own code."""

from __future__ import annotations

import inspect
import pwd
import socket
import struct
import subprocess
from pathlib import Path

from support.waiting import LONG_SECONDS

SET_DESKTOP_SIZE = 251
EXTENDED_DESKTOP_SIZE = -308


def x_setup(display: str, cookie: bytes = b"") -> int:
    """Connect to an X server; return its answer: 0 refused, 1 accepted (X protocol, section 8)."""
    name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
    head = struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), len(cookie))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(f"/tmp/.X11-unix/X{display.removeprefix(':')}")
        connection.sendall(head + name.ljust(-(-len(name) // 4) * 4, b"\0") + cookie)
        return connection.recv(1)[0]


def x_setup_as_nobody(display: str, cookie: bytes = b"") -> int:
    """Connect as the user nobody, which only root can become; return the X server's answer like `x_setup`."""
    nobody = pwd.getpwnam("nobody")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    code = f"{inspect.getsource(x_setup)}\nprint(x_setup({display!r}, {cookie!r}))"
    argv = [*become, "/usr/bin/python3", "-c", f"import socket, struct\n{code}"]
    return int(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


class RfbClient:
    """An RFB client on a unix socket, after the handshake (RFC 6143, sections 7.1 to 7.3)."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LONG_SECONDS)
        self.socket.connect(str(path))
        self.banner = self.read(12)
        self.socket.sendall(b"RFB 003.008\n")
        self.security_types = self.read(self.read(1)[0])
        self.socket.sendall(b"\1")
        self.security_result = self.read(4)
        self.socket.sendall(b"\1")
        self.width, self.height = struct.unpack(">HH", self.read(4))
        self.read(16)
        self.name = self.read(struct.unpack(">I", self.read(4))[0]).decode()

    def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self.socket.recv(count - len(data))
            assert chunk, "the server closed the connection"
            data += chunk
        return data

    def ask_for_updates(self) -> None:
        """Announce ExtendedDesktopSize, and request a first update."""
        encodings = (0, EXTENDED_DESKTOP_SIZE)
        self.socket.sendall(struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings))
        self.socket.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))

    def set_size(self, width: int, height: int) -> None:
        """Send SetDesktopSize, as noVNC does."""
        self.socket.sendall(struct.pack(">BxHHBxIHHHHI", SET_DESKTOP_SIZE, width, height, 1, 0, 0, 0, width, height, 0))

    def close(self) -> None:
        self.socket.close()
