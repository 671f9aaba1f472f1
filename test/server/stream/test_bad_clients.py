"""Slow, vanishing and malicious clients at a real server: it keeps running within its memory, and serves the others."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.displays import Display, paint
from support.stream.clients import HELLO, cut_text, fence, set_encodings
from support.stream.raw_client import RawClient, same_as_the_screen
from support.waiting import wait_until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.randr.size import resize

ENCODINGS = set_encodings(7, 1, 16, 0, -26, -223, -308, -312, -313)
WHOLE = struct.pack(">BBHHHH", 3, 0, 0, 0, 1200, 900)
MORE = struct.pack(">BBHHHH", 3, 1, 0, 0, 1200, 900)
MUCH = 150 << 20
"""Bytes that the server may grow by: two screens, and the backlogs of several clients."""


def memory(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes that a process has in memory."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def stranger(path: Path, data: bytes = b"") -> socket.socket:
    """Connect, and send ``data`` after the handshake, as far as the server takes it."""
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(20)
    made.connect(os.fspath(path))
    with contextlib.suppress(TimeoutError, ConnectionError):
        made.sendall(HELLO + data)
    return made


@pytest.fixture
def large(display: Display) -> Display:
    resize(display.name, display.xauthority, Geometry(1200, 900))
    return display


numbers = itertools.count(1)


def assert_served(client: RawClient, display: Display, rounds: int = 10) -> None:
    """Draw, and see each change in full; the client gives up after ten seconds."""
    for number in itertools.islice(numbers, rounds):
        paint(display, Rectangle(number % 500, number % 400, 400, 300), 0x050709 * number % (1 << 24))
        client.update(incremental=True)
        while not same_as_the_screen(client, display):
            client.update(incremental=True)


def test_slow_and_stalled_clients_do_not_hold_up_others(
    large: Display, server: subprocess.Popen[bytes], served: Path
) -> None:
    quick = RawClient(served)
    quick.update(incremental=False)
    before = memory(server)
    deaf = [stranger(served, WHOLE + MORE * 1000) for _ in range(3)]
    slow = stranger(served, WHOLE)
    ends = threading.Event()

    def read_slowly() -> None:
        while not ends.wait(0.1):
            slow.recv(5000)

    reader = threading.Thread(target=read_slowly)
    reader.start()
    assert_served(quick, large)
    assert memory(server) - before < MUCH
    ends.set()
    reader.join()
    for each in (*deaf, slow):
        each.close()
    assert_served(quick, large, 2)
    quick.close()


def test_a_client_that_vanishes_in_an_update_harms_no_other(large: Display, served: Path) -> None:
    quick = RawClient(served)
    quick.update(incremental=False)
    for _ in range(20):
        gone = stranger(served, ENCODINGS + WHOLE + MORE)
        gone.recv(1000)
        gone.close()
    assert_served(quick, large, 3)
    quick.close()


def test_a_storm_of_sizes_ends_with_the_last_one(large: Display, served: Path) -> None:
    quick = RawClient(served)
    sizes = [(400 + 3 * step % 500, 300 + 7 * step % 400) for step in range(300)]
    asked = [struct.pack(">BxHHBxIHHHHI", 251, *size, 1, 0, 0, 0, *size, 0) for size in sizes]
    first, second = stranger(served, ENCODINGS + WHOLE), stranger(served, ENCODINGS + WHOLE)
    for request in asked:
        first.sendall(request)
        second.sendall(request)

    def has_the_last_size() -> bool:
        late = RawClient(served)
        late.close()
        return (late.width, late.height) == sizes[-1]

    wait_until(has_the_last_size)
    late = RawClient(served)
    late.update(incremental=False)
    assert_served(late, large, 3)
    for each in (first, second):
        each.close()
    late.close()
    quick.close()


HOSTILE = {
    "asks a million times": WHOLE * 500_000 + MORE * 500_000,
    "asks a million times and knows everything": ENCODINGS + (WHOLE + MORE) * 500_000,
    "announces a million times": set_encodings(*range(-400, 100)) * 2000,
    "sends fences a million times": set_encodings(-312) + fence(1 << 31, bytes(64)) * 200_000,
    "changes its pixels' format again and again": (
        b"\0\0\0\0\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x08\0\0\0\0" + b"\0\0\0\0\x08\x08\0\1\0\7\0\7\0\3\5\2\0\0\0\0"
    )
    * 50_000,
    "sends a long clipboard, and half of another": cut_text(b"x" * (16 << 20)) + b"\6\0\0\0\1\0\0\0" + b"x" * 1000,
    "sends half a message": b"\3\1\0",
    "sends an absurd length": b"\6\0\0\0\x7f\xff\xff\xff" + b"x" * 100_000,
    "announces more than it sends": b"\2\0\xff\xff" + b"x" * 1000,
    "moves the pointer a million times": struct.pack(">BBHH", 5, 0, 3, 3) * 300_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_one_that_never_reads_leaves_the_server_small_and_the_others_served(
    large: Display, server: subprocess.Popen[bytes], served: Path, data: bytes
) -> None:
    with contextlib.closing(RawClient(served)) as quick, ThreadPoolExecutor(1) as pool:
        quick.update(incremental=False)
        before = memory(server)
        attack = pool.submit(stranger, served, data)
        while not attack.done():
            assert_served(quick, large, 1)
            assert memory(server) - before < MUCH
        with contextlib.closing(attack.result()):
            assert_served(quick, large, 3)
            assert memory(server) - before < MUCH
            assert server.poll() is None
