"""Desktops of users other than root, Xorg and sway among them. Tests that run as root become nobody."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from support.processes import processes_of
from support.runners import COMMAND, Runners
from support.unprivileged import NOBODY, become, python_of, python_path
from support.waiting import wait_until
from support.windows import WINDOW, use

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.screenshot import screenshot

NAMELESS_UID = 54321
"""A user id without an entry in the user database, in root's group, as OpenShift runs containers."""


WITHOUT_AGENTS = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-session" version="1.0">
  <property name="startup" type="empty">
    <property name="ssh-agent" type="empty"><property name="enabled" type="bool" value="false"/></property>
    <property name="gpg-agent" type="empty"><property name="enabled" type="bool" value="false"/></property>
  </property>
</channel>
"""
"""Settings of an Xfce that starts no ssh-agent and gpg-agent."""


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
    return become_user(runtime, monkeypatch, NOBODY, NOBODY)


@pytest.fixture
def nameless(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Unprivileged:
    """Somebody whom the user database does not know, and who owns the runtime directory."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    for name in ("USER", "LOGNAME", "SHELL"):
        monkeypatch.delenv(name, raising=False)
    return become_user(runtime, monkeypatch, NAMELESS_UID, 0)


def become_user(runtime: Path, monkeypatch: pytest.MonkeyPatch, uid: int, gid: int) -> Unprivileged:
    for path in (runtime, runtime / ".home"):
        os.chown(path, uid, gid)
    prefix = become(uid, gid)
    python = python_of(prefix)
    monkeypatch.setenv("PYTHONPATH", python_path())
    return Unprivileged(prefix, (*prefix, python, *COMMAND[1:]), (python, *WINDOW[1:]))


def test_xdummy_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = unprivileged.window, unprivileged.command
    run = runners.start("--option=xserver=xdummy", backend="x11vnc", session=session, command=command)
    use(run, clipboard=False)


def test_sway_with_wayvnc_runs_for_any_user(runners: Runners, unprivileged: Unprivileged) -> None:
    session, command = (*unprivileged.window, "managed"), unprivileged.command
    run = runners.start("--transport=wayvnc", backend="wayland", session=session, command=command)
    use(run, cursor=None, become=unprivileged.become)  # wayvnc 0.5 draws it, 0.10 sends it


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
gpg-connect-agent --homedir "$HOME/keys" --no-autostart /bye && touch "$HOME/keys/answered"
exec sleep 1000
"""
"""A session that starts the agents as a login does: in the background, with environments that only root can read.

An agent that has not answered yet may still lack its signal handlers, and so leave its socket.
"""


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


@pytest.mark.parametrize("turn", range(4))
def test_no_agent_outlives_its_desktop(runners: Runners, unprivileged: Unprivileged, runtime: Path, turn: int) -> None:
    before = agents(runtime)
    run = runners.start(session=("sh", "-c", AGENTS), command=unprivileged.command)
    run.until(phase="running")
    wait_until((runtime / ".home" / "keys" / "answered").exists, what="gpg-agent's answer")
    wait_until(lambda: agents(runtime) == sorted([*before, "gpg-agent", "ssh-agent"]), what="the agents")
    assert run.end() == 0
    assert agents(runtime) == before
    assert not list((runtime / ".home" / "keys").glob("*ssh*")), "they end in order, and remove their sockets"


@pytest.mark.parametrize("turn", range(4))
def test_xfce_and_its_agents_leave_nothing(
    runners: Runners, unprivileged: Unprivileged, runtime: Path, turn: int
) -> None:
    before = agents(runtime)
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


def test_xfce_runs_for_a_user_whom_the_user_database_does_not_know(runners: Runners, nameless: Unprivileged) -> None:
    settings = Path.home() / ".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-session.xml"
    settings.parent.mkdir(parents=True)
    settings.write_text(WITHOUT_AGENTS)
    subprocess.run(["chown", "-R", str(NAMELESS_UID), Path.home()], check=True)
    run = runners.start(session=(), command=nameless.command)
    run.until(phase="running", session="xfce", step=None)
    wait_until(lambda: {"xfce4-panel", "xfdesktop"} <= run.processes().keys())
    bus = next(run.path.glob("dbus-*"))
    assert stat.S_IMODE(run.path.stat().st_mode) == 0o700, "which is what keeps others from the bus"
    assert bus.is_socket()
    assert run.end() == 0
    assert not list(run.path.glob("dbus-*"))


@pytest.mark.parametrize("home", [None, "/"])
def test_without_a_home_directory_a_sentence_says_what_to_do(
    runners: Runners, nameless: Unprivileged, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    monkeypatch.delenv("HOME")
    if home is not None:
        monkeypatch.setenv("HOME", home)
    run = runners.start(session=(), command=nameless.command)
    assert run.wait() == 1
    error = run.state["error"]
    assert (error["code"], error["fix"]) == ("no-home", "mkdir -p /tmp/home && export HOME=/tmp/home")
    assert error["message"].startswith("HOME is not set" if home is None else "HOME is /, which is not writable")
    doctor = subprocess.run([*nameless.command, "doctor"], capture_output=True, text=True)
    assert (doctor.returncode, doctor.stderr) == (1, "")
    assert " ".join(error["message"].split()[:5]) in doctor.stdout


def test_programs_find_the_display_without_its_directory_in_tmp(runners: Runners, unprivileged: Unprivileged) -> None:
    """As in an Apptainer container with a /tmp of its own."""
    run = runners.start(session=("sleep", "1000"), command=unprivileged.command)
    display = run.until(phase="running")["display"]
    isolated = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /tmp && exec "$@"', "-", *unprivileged.become]
    client = ["env", "-i", f"DISPLAY={display}", f"PATH={os.environ['PATH']}", "xrandr"]
    seen = subprocess.run([*isolated, *client], capture_output=True, text=True)
    assert "1280 x 720" in seen.stdout, seen.stderr
    assert run.end() == 0
