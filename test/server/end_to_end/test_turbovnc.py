"""An installed TurboVNC is recognised by its switches, and gets only those."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.framebuffer_client import FramebufferClient
from support.runners import Runners
from support.traces import tcp_listeners

from jupyter_vnc_proxy.backends import choose, missing_programs, plan_of, tigervnc, x_servers
from jupyter_vnc_proxy.backends.base import Paths
from jupyter_vnc_proxy.backends.programs.help_text import switches
from jupyter_vnc_proxy.options import DesktopOptions

OPTIONS = DesktopOptions(backend="tigervnc")
STAND_IN = Path(__file__).parents[1] / "support" / "turbovnc.py"


@pytest.fixture
def turbovnc(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in, under the only name that the backend finds."""
    program = runtime / ".bin" / "Xturbo"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(tigervnc, "XVNC", x_servers.Xvnc((str(program),), "the display"))
    return program


def argv(runtime: Path) -> tuple[str, ...]:
    paths = Paths(runtime, runtime / "rfb.sock", runtime / "Xauthority")
    (step,) = plan_of(choose(OPTIONS), OPTIONS, paths).steps
    return step.argv


def test_turbovnc_is_given_its_own_switches_alone(turbovnc: Path, runtime: Path) -> None:
    words = argv(runtime)
    assert words[0] == str(turbovnc)
    assert "-rfbport" not in words
    assert not {"-FrameRate", "-MaxCutText", "-UseBlacklist=0"} & set(words)
    assert words[words.index("-deferupdate") + 1] == "16"
    assert words[words.index("-rfbunixpath") + 1] == str(runtime / "rfb.sock")


def test_tigervnc_is_given_its_own(runtime: Path) -> None:
    words = argv(runtime)
    assert {"-FrameRate", "-MaxCutText", "-UseBlacklist=0"} <= set(words)
    assert "-deferupdate" not in words


def test_one_that_can_not_listen_on_a_unix_socket_is_not_there(
    turbovnc: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOO_OLD", "1")
    assert [each.names for each in missing_programs(choose(OPTIONS), OPTIONS)] == [(str(turbovnc),)]


def test_a_program_that_was_exchanged_is_asked_again(runtime: Path) -> None:
    program = runtime / "Xvnc"
    for text in ("rfbunixpath", "deferupdate"):
        program.unlink(missing_ok=True)
        program.write_text(f"#!/bin/sh\necho '  {text} - what it does'\n")
        program.chmod(0o755)
        assert switches(str(program)) == {text}
    assert switches(str(runtime / "nowhere")) == frozenset()


LAUNCH = (
    sys.executable,
    "-c",
    "import os, sys; from jupyter_vnc_proxy import cli; from jupyter_vnc_proxy.backends import tigervnc, x_servers\n"
    "tigervnc.XVNC = x_servers.Xvnc((os.environ['TURBOVNC'],), 'the display')\n"
    "sys.exit(cli.main(sys.argv[1:]))",
)


def test_a_desktop_runs_on_it(turbovnc: Path, runners: Runners, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBOVNC", str(turbovnc))
    run = runners.start(command=LAUNCH)
    run.until(phase="running")
    screen = FramebufferClient(run.path / "rfb.sock")
    screen.set_size(900, 700)
    screen.until(lambda: screen.size == (900, 700), "the size that was asked for")
    assert tcp_listeners({*run.processes().values(), run.process.pid}) == []
    screen.close()
    assert run.end() == 0
