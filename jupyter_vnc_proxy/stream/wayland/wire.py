"""Wayland's wire format (the Wayland protocol, "Wire Format"), and a forwarder for one direction of a connection."""

from __future__ import annotations

import array
import asyncio
import os
import socket
import struct
from collections.abc import Callable

HEADER = struct.Struct("=IHH")
"""Object, opcode, size in bytes with the header."""

CHUNK_BYTES = 64 * 1024
"""Bytes read at once."""

MAX_FILES = 28
"""The most file descriptors that libwayland sends with one message."""

Message = tuple[int, int, bytes]
"""Object, opcode, arguments."""


def message(number: int, opcode: int, arguments: bytes = b"") -> bytes:
    """Return a message of the object ``number``."""
    return HEADER.pack(number, opcode, HEADER.size + len(arguments)) + arguments


def string(text: str) -> bytes:
    """Return a string as an argument: its length with the NUL, and padding to 32 bits."""
    data = text.encode() + b"\0"
    return struct.pack("=I", len(data)) + data + bytes(-len(data) % 4)


def read_string(body: bytes, offset: int = 0) -> tuple[str, int]:
    """Return the string argument at ``offset``, and the offset of the next argument."""
    (size,) = struct.unpack_from("=I", body, offset)
    start = offset + 4
    return body[start : start + max(0, size - 1)].decode(errors="replace"), start + size + -size % 4


class Forwarder:
    """Forwards messages from one socket to another, in the running event loop.

    ``look(number, opcode, arguments, files)`` gets each message, and may return a replacement (``b""`` drops it);
    ``files`` are the descriptors received and not yet claimed: it removes those that its message carries, and closes
    them. ``ended()`` is called once when the source has ended or either socket fails. The caller closes both sockets.
    """

    def __init__(
        self,
        source: socket.socket,
        target: socket.socket,
        look: Callable[[int, int, bytes, list[int]], bytes | None],
        ended: Callable[[], None],
    ) -> None:
        self._source, self._target = source, target
        self._look, self._ended = look, ended
        self._received = b""
        self._files: list[int] = []
        self._out = bytearray()
        self._out_files: list[int] = []
        self._writing = False
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(source.fileno(), self._readable)

    def close(self) -> None:
        """Stop forwarding."""
        self._loop.remove_reader(self._source.fileno())
        if self._writing:
            self._loop.remove_writer(self._target.fileno())
            self._writing = False
        for file in (*self._files, *self._out_files):
            os.close(file)
        self._files, self._out_files = [], []

    def add(self, data: bytes) -> None:
        """Send a message of our own after those that were forwarded."""
        self._out += data
        self._write()

    def _readable(self) -> None:
        try:
            data, files, _, _ = socket.recv_fds(self._source, CHUNK_BYTES, MAX_FILES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data, files = b"", []
        if not data:
            self._end()
            return
        self._out_files += files
        self._files += [os.dup(file) for file in files]
        data = self._received + data
        start = 0
        while len(data) - start >= HEADER.size:
            number, opcode, size = HEADER.unpack_from(data, start)
            if size < HEADER.size or len(data) - start < size:
                break
            arguments = data[start + HEADER.size : start + size]
            other = self._look(number, opcode, arguments, self._files)
            self._out += data[start : start + size] if other is None else other
            start += size
        self._received = data[start:]
        self._write()

    def _write(self) -> None:
        files, self._out_files = self._out_files, []
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
        try:
            sent = self._target.sendmsg([self._out], rights) if self._out else 0
        except (BlockingIOError, InterruptedError):
            self._out_files = files
            sent = 0
        except OSError:
            self._out_files = files
            self._end()
            return
        else:
            if self._out:
                for file in files:
                    os.close(file)
            else:
                self._out_files = files
        del self._out[:sent]
        if bool(self._out) != self._writing:
            self._writing = not self._writing
            if self._writing:
                self._loop.add_writer(self._target.fileno(), self._write)
            else:
                self._loop.remove_writer(self._target.fileno())

    def _end(self) -> None:
        self.close()
        self._ended()
