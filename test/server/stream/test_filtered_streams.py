"""Real servers through the filters: pictures come through unchanged, the desktop's clipboard never does."""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.displays import Display, paint
from support.stream.clients import clipboard
from support.waiting import wait_until

from jupyter_vnc_proxy.rfb.filters.client_filter import ClientFilter
from jupyter_vnc_proxy.rfb.filters.server_filter import ServerFilter
from jupyter_vnc_proxy.rfb.filters.server_stream import ServerMessageKind, ServerPiece
from jupyter_vnc_proxy.rfb.rights import Right
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.cleanup import remove_segments
from jupyter_vnc_proxy.system.unix_sockets import is_listening
from jupyter_vnc_proxy.system.x_display import write_cookie

SECRET = "a secret of the desktop"
PSEUDO = (-26, -254, -223, -224, -239, -240, 0x574D5664, -258, -261, -307, -308, -309, -312, -313, -316)
CLIPBOARD = -1063131698
PREFERRED = {"Tight": 7, "Tight PNG": -260, "ZRLE": 16, "Hextile": 5, "zlib": 6, "RRE": 2, "H.264": 50, "Raw": 0}
UPDATES = 4
OF_THE_CLIPBOARD = (
    ServerMessageKind.CUT_TEXT,
    ServerMessageKind.CLIPBOARD_NOTIFY,
    ServerMessageKind.CLIPBOARD_PROVIDE,
)


class FilteredClient:
    """A client behind both filters; keeps what the server sent and what came through."""

    def __init__(self, path: Path, rights: Right, *encodings: int) -> None:
        self.client = ClientFilter(rights)
        self.server = ServerFilter(self.client)
        self.sent, self.passed, self.dropped = bytearray(), bytearray(), bytearray()
        self.updates = 0
        self._fence = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(os.fspath(path))
        self.size = (0, 0)
        for data in (b"RFB 003.008\n", b"\1", b"\1"):
            self.send(data)
            time.sleep(0.05)
        while len(self.passed) <= 42:
            self.pump()
        self.size = struct.unpack(">HH", self.passed[18:22])
        self.send(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        self.send(struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings))
        self.request(incremental=False)

    def send(self, data: bytes) -> None:
        self._socket.sendall(self.client.feed(data).data)

    def request(self, *, incremental: bool = True) -> None:
        self.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, *self.size))

    def pump(self, seconds: float = 0.05) -> None:
        """Take what comes within a time, in odd pieces."""
        deadline = time.monotonic() + seconds
        while select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))[0]:
            data = self._socket.recv(100_003)
            assert data, "the server has ended the connection"
            self.sent += data
            for at in range(0, len(data), 10_007):
                self.passed += self.server.feed(data[at : at + 10_007])

    def note(self, piece: ServerPiece) -> None:
        """Keep what it tells of the clipboard; answer fences, without which a server takes the line for slow."""
        if piece.kind in OF_THE_CLIPBOARD:
            self.dropped += piece.data
        self.updates += piece.begins and piece.kind is ServerMessageKind.UPDATE
        if piece.kind is ServerMessageKind.FENCE:
            self._fence = (b"" if piece.begins else self._fence) + piece.data
            if len(self._fence) > 8 and len(self._fence) == 9 + self._fence[8]:
                self.send(self._fence[:4] + bytes([self._fence[4] & 0x7F]) + self._fence[5:])

    def close(self) -> None:
        self._socket.close()


def copy(display: str, xauthority: Path) -> subprocess.Popen[bytes]:
    """Have xclip own the clipboard."""
    environment = {"DISPLAY": display, "XAUTHORITY": os.fspath(xauthority), "PATH": "/usr/bin:/bin"}
    argv = ["xclip", "-quiet", "-selection", "clipboard"]
    made = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    assert made.stdin is not None
    made.stdin.write(SECRET.encode())
    made.stdin.close()
    return made


class Server:
    """A server's socket, and the display that it shows."""

    def __init__(self, path: Path, display: str, xauthority: Path) -> None:
        self.path = path
        self.name = display
        self.xauthority = xauthority

    def draw(self, step: int) -> None:
        paint(self, Rectangle(7 * step, 5 * step, 310, 170), 0x123457 * step)  # type: ignore[arg-type]


@pytest.fixture
def xvnc(runtime: Path) -> Iterator[Server]:
    path, xauthority = runtime / "xvnc.sock", runtime / "Xauthority"
    write_cookie(xauthority)
    argv = ["Xvnc", "-displayfd", "1", "-auth", str(xauthority), "-geometry", "800x600", "-rfbunixpath", str(path)]
    argv += ["-rfbport", "-1", "-SecurityTypes", "None", "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    name = f":{int(process.stdout.readline())}"
    wait_until(lambda: is_listening(path))
    yield Server(path, name, xauthority)
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def x11vnc(runtime: Path, display: Display) -> Iterator[Server]:
    path = runtime / "x11vnc.sock"
    argv = ["x11vnc", "-display", display.name, "-auth", str(display.xauthority), "-unixsock", str(path)]
    argv += ["-rfbport", "0", "-rfbportv6", "-1", "-norc", "-nopw", "-forever", "-shared", "-nolookup", "-quiet"]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: is_listening(path))
    yield Server(path, display.name, display.xauthority)
    process.kill()  # it may wait for a client before it ends by itself
    process.wait(10)
    remove_segments(process.pid)


@pytest.fixture
def ours(served: Path, display: Display) -> Server:
    return Server(served, display.name, display.xauthority)


def watch(server: Server, rights: Right, *encodings: int, told: bytes = b"") -> FilteredClient:
    """Look at a desktop that changes and copies a text, until the server has ``told`` of that; return the client."""
    client = FilteredClient(server.path, rights, *encodings)
    observed = client.server._splitter.feed

    def observe(data: bytes) -> list[ServerPiece]:
        pieces = observed(data)
        for piece in pieces:
            client.note(piece)
        return pieces

    client.server._splitter.feed = observe  # type: ignore[method-assign]
    deadline = time.monotonic() + 20
    while not client.updates and time.monotonic() < deadline:
        client.pump(0.1)
    if CLIPBOARD in client.client.server_supports:
        client.send(clipboard(24, 0x1E << 24 | 1, content=bytes(4)))  # all actions, of text
        client.pump(0.2)
    owner = copy(server.name, server.xauthority)
    try:
        deadline = time.monotonic() + 20
        step = 0
        while (client.updates < UPDATES or told not in client.dropped) and time.monotonic() < deadline:
            step += 1
            server.draw(step)
            client.pump(0.1)
            client.request()
        client.pump(0.5)
    finally:
        owner.terminate()
        owner.wait(10)
    assert client.updates >= UPDATES
    return client


def texts_of(data: bytes) -> list[bytes]:
    """Return the texts of whole ServerCutText messages."""
    texts = []
    while data:
        kind, length = struct.unpack_from(">B3xI", data)
        assert kind == 3
        assert len(data) >= 8 + length
        texts.append(data[8 : 8 + length])
        data = data[8 + length :]
    return texts


def without(sent: bytes, texts: list[bytes], passed: bytes) -> bool:
    """Return whether what passed is what was sent, but for one message for each of the texts, in order."""
    for text in texts:
        message = struct.pack(">B3xI", 3, len(text)) + text
        low, high = 0, len(passed)
        while low < high:  # the length of what both have in common, by halves
            middle = (low + high + 1) // 2
            low, high = (middle, high) if sent[:middle] == passed[:middle] else (low, middle - 1)
        # What follows the message may begin as it does.
        found = sent.find(message, max(0, low - len(message)), low + len(message))
        if found < 0:
            return False
        sent = sent[:found] + sent[found + len(message) :]
    return sent == passed


@pytest.mark.parametrize("name", PREFERRED)
@pytest.mark.parametrize("kind", ["xvnc", "x11vnc", "ours"])
def test_pictures_of_a_real_server_pass_and_what_it_copies_does_not(
    kind: str, name: str, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(kind)
    told = b"" if kind == "x11vnc" else SECRET.encode()  # it tells of no text in the first seconds of a connection
    client = watch(server, Right.VIEW | Right.CLIPBOARD_IN, PREFERRED[name], 1, 0, *PSEUDO, told=told)
    client.close()
    assert SECRET.encode() not in client.passed
    texts = texts_of(bytes(client.dropped))
    assert set(texts) <= {b"", SECRET.encode()}, "a part of a picture was taken for a text"
    assert not told or told in texts, "the server sent no text"
    assert len(client.passed) == len(client.sent) - len(client.dropped)
    assert without(bytes(client.sent), texts, bytes(client.passed))
    assert len(client.server._splitter._unsplit) < 24


@pytest.mark.parametrize("kind", ["xvnc", "ours"])
def test_the_extended_clipboard_tells_nothing_either(kind: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(kind)
    notify = struct.pack(">B3xiI", 3, -4, 1 << 27 | 1)
    client = watch(server, Right.VIEW | Right.CLIPBOARD_IN, 16, 1, 0, *PSEUDO, CLIPBOARD, told=notify)
    client.close()
    assert CLIPBOARD in client.client.server_supports
    assert client.sent.count(notify) >= 1
    assert notify not in client.passed
