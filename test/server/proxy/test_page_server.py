"""The first door: one real `serve` process on a unix socket, asked in plain HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.processes import complaints, processes_of
from support.runners import COMMAND, IDLE
from support.standins import BANNER
from support.viewers import RawViewer
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.proxy.page_server import PAGE

OURS = {"X-Requested-With": "jupyter-vnc-proxy"}

needs_page = pytest.mark.skipif(not (PAGE / "index.html").exists(), reason="the page is not built")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


class Door:
    """One `serve`, and requests to it."""

    def __init__(self, runtime: Path, arguments: Sequence[str]) -> None:
        self.socket = runtime / "door"
        self.output = runtime / ".door"
        argv = [*COMMAND, "serve", f"--unix-socket={self.socket}", *arguments]
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        wait_until(self._answers, what="the door opens")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        try:
            return self.ask("GET", "/api/desktops")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None, headers: Any = OURS) -> tuple[int, Any, Any]:
        """Send one request; return the status, the headers and the body, read as JSON where it is."""
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, response.headers, json.loads(content) if is_json else content
        finally:
            connection.close()

    def until(self, phase: str, name: str = "default") -> dict[str, Any]:
        def model() -> dict[str, Any] | None:
            status, _, found = self.ask("GET", f"/api/desktops/{name}")
            return found if status == 200 and found["phase"] == phase else None

        found = wait_until(model, what=phase)
        assert found is not None
        return found

    def start(self, until: str = "running") -> dict[str, Any]:
        """Start the default desktop, as the page does, and wait for a phase."""
        assert self.ask("POST", "/api/desktops/default/start")[0] == 200
        return self.until(until)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture
def open_door(runtime: Path) -> Iterator[Callable[..., Door]]:
    doors: list[Door] = []

    def make(*arguments: str, session: Sequence[str] = IDLE) -> Door:
        doors.append(Door(runtime, ["--backend=tigervnc", *arguments, "--", *session]))
        return doors[-1]

    yield make
    for door in doors:
        if door.process.poll() is None:
            door.end()
        noise = complaints(door.output.read_text())
        assert [line for line in noise if "ResourceWarning" not in line] == []  # a runner may outlive it


@pytest.fixture
def door(open_door: Callable[..., Door]) -> Door:
    return open_door()


def test_asking_for_the_page_starts_the_desktop_and_nothing_else_does(door: Door) -> None:
    assert door.ask("GET", "/api/desktops")[2] == []
    assert door.ask("GET", "/api/desktops/default")[0] == 404
    door.ask("GET", "/")
    model = door.until("running")
    assert (model["name"], model["backend"], model["clients"]) == ("default", "tigervnc", 0)
    assert door.ask("GET", "/api/desktops")[2] == [model]
    assert door.ask("POST", "/api/desktops/default/start")[2]["phase"] == "running"
    log = door.ask("GET", "/api/desktops/default/log?part=display&lines=1")[2]
    assert (log["part"], len(log["lines"])) == ("display", 1)


def test_its_socket_is_ours_alone_and_goes_with_it(door: Door) -> None:
    assert stat.S_IMODE(door.socket.stat().st_mode) == 0o600
    assert door.end() == 0
    assert not door.socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_desktop(door: Door, runtime: Path, number: signal.Signals) -> None:
    door.start()
    before = time.monotonic()
    assert door.end(number) == 0
    assert time.monotonic() - before < 6
    wait_until(lambda: not processes_of(runtime), 1)
    assert Desktop(runtime / "default").state().phase == "stopped"


def test_a_desktop_that_another_looks_after_is_left_to_it(door: Door, runtime: Path) -> None:
    door.start()
    desktop = Desktop(runtime / "default")
    owner = desktop.own(server=1)
    assert door.end() == 0
    assert desktop.state().phase == "running"
    owner.close()
    desktop.signal_stop()
    wait_until(desktop.stopped)


def test_the_other_door_of_the_same_server_is_no_other_owner(door: Door, runtime: Path) -> None:
    door.start()
    desktop = Desktop(runtime / "default")
    with desktop.own(server=os.getpid()):
        assert door.end() == 0
    assert desktop.state().phase == "stopped"


def test_its_desktops_live_on_where_its_server_was_killed(runtime: Path) -> None:
    argv = [*COMMAND, "serve", f"--unix-socket={runtime}/door", "--backend=tigervnc", "--", *IDLE]
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    server = subprocess.Popen([sys.executable, "-c", script, *argv])
    door = Door.__new__(Door)
    door.socket = runtime / "door"
    wait_until(door.socket.exists)
    door.start()
    server.kill()
    server.wait()
    wait_until(lambda: not door.socket.exists(), 5)
    desktop = Desktop(runtime / "default")
    assert desktop.state().phase == "running"
    wait_until(lambda: not desktop.has_owner(), 2)
    desktop.signal_stop()
    wait_until(desktop.stopped)


def test_it_can_be_told_to_keep_its_desktops(open_door: Callable[..., Door], runtime: Path) -> None:
    door = open_door("--keep")
    door.start()
    assert door.end() == 0
    desktop = Desktop(runtime / "default")
    assert desktop.state().phase == "running"
    again = open_door()
    assert again.start()["created"] == desktop.state().created


def test_a_desktop_that_ended_is_started_again_on_demand(open_door: Callable[..., Door]) -> None:
    door = open_door(session=["sleep", "3.2"])
    door.start("stopped")
    assert door.ask("POST", "/api/desktops/default/start")[2]["phase"] == "starting"
    door.until("running")


@needs_page
def test_the_page_and_its_files_are_served_whole_and_asked_for_again(door: Door) -> None:
    for path, kind in (("/", "text/html"), ("/index.html", "text/html"), ("/page.css", "text/css")):
        status, headers, content = door.ask("GET", path)
        file = PAGE / (path.strip("/") or "index.html")
        assert (status, headers.get_content_type(), content) == (200, kind, file.read_bytes())
        assert headers["Cache-Control"] == "no-cache"
    status, headers, content = door.ask("GET", "/page.js?v=1")
    assert (status, content) == (200, (PAGE / "page.js").read_bytes())
    assert "javascript" in headers.get_content_type()


@pytest.mark.parametrize(
    "path",
    [
        *("/../cli.py", "/..%2fcli.py", "/%2e%2e/cli.py", "/%2e%2e%2fcli.py", "//etc/passwd", "/./../cli.py"),
        *("/..\\cli.py", "/page/../../cli.py", "/nonsense", "/api/desktops/../../etc"),
    ],
)
def test_no_path_leads_out_of_the_page(door: Door, path: str) -> None:
    status, _, content = door.ask("GET", path)
    assert status in (400, 403, 404)
    assert b"import" not in (content if isinstance(content, bytes) else b"")


def test_what_changes_something_needs_our_header(door: Door) -> None:
    for path in ("start", "resize", "nonsense"):
        status, _, error = door.ask("POST", f"/api/desktops/default/{path}", {}, headers={})
        assert (status, error["code"]) == (403, "header-missing")
    for value in ("", "XMLHttpRequest"):
        status, _, error = door.ask("POST", "/api/desktops/default/start", headers={"X-Requested-With": value})
        assert status == 403


def test_what_is_refused_is_json_with_one_sentence(door: Door) -> None:
    refusals: list[tuple[str, str, Any, int, str]] = [
        ("GET", "/api/desktops/nobody", None, 404, "unknown-desktop"),
        ("GET", "/api/desktops/nobody/log", None, 404, "unknown-desktop"),
        ("POST", "/api/desktops/nobody/start", None, 404, "unknown-desktop"),
        ("POST", "/api/desktops/..%2f/start", None, 400, "bad-name"),
        ("POST", "/api/desktops/default/nonsense", None, 404, "unknown-address"),
        ("POST", "/index.html", None, 404, "unknown-address"),
        ("GET", "/api/desktops/default/start", None, 405, "use-post"),
        ("POST", "/api/desktops/default/resize", {}, 400, "bad-body"),
        ("POST", "/api/desktops/default/resize", [], 400, "bad-body"),
        ("POST", "/api/desktops/default/resize", {"width": 1, "height": 1}, 400, "bad-geometry"),
        ("GET", "/api/desktops/default/log?lines=x", None, 400, "bad-field"),
    ]
    door.start()
    for method, path, body, status, code in refusals:
        got, _, error = door.ask(method, path, body)
        assert (got, error["code"]) == (status, code), path
        assert error["message"].endswith(".")


def test_x11vnc_is_resized_through_it(open_door: Callable[..., Door]) -> None:
    door = open_door("--backend=x11vnc")
    assert door.start()["resize"] == "rest"
    assert door.ask("POST", "/api/desktops/default/resize", {"width": 900, "height": 700})[0] == 200
    wait_until(lambda: door.until("running")["geometry"] == "900x700")


@pytest.mark.parametrize("way", [("tigervnc", "direct"), ("tigervnc", "websockify"), ("x11vnc", "native")])
async def test_a_viewer_sees_the_desktop_through_it(open_door: Callable[..., Door], way: tuple[str, str]) -> None:
    door = open_door(f"--backend={way[0]}", f"--transport={way[1]}")
    door.start()
    viewer = await RawViewer.connect_unix(str(door.socket), "/api/desktops/default/rfb")
    assert b"\r\nSec-WebSocket-Protocol: binary\r\n" in viewer.head
    assert await viewer.message() == (2, BANNER)
    assert door.until("running")["clients"] == 1
    await viewer.send(BANNER)
    assert await viewer.message() == (2, b"\1\1")
    viewer.close()


def test_a_socket_is_refused_in_json_before_the_upgrade(open_door: Callable[..., Door]) -> None:
    door = open_door(session=["false"])
    door.start("failed")
    upgrade = {
        **OURS,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    status, _, error = door.ask("GET", "/api/desktops/default/rfb", headers=upgrade)
    assert (status, error["code"]) == (409, "not-running")
    status, _, error = door.ask("GET", "/api/desktops/nobody/rfb", headers=upgrade)
    assert (status, error["code"]) == (404, "unknown-desktop")


def test_a_socket_file_that_a_crash_left_is_no_hindrance(open_door: Callable[..., Door], runtime: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(runtime / "door"))
    left.close()
    assert open_door().process.poll() is None
