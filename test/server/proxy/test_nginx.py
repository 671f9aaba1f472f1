"""nginx in place of Jupyter: the configuration's text, and a real nginx that serves the page and a desktop's socket."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.runners import COMMAND, Runners
from support.standins import BANNER
from support.viewers import RawViewer
from support.waiting import wait_until

from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.errors import Conflict, InvalidOption, UnknownDesktop
from jupyter_vnc_proxy.proxy.nginx import Address, Site, configuration
from jupyter_vnc_proxy.proxy.page_server import PAGE
from jupyter_vnc_proxy.system.environment import search_path

NGINX = shutil.which("nginx", path=search_path(os.environ.get("PATH", ""))) or "nginx"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# -- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:8888", "127.0.0.1:8888", True),
        ("8888", "127.0.0.1:8888", True),
        ("localhost:80", "127.0.0.1:80", True),
        ("[::1]:8888", "[::1]:8888", True),
        ("127.1.2.3:8888", "127.1.2.3:8888", True),
        ("0.0.0.0:8888", "0.0.0.0:8888", False),
        ("[::]:8888", "[::]:8888", False),
        ("192.0.2.7:8888", "192.0.2.7:8888", False),
    ],
)
def test_an_address_is_read_and_known_to_be_ours_alone(text: str, address: str, loopback: bool) -> None:
    parsed = Address.parse(text)
    assert (str(parsed), parsed.is_loopback) == (address, loopback)


@pytest.mark.parametrize(
    "text",
    ["", ":8888", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:1", "a:1", "1:²", "[::1:5"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="no address"):
        Address.parse(text)


# -- the text -----------------------------------------------------------------------------------------------------


def site(directory: Path, **changes: Any) -> Site:
    model = {"name": "default", "phase": "running", "resize": "rest", "session": "a $session \"of\" 'mine' \\ ü {}"}
    user = pwd.getpwuid(0).pw_name if os.geteuid() == 0 else None
    given = {
        "listen": Address("127.0.0.1", free_port()),
        "page": PAGE,
        "socket": directory / "ws",
        "private": directory,
    }
    return Site(**{**given, "model": model, "user": user, **changes})


def check(text: str, directory: Path) -> str:
    """Return what nginx says of a configuration."""
    file = directory / "nginx.conf"
    file.write_text(text)
    argv = [NGINX, "-t", "-e", str(directory / "error.log"), "-p", str(directory), "-c", str(file)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False).stderr


@pytest.mark.parametrize("name", ["plain", "with space", "semi;colon", "quo\"te's", "back\\slash", "a:b", "{braces}#"])
def test_nginx_takes_the_configuration_whatever_the_paths(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name
    directory.mkdir()
    said = check(configuration(site(directory, page=directory)), directory)
    assert "test is successful" in said
    assert "[warn]" not in said


@pytest.mark.parametrize("name", ["dol$lar", "new\nline"])
def test_a_path_that_nginx_has_no_words_for_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidOption, match="nginx can't be told"):
        configuration(site(tmp_path / name))


@pytest.mark.parametrize("address", ["[::1]:8888", "0.0.0.0:8888"])
def test_it_listens_on_the_one_address_that_was_named(tmp_path: Path, address: str) -> None:
    text = configuration(site(tmp_path, listen=Address.parse(address)))
    assert {line.split()[1].rstrip(";") for line in text.splitlines() if "listen " in line} == {address}


# -- what is refused ----------------------------------------------------------------------------------------------


def test_an_address_that_others_reach_needs_a_word_of_its_own(
    runtime: Path, runners: Runners, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nginx", "--listen=0.0.0.0:8888"]) == 2
    assert "there is no password" in capsys.readouterr().err
    runners.start().until(phase="running")
    assert main(["nginx", "--listen=0.0.0.0:8888", "--allow-others"]) == 0
    assert "Whoever reaches 0.0.0.0:8888 has the desktop" in capsys.readouterr().err


def test_a_desktop_that_does_not_run_is_refused(
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


def test_without_run_it_writes_the_file_and_says_what_to_run(
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


# -- a real nginx -------------------------------------------------------------------------------------------------


class Front:
    """One `jupyter vnc nginx --run`."""

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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
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


def test_it_gives_the_page_what_it_asks_for(runners: Runners, front: Callable[..., Front]) -> None:
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


def test_pages_from_elsewhere_are_refused(runners: Runners, front: Callable[..., Front]) -> None:
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
def test_a_signal_ends_all_of_it_and_nothing_of_the_desktop(
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


def test_it_ends_with_its_words_where_the_port_is_taken_or_it_serves_already(
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
    assert "nginx serves this desktop already" in second.text()


async def test_it_ends_where_a_part_of_it_ends_and_outlives_the_desktop(
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
    os.kill(int((runtime / "default" / "nginx" / "pid").read_text()), signal.SIGKILL)
    assert nginx.process.wait(20) == 1
    assert "nginx ended" in nginx.text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_can_run_it(runtime: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    runtime.chmod(0o711)
    directory = runtime / "theirs"
    (directory / "page").mkdir(parents=True)
    (directory / "page" / "index.html").write_text("theirs")
    for path in (directory, directory / "page"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    directory.chmod(0o700)
    told = site(directory, page=directory / "page", user=None)
    (directory / "nginx.conf").write_text(configuration(told))
    argv = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", NGINX]
    argv += ["-e", str(directory / "error.log"), "-p", str(directory), "-c", str(directory / "nginx.conf")]
    (directory / "page" / "index.html").chmod(0o644)
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    try:
        wait_until((directory / "pid").exists, what="nginx listens")
        connection = http.client.HTTPConnection("127.0.0.1", told.listen.port, timeout=20)
        connection.request("GET", "/vnc/")
        assert connection.getresponse().read() == b"theirs"
        connection.close()
    finally:
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert said == ""


# -- the bench ----------------------------------------------------------------------------------------------------


def test_the_bench_is_run_from_a_clone_and_explained_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["bench", "--help"])
    assert raised.value.code == 0
    assert "usage: scripts/bench" in capsys.readouterr().out
    monkeypatch.setattr("jupyter_vnc_proxy.commands.bench.REPOSITORY", tmp_path)
    assert main(["bench", "--quick"]) == 1
    assert "clone the repository" in capsys.readouterr().err
