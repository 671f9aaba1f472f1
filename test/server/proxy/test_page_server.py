"""The page server: a real `serve` process on a unix socket, tested over plain HTTP."""

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
from support.runners import COMMAND, IDLE, WITHOUT_PIDFD
from support.standins import BANNER, StandIn
from support.viewers import RawViewer
from support.waiting import until, wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.proxy.page_handler import PAGE
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity
from jupyter_vnc_proxy.system.unix_sockets import is_listening

OURS = {"X-Requested-With": "jupyter-vnc-proxy"}

needs_page = pytest.mark.skipif(not (PAGE / "index.html").exists(), reason="the page is not built")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


class ServeProcess:
    """A `serve` process, and requests to it."""

    def __init__(self, runtime: Path, arguments: Sequence[str]) -> None:
        self.socket = runtime / "page.sock"
        self.output = runtime / ".page-server"
        argv = [*COMMAND, "serve", f"--unix-socket={self.socket}", *arguments]
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        wait_until(self._answers, what="the page server responds")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        try:
            return self.ask("GET", "/api/desktops")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None, headers: Any = OURS) -> tuple[int, Any, Any]:
        """Send one request; return status, headers and body, which is parsed if it is JSON."""
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, response.headers, json.loads(content) if is_json and content else content
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
def start_server(runtime: Path) -> Iterator[Callable[..., ServeProcess]]:
    servers: list[ServeProcess] = []

    def make(*arguments: str, session: Sequence[str] = IDLE) -> ServeProcess:
        servers.append(ServeProcess(runtime, ["--backend=tigervnc", *arguments, "--", *session]))
        return servers[-1]

    yield make
    for server in servers:
        if server.process.poll() is None:
            server.end()
        noise = complaints(server.output.read_text())
        assert [line for line in noise if "ResourceWarning" not in line] == []  # a runner may outlive it


@pytest.fixture
def server(start_server: Callable[..., ServeProcess]) -> ServeProcess:
    return start_server()


def test_only_a_post_starts_the_desktop(server: ServeProcess) -> None:
    assert server.ask("GET", "/api/desktops")[2] == []
    assert server.ask("GET", "/api/desktops/default")[0] == 404
    for path in ("/", "/?desktop=default", "/index.html", "/api/desktops/default/start"):
        server.ask("GET", path)
    assert server.ask("GET", "/api/desktops")[2] == []
    model = server.start()
    assert (model["name"], model["backend"], model["clients"]) == ("default", "tigervnc", 0)
    assert server.ask("GET", "/api/desktops")[2] == [model]
    assert server.ask("POST", "/api/desktops/default/start")[2]["phase"] == "running"
    log = server.ask("GET", "/api/desktops/default/log?part=display&lines=1")[2]
    assert (log["part"], len(log["lines"])) == ("display", 1)


def test_its_socket_is_private_and_removed_at_the_end(server: ServeProcess) -> None:
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o600
    assert server.end() == 0
    assert not server.socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_desktop(server: ServeProcess, runtime: Path, number: signal.Signals) -> None:
    server.start()
    assert server.end(number) == 0
    wait_until(lambda: not processes_of(runtime))
    assert Desktop(runtime / "default").state().phase == "stopped"


def test_a_desktop_with_another_owner_keeps_running(server: ServeProcess, runtime: Path) -> None:
    server.start()
    desktop = Desktop(runtime / "default")
    owner = desktop.own(server=ProcessIdentity.of(1))
    assert server.end() == 0
    assert desktop.state().phase == "running"
    owner.close()
    desktop.signal_stop()
    wait_until(desktop.stopped)


def test_the_server_extension_of_the_same_server_is_not_another_owner(server: ServeProcess, runtime: Path) -> None:
    server.start()
    desktop = Desktop(runtime / "default")
    with desktop.own(server=ProcessIdentity.own()):
        assert server.end() == 0
    assert desktop.state().phase == "stopped"


def test_desktops_keep_running_if_the_jupyter_server_is_killed(runtime: Path) -> None:
    argv = [*COMMAND, "serve", f"--unix-socket={runtime}/page.sock", "--backend=tigervnc", "--", *IDLE]
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    parent = subprocess.Popen([sys.executable, "-c", script, *argv])
    server = ServeProcess.__new__(ServeProcess)
    server.socket = runtime / "page.sock"
    wait_until(lambda: is_listening(server.socket))
    server.start()
    parent.kill()
    parent.wait()
    wait_until(lambda: not server.socket.exists())
    desktop = Desktop(runtime / "default")
    assert desktop.state().phase == "running"
    wait_until(lambda: not desktop.has_owner())
    desktop.signal_stop()
    wait_until(desktop.stopped)


def test_with_keep_desktops_keep_running(start_server: Callable[..., ServeProcess], runtime: Path) -> None:
    server = start_server("--keep")
    server.start()
    assert server.end() == 0
    desktop = Desktop(runtime / "default")
    assert desktop.state().phase == "running"
    again = start_server()
    assert again.start()["created"] == desktop.state().created


def test_a_stopped_desktop_starts_again_on_request(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server(session=["sleep", "3.2"])
    server.start("stopped")
    assert server.ask("POST", "/api/desktops/default/start")[2]["phase"] == "starting"
    server.until("running")


@needs_page
def test_the_page_is_served_and_revalidated(server: ServeProcess) -> None:
    for path, kind in (("/", "text/html"), ("/index.html", "text/html"), ("/page.css", "text/css")):
        status, headers, content = server.ask("GET", path)
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        file = PAGE / (path.strip("/") or "index.html")
        assert (status, headers.get_content_type(), content) == (200, kind, file.read_bytes())
        assert headers["Cache-Control"] == "no-cache"
    status, headers, content = server.ask("GET", "/page.js?v=1")
    assert (status, content) == (200, (PAGE / "page.js").read_bytes())
    assert "javascript" in headers.get_content_type()


@pytest.mark.parametrize(
    "path",
    [
        *("/../cli.py", "/..%2fcli.py", "/%2e%2e/cli.py", "/%2e%2e%2fcli.py", "//etc/passwd", "/./../cli.py"),
        *("/..\\cli.py", "/page/../../cli.py", "/nonsense", "/api/desktops/../../etc"),
    ],
)
def test_no_path_leaves_the_directory_of_the_page(server: ServeProcess, path: str) -> None:
    status, _, content = server.ask("GET", path)
    assert status in (400, 403, 404)
    assert b"import" not in (content if isinstance(content, bytes) else b"")


def test_post_requires_the_header(server: ServeProcess) -> None:
    for path in ("start", "resize", "nonsense"):
        status, _, error = server.ask("POST", f"/api/desktops/default/{path}", {}, headers={})
        assert (status, error["code"]) == (403, "header-missing")
    for value in ("", "XMLHttpRequest"):
        status, _, error = server.ask("POST", "/api/desktops/default/start", headers={"X-Requested-With": value})
        assert status == 403


def test_errors_are_json_with_a_sentence(server: ServeProcess) -> None:
    refusals: list[tuple[str, str, Any, int, str]] = [
        ("GET", "/api/desktops/nobody", None, 404, "unknown-desktop"),
        ("GET", "/api/desktops/nobody/log", None, 404, "unknown-desktop"),
        ("POST", "/api/desktops/nobody/start", None, 404, "unknown-desktop"),
        ("POST", "/api/desktops/..%2f/start", None, 400, "bad-name"),
        ("POST", "/api/desktops/default/nonsense", None, 404, "unknown-address"),
        ("POST", "/index.html", None, 404, "unknown-address"),
        *((verb, "/api/desktops/default/clipboard/1", None, 404, "unknown-address") for verb in ("POST", "PUT")),
        ("GET", "/api/desktops/default/start", None, 405, "use-post"),
        ("POST", "/api/desktops/default/resize", {}, 400, "bad-field"),
        ("POST", "/api/desktops/default/resize", {"width": 1e400, "height": 700}, 400, "bad-field"),
        ("POST", "/api/desktops/default/resize", "x" * 70_000, 400, "bad-body"),
        ("POST", "/api/desktops/default/start", {"session": "xfce"}, 400, "unknown-field"),
        ("DELETE", "/api/desktops/default", None, 405, "use-get"),
        ("GET", "/api/desktops/backends", None, 404, "unknown-desktop"),
        ("POST", "/api/desktops/default/resize", [], 400, "bad-body"),
        ("POST", "/api/desktops/default/resize", {"width": 1, "height": 1}, 400, "bad-geometry"),
        ("GET", "/api/desktops/default/log?lines=x", None, 400, "bad-field"),
    ]
    server.start()
    for method, path, body, status, code in refusals:
        got, _, error = server.ask(method, path, body)
        assert (got, error["code"]) == (status, code), path
        assert error["message"].endswith(".")


def test_it_resizes_x11vnc(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server("--backend=x11vnc")
    assert server.start()["resize"] == "rest"
    assert server.ask("POST", "/api/desktops/default/resize", {"width": 900, "height": 700})[0] == 200
    wait_until(lambda: server.until("running")["geometry"] == "900x700")


@pytest.mark.parametrize("way", [("tigervnc", "direct"), ("tigervnc", "websockify"), ("x11vnc", "native")])
async def test_a_viewer_sees_the_desktop_through_it(
    start_server: Callable[..., ServeProcess], way: tuple[str, str]
) -> None:
    server = start_server(f"--backend={way[0]}", f"--transport={way[1]}")
    server.start()
    viewer = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert b"\r\nSec-WebSocket-Protocol: binary\r\n" in viewer.head
    assert await viewer.message() == (2, BANNER)
    assert server.until("running")["clients"] == 1
    await viewer.send(BANNER)
    assert await viewer.message() == (2, b"\1\1")
    viewer.close()


def test_a_websocket_is_refused_with_json_before_the_upgrade(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server(session=["false"])
    server.start("failed")
    upgrade = {
        **OURS,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    status, _, error = server.ask("GET", "/api/desktops/default/rfb", headers=upgrade)
    assert (status, error["code"]) == (409, "not-running")
    status, _, error = server.ask("GET", "/api/desktops/nobody/rfb", headers=upgrade)
    assert (status, error["code"]) == (404, "unknown-desktop")


def test_it_replaces_a_stale_socket(start_server: Callable[..., ServeProcess], runtime: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(runtime / "page.sock"))
    left.close()
    assert start_server().process.poll() is None


def test_a_body_that_is_nested_too_deeply_is_a_400(server: ServeProcess) -> None:
    connection = UnixConnection(server.socket)
    connection.request("POST", "/api/desktops/default/start", b"[" * 50_000, OURS)
    assert connection.getresponse().status == 400
    connection.close()


def test_every_response_has_the_headers(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server("--frame-ancestors=https://portal.example")
    paths = ["/", "/page.js", "/nonsense", "/api/desktops", "/api/desktops/default", "/api/desktops/default/rfb"]
    for method in ("GET", "HEAD", "POST", "DELETE", "PUT"):
        for path in paths:
            for headers in (OURS, {}):
                _, found, _ = server.ask(method, path, headers=headers)
                assert found["X-Content-Type-Options"] == "nosniff", (method, path)
                assert found["Referrer-Policy"] == found["Cross-Origin-Opener-Policy"] == "same-origin"
                assert found.get_all("Cache-Control") in (["no-cache"], ["no-store"])
                (policy,) = found.get_all("Content-Security-Policy")
                assert policy.startswith("default-src")
                assert policy.endswith("frame-ancestors https://portal.example")


def test_nothing_can_be_framed_under_a_hub(
    start_server: Callable[..., ServeProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/a/")
    server = start_server("--frame-ancestors=*")
    assert server.ask("GET", "/")[1]["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_it_limits_the_running_desktops(start_server: Callable[..., ServeProcess], runtime: Path) -> None:
    other = StandIn(runtime / "other")
    try:
        status, _, error = start_server("--max-desktops=1").ask("POST", "/api/desktops/default/start")
        assert (status, error["code"]) == (429, "too-many-desktops")
    finally:
        other.close()


async def close_code(viewer: RawViewer) -> int:
    """Read to the close frame, and return its code."""
    while True:
        opcode, data = await viewer.message()
        if opcode == 8:
            viewer.close()
            return int.from_bytes(data[:2], "big")


async def test_it_limits_the_idle_time_of_viewers(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server("--idle-disconnect=0.5")
    server.start()
    before = time.monotonic()
    viewer = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert await close_code(viewer) == 4408
    assert time.monotonic() - before >= 0.5
    wait_until(lambda: server.until("running")["clients"] == 0)


async def test_it_limits_the_viewers(start_server: Callable[..., ServeProcess]) -> None:
    server = start_server("--max-clients=1")
    server.start()
    first = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert await first.message() == (2, BANNER)
    second = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert await close_code(second) == 4429
    first.close()
    await until(lambda: server.until("running")["clients"] == 0)
    third = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert await third.message() == (2, BANNER)
    third.close()


async def test_stopping_the_desktop_closes_a_viewer_with_4410(
    start_server: Callable[..., ServeProcess], runtime: Path
) -> None:
    server = start_server()
    server.start()
    viewer = await RawViewer.connect_unix(str(server.socket), "/api/desktops/default/rfb")
    assert await viewer.message() == (2, BANNER)
    Desktop(runtime / "default").signal_stop()
    assert await close_code(viewer) == 4410


@pytest.mark.parametrize("why", WITHOUT_PIDFD)
def test_it_serves_and_sees_its_parents_end_without_pidfd(runtime: Path, why: str) -> None:
    socket_option = f"--unix-socket={runtime}/page.sock"
    argv = [*WITHOUT_PIDFD[why], "serve", socket_option, "--backend=tigervnc", "--", *IDLE]
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    parent = subprocess.Popen([sys.executable, "-c", script, *argv])
    server = ServeProcess.__new__(ServeProcess)
    server.socket = runtime / "page.sock"
    wait_until(lambda: is_listening(server.socket))
    assert server.ask("GET", "/api/desktops")[0] == 200
    parent.kill()
    parent.wait()
    wait_until(lambda: not server.socket.exists())


def test_a_terminal_that_closes_leaves_the_desktops_running(server: ServeProcess, runtime: Path) -> None:
    server.start()
    server.process.send_signal(signal.SIGHUP)
    assert server.ask("GET", "/api/desktops/default")[2]["phase"] == "running"
    time.sleep(0.5)
    assert server.process.poll() is None
    assert Desktop(runtime / "default").state().phase == "running"


def test_it_leaves_the_terminals_session(runtime: Path) -> None:
    argv = [*COMMAND, "serve", f"--unix-socket={runtime}/page.sock", "--backend=tigervnc", "--", *IDLE]
    process = subprocess.Popen(argv)  # in our session, as jupyter-server-proxy's child is in Jupyter's
    try:
        wait_until(lambda: is_listening(runtime / "page.sock"))
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
    finally:
        process.terminate()
        process.wait(10)
