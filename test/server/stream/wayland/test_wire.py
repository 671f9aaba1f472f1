"""Messages forwarded between two Wayland sockets, in pieces and with their file descriptors."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading

from support.waiting import until

from jupyter_vnc_proxy.stream.wayland.wire import Forwarder, message, read_string, string


class Way:
    """Two ends, and what passed between them."""

    def __init__(self) -> None:
        self.near, source = socket.socketpair()
        target, self.far = socket.socketpair()
        self.sockets = (self.near, source, target, self.far)
        for each in self.sockets:
            each.setblocking(False)
        self.seen: list[tuple[int, int, bytes]] = []
        self.files: list[int] = []
        self.ended = False
        self.answer: bytes | None = None
        self.forwarder = Forwarder(source, target, self.look, self.end)

    def look(self, number: int, opcode: int, arguments: bytes, files: list[int]) -> bytes | None:
        self.seen.append((number, opcode, arguments))
        self.files += files
        files.clear()
        return self.answer

    def end(self) -> None:
        self.ended = True

    def arrived(self) -> bytes:
        try:
            return self.far.recv(1 << 20)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        self.forwarder.close()
        for each in self.sockets:
            each.close()
        for file in self.files:
            os.close(file)


def test_strings_are_padded_and_read_back() -> None:
    for text in ("", "wl_shm", "wl_output", "ä"):
        data = string(text)
        assert len(data) % 4 == 0
        assert read_string(b"abcd" + data, 4) == (text, 4 + len(data))


async def test_messages_in_single_bytes_are_seen_once_and_arrive_whole() -> None:
    with contextlib.closing(Way()) as way:
        data = message(3, 1, b"12345678") + message(4, 0)
        for byte in data:
            way.near.send(bytes([byte]))
        await until(lambda: len(way.seen) == 2)
        assert way.seen == [(3, 1, b"12345678"), (4, 0, b"")]
        assert way.arrived() == data


async def test_a_message_can_be_changed_dropped_and_added_to() -> None:
    with contextlib.closing(Way()) as way:
        way.answer = message(3, 1, b"else")
        way.near.send(message(3, 1, b"some"))
        await until(lambda: way.seen)
        assert way.arrived() == way.answer
        way.answer = b""
        way.near.send(message(3, 1, b"some"))
        await until(lambda: len(way.seen) == 2)
        assert way.arrived() == b""
        way.forwarder.add(message(9, 9))
        assert way.arrived() == message(9, 9)


async def test_file_descriptors_arrive_and_can_be_looked_at() -> None:
    with contextlib.closing(Way()) as way:
        reader, writer = os.pipe()
        socket.send_fds(way.near, [message(3, 0, struct.pack("=I", 7))], [writer])
        os.close(writer)
        await until(lambda: way.files)
        _, files, _, _ = socket.recv_fds(way.far, 100, 4)
        os.write(files[0], b"a")
        os.write(way.files[0], b"b")
        assert os.read(reader, 2) == b"ab"
        os.close(files[0])
        os.close(reader)


async def test_an_end_that_reads_late_gets_everything_in_order() -> None:
    with contextlib.closing(Way()) as way:
        count = 4000
        sent = b"".join(message(n, 0, bytes(200)) for n in range(1, count))
        way.near.setblocking(True)
        writing = threading.Thread(target=way.near.sendall, args=(sent,))
        writing.start()
        await until(lambda: len(way.seen) > 1000)
        got = b""

        def all_here() -> bool:
            nonlocal got
            got += way.arrived()
            return len(got) >= len(sent)

        await until(all_here)
        writing.join()
        assert got == sent


async def test_the_end_of_one_side_is_told_once() -> None:
    with contextlib.closing(Way()) as way:
        way.near.close()
        await until(lambda: way.ended)
