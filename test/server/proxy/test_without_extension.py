"""jupyter-server-proxy's entry with our server extension disabled: bounded memory, and activity by input alone."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.processes import processes_of
from support.servers import AUTHORIZATION, Server, Servers
from support.standins import BANNER, StandIn, vnc_server
from support.stream.clients import cut_text
from support.viewers import RawViewer
from support.waiting import until, wait_until

SERVER_INIT = struct.pack(">HH16sI", 800, 600, bytes.fromhex("20180001 00ff00ff00ff 100800 000000"), 1) + b"x"
SECRET_OF_THE_DESKTOP = struct.pack(">B3xI", 3, 21) + b"secret of the desktop"
KEY = struct.pack(">BB2xI", 4, 1, 0x61)
SOCKET = "/vnc/api/desktops/default/rfb"


@pytest.fixture
def servers(runtime: Path) -> Iterator[Servers]:
    made = Servers(runtime)
    yield made
    for server in made.running():
        server.end("SIGTERM")  # or the page server would end a moment later
    made.close()


class Flood:
    """A VNC server that writes as fast as it is read, and counts."""

    def __init__(self, path: Path) -> None:
        self.written = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection:
                connection.sendall(BANNER)
                while True:
                    self.written += connection.send(bytes(1 << 16))
        except OSError:
            return

    def close(self) -> None:
        self._listener.close()


def resident_mebibytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) >> 10


async def settled(flood: Flood) -> int:
    """Wait until nothing more is written, and return how much was."""
    before = -1
    while flood.written != before or not before:
        before = flood.written
        await asyncio.sleep(1)
    return before


async def test_memory_is_bounded_for_a_viewer_that_stops_reading(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(extension=False)
    server.api("GET")  # starts the page server
    stand_in = StandIn(runtime / "default")
    flood = Flood(stand_in.desktop.rfb_socket)
    try:
        before = resident_mebibytes(server.process.pid)
        viewer = await RawViewer.connect(server.port, SOCKET, AUTHORIZATION)
        stalled = await asyncio.wait_for(settled(flood), 60)
        assert stalled < 20 << 20
        assert resident_mebibytes(server.process.pid) - before < 40
        # It goes on once the viewer reads and answers the pings.
        got = 0
        while got < 40 << 20:
            opcode, data = await asyncio.wait_for(viewer.message(), 60)
            if opcode == 9:
                viewer.writer.write(bytes((0x8A, 0x80 | len(data))) + bytes(4) + data)
            got += len(data)
        viewer.close()
    finally:
        flood.close()
        stand_in.close()


def last_activity(server: Server) -> datetime:
    with server.request("GET", "api/status?no_track_activity=1") as answer:
        return datetime.fromisoformat(json.loads(answer.read())["last_activity"].replace("Z", "+00:00"))


async def test_only_input_counts_as_activity(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(extension=False)
    server.start_desktop()
    viewer = await RawViewer.connect(server.port, SOCKET, AUTHORIZATION)
    assert await viewer.message() == (2, BANNER)
    await viewer.send(BANNER + b"\1\1")
    desktop = runtime / "default" / "activity"
    noted = desktop.stat().st_mtime
    await asyncio.sleep(1.2)
    await viewer.send(b"\3" + bytes(9))
    server.api("GET")
    created = last_activity(server)
    assert abs(created.timestamp() - noted) < 0.01, "the start of the desktop"
    assert desktop.stat().st_mtime == noted
    await viewer.send(b"\5" + bytes(5))
    await until(lambda: desktop.stat().st_mtime > noted)
    await asyncio.sleep(1.2)
    await viewer.send(b"\3" + bytes(9))  # any message lets Jupyter look
    await until(lambda: last_activity(server) > created)
    assert abs(last_activity(server).timestamp() - desktop.stat().st_mtime) < 0.01
    viewer.close()


@pytest.mark.parametrize("direction", ["none", "in", "out"])
async def test_the_administrator_limits_the_clipboard_there_too(
    servers: Servers, runtime: Path, direction: str
) -> None:
    (server,) = servers.start(extension=False, clipboard=direction)
    server.api("GET")  # starts the page server
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        got.extend(await reader.readexactly(12))
        writer.write(b"\1\1")
        got.extend(await reader.readexactly(1))
        writer.write(bytes(4))
        got.extend(await reader.readexactly(1))
        writer.write(SERVER_INIT + SECRET_OF_THE_DESKTOP + b"\2")  # a cut text, then a bell
        while data := await reader.read(1000):
            got.extend(data)

    stand_in = StandIn(runtime / "default")
    async with vnc_server(stand_in.desktop.rfb_socket, talk):
        viewer = await RawViewer.connect(server.port, SOCKET, AUTHORIZATION)
        for sent in (BANNER, b"\1", b"\1", cut_text(b"secret of the viewer") + KEY):
            await viewer.send(sent)
        await until(lambda: got.endswith(KEY))
        seen = b""
        while not seen.endswith(b"\2"):
            opcode, data = await asyncio.wait_for(viewer.message(), 60)
            seen += data if opcode == 2 else b""
        assert (b"secret of the viewer" in got) == (direction == "in")
        assert (SECRET_OF_THE_DESKTOP in seen) == (direction == "out")
        viewer.close()
    stand_in.close()


def test_the_limits_reach_the_page_server(servers: Servers, runtime: Path) -> None:
    (server,) = servers.start(extension=False, max_clients=1)
    server.start_desktop()

    async def visit() -> None:
        first = await RawViewer.connect(server.port, SOCKET, AUTHORIZATION)
        assert await first.message() == (2, BANNER)
        second = await RawViewer.connect(server.port, SOCKET, AUTHORIZATION)
        opcode, _ = await second.message()
        first.close()
        second.close()
        assert opcode == 8  # jupyter-server-proxy does not pass the code on

    asyncio.run(visit())


def test_the_sessions_command_reaches_the_desktop_and_no_other_command_line(servers: Servers, runtime: Path) -> None:
    command = ["sh", "-c", "echo {braces} $0; exec sleep 1000", "tell-nobody"]
    (server,) = servers.start(extension=False, session_command=command)
    server.start_desktop()
    lines = processes_of(runtime)
    assert sum(" serve " in line for line in lines.values()) == 1
    assert sum(" run " in line for line in lines.values()) == 1
    assert [line for line in lines.values() if "tell-nobody" in line and "jupyter_vnc_proxy" in line] == []
    assert [pid for pid in lines if b"HANDED_OVER" in environment_of(pid) and " serve " not in lines[pid]] == []
    log = runtime / "default" / "log" / "session.log"
    wait_until(lambda: "{braces} tell-nobody" in log.read_text(), what="the session runs")


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()
