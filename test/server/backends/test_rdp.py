"""The backend rdp: its hosts, its client, and a login to Debian's xrdp on this machine."""

from __future__ import annotations

import os
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.framebuffer_client import FramebufferClient
from support.processes import processes_of
from support.runners import Run, Runners
from support.traces import assert_no_trace, tcp_listeners
from support.xrdp import LoginUser, Xrdp

from jupyter_vnc_proxy.backends import choose, plan_of
from jupyter_vnc_proxy.backends.base import Paths
from jupyter_vnc_proxy.backends.programs import rdp_client
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import DesktopOptions

COLOUR = "e0a020"
XRDP_BLUE = "009cb5"
WHITE = "ffffff"
LAST_LINE = 386
"""The row of pixels in the middle of the last of the terminal's 30 lines."""

GOOD = [
    *("pc", "pc.example.org", "pc-1.example.org:3390", "192.0.2.7", "192.0.2.7:3389", "win_pc"),
    *("[::1]", "[2001:db8::7]:3389", "[::ffff:192.0.2.7]"),
]
BAD = [
    *(
        "/u:root",
        "-h",
        "pc /f",
        "pc\n",
        "pc:0",
        "pc:65536",
        "pc:x",
        ":3389",
        "pc:",
        "a..b",
        "pc.",
        "@file",
        "pc;id",
        "$(id)",
    ),
    *(
        "::1",
        "[::1",
        "[::g]",
        "[1:2]",
        "[]",
        "[::1]x",
        "[::1]:0",
        "x" * 64,
        ".".join(["abc"] * 64),
        "pc,evil",
        "p\u00e4",
    ),
]


def options(host: str) -> DesktopOptions:
    return DesktopOptions(backend="rdp", extra={"rdp_host": host})


@pytest.mark.parametrize("host", GOOD)
def test_a_host_is_one_word_of_an_argv(host: str, tmp_path: Path) -> None:
    chosen = choose(options(host))
    paths = Paths(tmp_path, tmp_path / "rfb.sock", tmp_path / "Xauthority")
    session = {step.name: step for step in plan_of(chosen, options(host), paths).steps}["session"]
    assert session.argv[-2:] == ("--", host)


@pytest.mark.parametrize("host", BAD)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        choose(options(host))
    assert raised.value.code == "bad-option"


def test_a_host_is_needed() -> None:
    with pytest.raises(InvalidOption) as raised:
        choose(DesktopOptions(backend="rdp"))
    assert raised.value.code == "missing-option"


def test_the_client_is_told_of_no_password_and_to_trust_nobody() -> None:
    assert (
        rdp_client.settings("pc:3389", "CORP\\ann") == b"full address:s:pc:3389\r\nusername:s:ann\r\ndomain:s:CORP\r\n"
    )
    assert rdp_client.settings("pc", "") == b"full address:s:pc\r\nusername:s:\r\ndomain:s:\r\n"
    assert not any(word.startswith(("/cert", "/p", "/u")) for word in rdp_client.SWITCHES)


def test_the_client_reads_the_name_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    client = tmp_path / "client"
    client.write_text('#!/bin/sh\ncp "$1" "$0.got"; exit 12\n')
    client.chmod(0o755)
    assert rdp_client.run_client(str(client), "pc", "ann") == 12
    assert (tmp_path / "client.got").read_bytes() == rdp_client.settings("pc", "ann")
    assert {file.name for file in tmp_path.iterdir()} == {"client", "client.got"}


@pytest.fixture
def user() -> Iterator[LoginUser]:
    if os.getuid() != 0:
        pytest.skip("only root can make a user who logs in")
    made = LoginUser(f"xterm -geometry 60x20+0+0 -bg '#{COLOUR}'")
    yield made
    made.remove()


@pytest.fixture
def xrdp(runtime: Path, user: LoginUser) -> Iterator[Xrdp]:
    made = Xrdp(runtime / ".xrdp", user.name)
    yield made
    made.close()


def size_of(session_home: Path) -> str:
    """Return what the RDP session's own display says of its size."""
    (socket,) = [file for file in Path("/tmp/.X11-unix").iterdir() if file.owner() == session_home.name]
    environment = {
        "DISPLAY": f":{socket.name[1:]}",
        "XAUTHORITY": str(session_home / ".Xauthority"),
        "PATH": "/usr/bin",
    }
    output = subprocess.run(["xrandr"], env=environment, capture_output=True, text=True, timeout=60).stdout
    return output.partition("current ")[2].partition(",")[0]


def client_of(run: Run) -> tuple[str, int]:
    """Return the RDP client's name and process id; an empty name before it runs."""
    return next((each for each in run.processes().items() if each[0].startswith("xfreerdp")), ("", 0))


def asks_for_password(pid: int) -> bool:
    """Tell whether the process has turned off the echo of its terminal."""
    terminal = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
    try:
        return not termios.tcgetattr(terminal)[3] & termios.ECHO
    finally:
        os.close(terminal)


def has_text_below(screen: FramebufferClient) -> bool:
    """Tell whether the last of the terminal's 30 lines has text."""
    return any(screen.pixel(x, LAST_LINE) != WHITE for x in range(4, 250))


def is_session(screen: FramebufferClient) -> bool:
    """Tell whether the session's colour is there, up to the losses of a video."""
    seen, drawn = bytes.fromhex(screen.pixel(200, 200)), bytes.fromhex(COLOUR)
    return all(abs(a - b) < 8 for a, b in zip(seen, drawn, strict=True))


def logged_in(run: Run, xrdp: Xrdp, screen: FramebufferClient) -> None:
    """Answer what is asked for: a name, trust in a certificate, a password. FreeRDP 3 asks for the password first."""
    screen.until(lambda: screen.pixel(300, 300) == WHITE, "a terminal that asks")
    screen.click(300, 200)
    screen.type(f"{xrdp.user}\n")
    screen.until(lambda: client_of(run)[0], "the client starts")
    screen.until(xrdp.has_chosen_security, "it connects")
    assert screen.pixel(1200, 700) != XRDP_BLUE, "nobody trusts the certificate yet"
    name, pid = client_of(run)
    if name == "xfreerdp3":
        screen.until(lambda: asks_for_password(pid), "the client asks for the password")
        screen.type(f"{LoginUser.PASSWORD}\n")
        # FreeRDP drops what is typed before it asks about the certificate.
        screen.until(lambda: has_text_below(screen), "the question about the certificate")
        screen.type("y\n")
    else:
        screen.type("y\n")
        screen.until(lambda: screen.pixel(1200, 700) == XRDP_BLUE, "xrdp's login screen")
        screen.type(f"{LoginUser.PASSWORD}\n")
    screen.until(lambda: is_session(screen), "the session")


def test_a_login_through_rdp_is_a_desktop(runners: Runners, xrdp: Xrdp, user: LoginUser) -> None:
    run = runners.start(f"--option=rdp_host=127.0.0.1:{xrdp.port}", backend="rdp", session=())
    state = run.until(phase="running", session="rdp")
    screen = FramebufferClient(run.path / "rfb.sock")
    logged_in(run, xrdp, screen)

    screen.click(200, 200)
    screen.type("echo seen >typed\n")
    screen.until(lambda: (user.home / "typed").exists(), "the keys arrive")
    screen.set_size(1000, 600)
    screen.until(lambda: size_of(user.home) == "1000 x 600", "the session follows")
    screen.until(lambda: is_session(screen), "and is seen again")

    assert tcp_listeners({*run.processes().values(), run.process.pid}) == []
    secrets = [LoginUser.PASSWORD, user.name]
    for process in run.processes().values():
        for file in (Path(f"/proc/{process}/cmdline"), Path(f"/proc/{process}/environ")):
            told = file.read_bytes().decode(errors="replace") if file.exists() else "it has ended"
            assert not any(secret in told for secret in secrets)
    for log in (run.path / "log").iterdir():
        assert not any(secret in log.read_text(errors="replace") for secret in secrets)
    screen.close()
    assert run.end() == 0
    assert processes_of(run.path) == {}
    assert_no_trace(run, state["display"])
