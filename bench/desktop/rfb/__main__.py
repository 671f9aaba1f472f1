"""Connects to a VNC server's unix socket, answers it at once, and records what it sends.

    python -m bench.desktop.rfb SOCKET QUALITY RECORDING

Commands are lines of JSON: ``count`` (answers with the bytes and the updates so far), ``click`` (presses and releases
the left button in the middle of the screen, and answers with the time) and ``save`` (writes everything to the file).
"""

from __future__ import annotations

import json
import os
import random
import select
import socket
import sys
import time
from pathlib import Path
from typing import Any

from . import messages, recording
from .viewer import Viewer

CHUNK = 1 << 20
"""Bytes read at once."""

TIMEOUT_SECONDS = 20.0
"""How long a write may take."""


class Connection:
    """A viewer on a unix socket. Nothing that it sends is delayed, and nothing that it receives is decoded."""

    def __init__(self, path: Path, quality: int, file: Path) -> None:
        self._viewer = Viewer(quality)
        self._file = open(file, "wb")  # noqa: SIM115 - as long as the process
        self.received = 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.connect(os.fspath(path))
        self.socket.sendall(messages.HELLO)

    def read(self) -> bool:
        """Answer what has come; return ``False`` at the end of the connection."""
        data = self.socket.recv(CHUNK)
        piece = recording.Piece(time.time(), data)
        if answer := self._viewer.receive(piece):
            self.socket.sendall(answer)
        self.received += len(data)
        recording.write(self._file, piece)
        return bool(data)

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run a command, and return its answer."""
        match command["do"]:
            case "count":
                return {"bytes": self.received, "updates": self._viewer.updates}
            case "click":
                width, height = self._viewer.size
                x = width // 2 + random.randrange(50)
                self.socket.sendall(messages.pointer(0, x, height // 2))
                began = time.time()
                self.socket.sendall(messages.pointer(1, x, height // 2) + messages.pointer(0, x, height // 2))
                return {"time": began}
            case "save":
                self._file.flush()
                return {}
        return {"error": f"unknown command {command['do']!r}"}


def main() -> int:
    """Serve until standard input ends; return the exit status."""
    path, quality, file = sys.argv[1:]
    connection = Connection(Path(path), int(quality), Path(file))
    buffer = b""
    while True:
        ready = select.select([connection.socket, sys.stdin.fileno()], [], [])[0]
        if connection.socket in ready and not connection.read():
            print("The server has closed the connection.", file=sys.stderr)
            return 1
        if sys.stdin.fileno() in ready:
            chunk = os.read(sys.stdin.fileno(), 1 << 16)
            if not chunk:
                return 0
            buffer += chunk
            while b"\n" in buffer:
                line, _, buffer = buffer.partition(b"\n")
                command = json.loads(line)
                print(json.dumps({**connection.do(command), "id": command["id"]}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
