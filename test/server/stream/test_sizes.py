"""Viewers of different sizes at a real server: the one used last decides, and who leaves gives the size back."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.stream.clients import HELLO, fence, pointer, set_encodings
from support.stream.raw_client import RawClient
from support.waiting import wait_until

Join = Callable[[int, int], socket.socket]

ENCODINGS = set_encodings(0, -308, -312)
KEY = struct.pack(">BBxxI", 4, 1, 0xFFE1)


def size(path: Path) -> tuple[int, int]:
    """Return the desktop's size in pixels, as a new viewer sees it."""
    client = RawClient(path)
    client.close()
    return client.width, client.height


def wait_for(path: Path, width: int, height: int) -> None:
    wait_until(lambda: size(path) == (width, height))


def request(width: int, height: int) -> bytes:
    return struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0)


def use(viewer: socket.socket, event: bytes) -> None:
    """Send an event, and wait until the server has taken it."""
    viewer.sendall(event + fence(1 << 31, b"taken"))
    data = b""
    while b"taken" not in data:
        data += viewer.recv(65536)


@pytest.fixture
def join(served: Path) -> Iterator[Join]:
    """Connects a viewer that requests a size, and waits until the desktop has it."""
    sockets: list[socket.socket] = []

    def connect(width: int, height: int) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        sockets.append(made)
        made.settimeout(10)
        made.connect(os.fspath(served))
        made.sendall(HELLO + ENCODINGS + request(width, height))
        wait_for(served, width, height)
        return made

    yield connect
    for each in sockets:
        each.close()


def test_who_leaves_gives_the_size_back(served: Path, join: Join) -> None:
    join(1270, 779)
    second = join(800, 500)
    second.close()
    wait_for(served, 1270, 779)


def test_who_leaves_without_having_decided_changes_nothing(served: Path, join: Join) -> None:
    first = join(1270, 779)
    join(800, 500)
    first.close()
    assert {size(served) for _ in range(50)} == {(800, 500)}


@pytest.mark.parametrize("event", [KEY, pointer(1, 5, 5)], ids=["a key", "a button"])
def test_the_size_goes_to_the_viewer_that_was_used_last(served: Path, join: Join, event: bytes) -> None:
    first = join(1270, 779)
    join(900, 600)
    third = join(800, 500)
    use(first, event)
    third.close()
    wait_for(served, 1270, 779)


def test_moving_the_pointer_over_a_viewer_is_no_use(served: Path, join: Join) -> None:
    first = join(1270, 779)
    join(900, 600)
    third = join(800, 500)
    use(first, pointer(0, 5, 5))
    third.close()
    wait_for(served, 900, 600)


def test_a_viewer_that_requests_its_size_again_decides(served: Path, join: Join) -> None:
    first = join(1270, 779)
    second = join(800, 500)
    first.sendall(request(1270, 779))
    wait_for(served, 1270, 779)
    third = join(640, 480)
    third.close()
    wait_for(served, 1270, 779)
    second.close()
