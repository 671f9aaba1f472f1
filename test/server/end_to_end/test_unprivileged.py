"""Desktops of users other than root, Xorg and sway among them. Tests that run as root become nobody."""

from __future__ import annotations

import contextlib
import io
import os
import pwd
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from support.processes import processes_of
from support.runners import COMMAND, Runners
from support.waiting import wait_until
from support.windows import WINDOW, use

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.screenshot import screenshot

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Unprivileged:
    """A user without any rights: what begins an argv, the runner's command, and `WINDOW`."""

    become: tuple[str, ...]
    command: tuple[str, ...]
    window: tuple[str, ...]


@pytest.fixture
def unprivileged(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Unprivileged:
    """Somebody who is not root, and owns the runtime directory."""
    if os.getuid() != 0:
        return Unprivileged((), COMMAND, WINDOW)
    nobody = pwd.getpwnam("nobody")
    for path in (runtime, runtime / ".home"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    become = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--")
    for python in (sys.executable, "/usr/bin/python3"):  # root's own may lie where nobody else gets to
        probe = [*become, "env", python, "-c", "import sys; print(sys.version_info[:2])"]
        result = subprocess.run(probe, capture_output=True, text=True)
        if result.stdout.strip() == str(sys.version_info[:2]):
            monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*site.getsitepackages(), os.fspath(REPOSITORY)]))
            return Unprivileged(become, (*become, python, *COMMAND[1:]), (python, *WINDOW[1:]))
    pytest.skip("nobody may run no Python of this version here")


def test_xdummy_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = unprivileged.window, unprivileged.command
    run = runners.start("--option=xserver=xdummy", backend="x11vnc", session=session, command=command)
    use(run, clipboard=False)


def test_sway_with_wayvnc_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = (*unprivileged.window, "managed"), unprivileged.command
    run = runners.start("--transport=wayvnc", backend="wayland", session=session, command=command)
    use(run, cursor=False, become=unprivileged.become)


def test_sway_is_the_session_where_none_is_configured(runners: Runners, unprivileged: Unprivileged) -> None:
    run = runners.start("--transport=wayvnc", backend="wayland", session=(), command=unprivileged.command)
    run.until(phase="running", session="sway", step=None)
    image = Image.open(io.BytesIO(screenshot(Desktop(run.path))))
    assert image.size == (1280, 720)
    assert run.end() == 0


AGENTS = """
mkdir -p -m 700 "$HOME/keys"
ssh-agent -a "$HOME/keys/ssh.sock"
gpg-agent --homedir "$HOME/keys" --daemon
exec sleep 1000
"""
"""A session that starts the agents as a login does: in the background, with environments that only root can read."""


def agents(runtime: Path) -> list[str]:
    """Return the agents of a desktop in ``runtime`` or of its home directory, by their command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            mine = os.fsencode(runtime) in (entry / "environ").read_bytes() if os.getuid() == 0 else True
            if b"agent" in os.path.basename(words[0]) and mine:
                found.append(os.fsdecode(os.path.basename(words[0])))
    return sorted(found)


def test_no_agent_outlives_its_desktop(runners: Runners, unprivileged: Unprivileged, runtime: Path) -> None:
    before = agents(runtime)
    for _ in range(4):
        run = runners.start(session=("sh", "-c", AGENTS), command=unprivileged.command)
        run.until(phase="running")
        wait_until(lambda: agents(runtime) == sorted([*before, "gpg-agent", "ssh-agent"]), what="the agents")
        assert run.end() == 0
        assert agents(runtime) == before
        assert not list((runtime / ".home" / "keys").glob("*ssh*")), "they end in order, and remove their sockets"


def test_xfce_and_its_agents_leave_nothing(runners: Runners, unprivileged: Unprivileged, runtime: Path) -> None:
    before = agents(runtime)
    for _ in range(4):
        run = runners.start("--session=xfce", session=(), command=unprivileged.command)
        run.until(phase="running", step=None)
        wait_until(lambda: "ssh-agent" in agents(runtime)[len(before) :], what="Xfce's agent")
        assert run.end() == 0
        assert agents(runtime) == before
        assert processes_of(runtime) == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root is refused")
def test_sway_says_at_once_that_it_does_not_run_for_root(runners: Runners) -> None:
    run = runners.start("--transport=wayvnc", backend="wayland")
    assert run.wait() == 1
    error = run.state["error"]
    assert error["code"] == "not-possible-here"
    assert error["message"] == (
        "The backend wayland can't run here: sway refuses to run as root; start Jupyter as another user."
    )
