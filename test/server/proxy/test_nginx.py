"""``jupyter vnc nginx``: its errors, and a real nginx that serves the page and a desktop's WebSocket."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.runners import COMMAND, Runners
from support.servers import free_port
from support.standins import BANNER
from support.viewers import RawViewer
from support.waiting import wait_until

from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.errors import Conflict, UnknownDesktop
from jupyter_vnc_proxy.proxy.page_handler import PAGE
from jupyter_vnc_proxy.system.process_groups import descendants


def test_a_public_address_needs_allow_others(
    runtime: Path, runners: Runners, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nginx", "--listen=0.0.0.0:8888"]) == 2
    assert "there is no password" in capsys.readouterr().err
    runners.start().until(phase="running")
    assert main(["nginx", "--listen=0.0.0.0:8888", "--allow-others"]) == 0
    assert "anyone who can connect to 0.0.0.0:8888 controls the desktop" in capsys.readouterr().err


def test_a_stopped_or_unknown_desktop_is_refused(
    runtime: Path, runners: Runners, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nginx", "--desktop=nobody"]) == UnknownDesktop.exit_code
    assert "no desktop named 'nobody'" in capsys.readouterr().err
    run = runners.start()
    run.until(phase="running")
    run.end()
    assert main(["nginx"]) == Conflict.exit_code
    assert "is stopped" in capsys.readouterr().err
    assert not (runtime / "default" / "nginx").exists()


def test_without_run_it_writes_the_file_and_prints_the_commands(
    runtime: Path, runners: Runners, capsys: pytest.CaptureFixture[str]
) -> None:
    runners.start().until(phase="running")
    output = runtime / "default" / "mine.conf"
    assert main(["nginx", f"--output={output}"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{output}\n"
    assert f"-c {output}" in said.err
    assert f"--unix-target {runtime}/default/rfb.sock" in said.err
    assert stat.S_IMODE((runtime / "default" / "nginx").stat().st_mode) == 0o700
    assert main(["nginx", "--json", "--listen=[::1]:9999"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (Path(told["file"]), told["url"]) == (
        runtime / "default" / "nginx" / "nginx.conf",
        "http://[::1]:9999/vnc/?desktop=default",
    )
    assert [argv[-1] for argv in told["commands"]] == [f"{runtime}/default/rfb.sock", told["file"]]
    assert main(["nginx", "--output=/proc/nginx.conf"]) == 2
    assert "could not be written" in capsys.readouterr().err


class Front:
    """A `jupyter vnc nginx --run` process, and requests to it."""

    def __init__(self, runtime: Path, *arguments: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.output = runtime / f".nginx-{self.port}"
        argv = [*COMMAND, "nginx", "--run", f"--listen=127.0.0.1:{self.port}", *arguments]
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def text(self) -> str:
        return self.output.read_text()

    def up(self) -> Front:
        wait_until(lambda: "http://" in self.text() or self.process.poll() is not None, what="nginx answers")
        assert self.process.poll() is None, self.text()
        return self

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture
def front(runtime: Path) -> Iterator[Callable[..., Front]]:
    made: list[Front] = []

    def make(*arguments: str, port: int | None = None) -> Front:
        made.append(Front(runtime, *arguments, port=port))
        return made[-1]

    yield make
    for each in made:
        if each.process.poll() is None:
            each.end()
        assert "Traceback" not in each.text()


WAYS = [("tigervnc", "direct"), ("tigervnc", "websockify"), ("x11vnc", "native")]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
async def test_a_viewer_sees_the_desktop_through_it(
    runners: Runners, front: Callable[..., Front], way: tuple[str, str]
) -> None:
    runners.start(f"--transport={way[1]}", backend=way[0]).until(phase="running")
    port = front().up().port
    for origin in (f"http://127.0.0.1:{port}", "http://localhost:1"):
        host = origin.removeprefix("http://")
        viewer = RawViewer(*await asyncio.open_connection("127.0.0.1", port))
        await viewer.upgrade("/api/desktops/default/rfb", Host=host, Origin=origin)
        assert (await viewer.message())[1] == BANNER
        viewer.close()


def test_it_serves_the_page_and_the_desktops_model(runners: Runners, front: Callable[..., Front]) -> None:
    state = runners.start(backend="x11vnc", name="mine").until(phase="running")
    nginx = front("--desktop=mine").up()
    assert f"http://127.0.0.1:{nginx.port}/vnc/?desktop=mine" in nginx.text()
    for path, kind in (("", "text/html"), ("page.js", "text/javascript"), ("desktop.svg", "image/svg+xml")):
        status, headers, content = nginx.ask("GET", f"/vnc/{path}")
        assert (status, headers.get_content_type()) == (200, kind)
        assert content == (PAGE / (path or "index.html")).read_bytes()
        assert headers["Cache-Control"] == "no-cache"
    model = json.loads(nginx.ask("GET", "/api/desktops/mine")[2])
    assert model.items() >= {"name": "mine", "phase": "running", "backend": "x11vnc", "resize": "rfb"}.items()
    assert model["display"] == state["display"]
    assert json.loads(nginx.ask("GET", "/api/desktops")[2]) == [model]
    assert json.loads(nginx.ask("POST", "/api/desktops/mine/start")[2]) == model
    status, headers, _ = nginx.ask("GET", "/")
    assert (status, headers["Location"]) == (302, "/vnc/?desktop=mine")
    for path in ("/api/desktops/default", "/vnc/../cli.py", "/vnc/..%2fcli.py", "/vnc../cli.py", "/etc/passwd"):
        assert nginx.ask("GET", path)[0] in (400, 404)


def test_pages_of_other_origins_are_refused(runners: Runners, front: Callable[..., Front]) -> None:
    runners.start().until(phase="running")
    nginx = front().up()
    ours = f"127.0.0.1:{nginx.port}"
    assert nginx.ask("GET", "/api/desktops", Host=ours, Origin=f"http://{ours}")[0] == 200
    for origin in ("http://example.org", "null", f"http://127.0.0.1:{nginx.port}.example.org", f"https://{ours}"):
        assert nginx.ask("GET", "/api/desktops/default/rfb", Host=ours, Origin=origin)[0] == 403
    for host in ("example.org", f"example.org:{nginx.port}"):  # a name of theirs that leads to us
        assert nginx.ask("GET", "/api/desktops", Host=host, Origin=f"http://{host}")[0] == 403
    assert "frame-ancestors 'self'" in nginx.ask("GET", "/vnc/")[1]["Content-Security-Policy"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_nginx_and_not_the_desktop(
    runtime: Path, runners: Runners, front: Callable[..., Front], number: signal.Signals
) -> None:
    run = runners.start()
    run.until(phase="running")
    nginx = front().up()
    assert nginx.end(number) == 0
    with pytest.raises(ConnectionRefusedError):
        nginx.ask("GET", "/vnc/")
    assert not (runtime / "default" / "nginx" / "ws").exists()
    assert run.state["phase"] == "running"


def test_it_fails_if_the_port_is_taken_or_the_desktop_is_already_served(
    runners: Runners, front: Callable[..., Front]
) -> None:
    runners.start().until(phase="running")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nginx = front(port=taken.getsockname()[1])
        assert nginx.process.wait(20) == 1
        assert "Address already in use" in nginx.text()
    front().up()
    second = front()
    assert second.process.wait(20) == Conflict.exit_code
    assert "nginx already serves this desktop" in second.text()


async def test_it_ends_if_nginx_ends_and_survives_a_restart_of_the_desktop(
    runtime: Path, runners: Runners, front: Callable[..., Front]
) -> None:
    run = runners.start()
    run.until(phase="running")
    nginx = front().up()
    run.end()
    viewer_path = "/api/desktops/default/rfb"
    runners.start().until(phase="running")
    viewer = await RawViewer.connect(nginx.port, viewer_path, "")
    assert (await viewer.message())[1] == BANNER
    viewer.close()
    master = int((runtime / "default" / "nginx" / "pid").read_text())
    workers = descendants(master)
    assert workers
    os.kill(master, signal.SIGKILL)
    assert nginx.process.wait(20) == 1
    assert "nginx ended" in nginx.text()
    wait_until(lambda: not [each for each in workers if each.is_alive()], what="the end of its workers")
