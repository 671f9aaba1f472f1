"""The sound server of a desktop: beside its session, of its own, and never the reason for the desktop's end."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
from support.machines import Machine
from support.runners import Run, Runners
from support.sound import RATE, Player, encoders, sound_servers
from support.traces import tcp_listeners
from support.waiting import wait_until

from jupyter_vnc_proxy.sound.messages import PROBLEM
from jupyter_vnc_proxy.sound.pulse import LISTENERS_SOCKET, SOCKET
from jupyter_vnc_proxy.system.process_groups import environment_of
from jupyter_vnc_proxy.system.unix_sockets import is_listening


def with_sound(run: Run) -> int:
    """Wait until a desktop runs and has its sound server; return the server's process id."""
    run.until(phase="running", sound=True)
    wait_until(lambda: is_listening(run.path / SOCKET), what="a sound server that listens")
    (pid,) = sound_servers(run.path)
    return pid


def play_silence(run: Run) -> None:
    player = Player(run.path)
    _, error = player.process.communicate(bytes(RATE), timeout=20)
    assert player.process.returncode == 0, error


def session_of(run: Run) -> int:
    """Return the session's process, once it has become the program."""
    return wait_until(lambda: run.processes().get("sleep"), what="the session") or 0


def test_each_desktop_has_a_sound_server_of_its_own_which_ends_with_it(runners: Runners) -> None:
    first, second = runners.start(name="first"), runners.start(name="second")
    servers = [with_sound(run) for run in (first, second)]
    assert servers[0] != servers[1]
    for run, server in zip((first, second), servers, strict=True):
        play_silence(run)
        assert environment_of(session_of(run))["PULSE_SERVER"] == f"unix:{run.path}/pcm.sock"
        assert not tcp_listeners({server})
        assert encoders(run.path) == []
        assert stat.S_IMODE(run.path.stat().st_mode) == 0o700
    first.end()
    assert sound_servers(first.path) == []
    assert not (first.path / SOCKET).exists() and not (first.path / LISTENERS_SOCKET).exists()
    play_silence(second)


def test_a_sound_server_that_was_killed_comes_back_and_the_desktop_stays(runners: Runners) -> None:
    run = runners.start()
    before = with_sound(run)
    session = session_of(run)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: sound_servers(run.path) not in ([before], []), what="another sound server")
    assert with_sound(run) != before
    play_silence(run)
    assert session_of(run) == session
    assert run.state["phase"] == "running"


def test_no_program_on_the_desktop_can_make_it_listen_on_tcp(runners: Runners) -> None:
    import subprocess

    run = runners.start()
    server = with_sound(run)
    environment = {"PULSE_SERVER": f"unix:{run.path}/pcm.sock", "PATH": os.environ["PATH"]}
    for command in (["load-module", "module-native-protocol-tcp"], ["exit"]):
        result = subprocess.run(["pactl", *command], env=environment, capture_output=True, timeout=60, check=False)
        assert result.returncode != 0, command
    assert sound_servers(run.path) == [server]


def test_a_desktop_works_without_pulseaudio(
    machine: Machine, runners: Runners, monkeypatch: pytest.MonkeyPatch, runtime: Path
) -> None:
    machine.add("Xtigervnc", "xkbcomp")
    monkeypatch.setenv("PULSE_SERVER", f"unix:{runtime}/other/pcm.sock")  # as a server exports it for its kernels
    run = runners.start()
    state = run.until(phase="running")
    assert state["sound"] is False
    wait_until(lambda: "sleep" in run.processes())
    assert "PULSE_SERVER" not in environment_of(session_of(run))
    assert sound_servers(run.path) == []
    assert not (run.path / LISTENERS_SOCKET).exists()


def test_listeners_are_told_that_the_encoder_lacks_its_module(
    runners: Runners, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import socket

    (tmp_path / "pcmflux.py").write_text("raise ImportError('libpulse.so.9 is missing')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = runners.start()
    with_sound(run)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(20)
        listener.connect(str(run.path / LISTENERS_SOCKET))
        told = listener.makefile("rb").read()
    assert told[4:5] == PROBLEM
    assert b"libpulse.so.9 is missing" in told and b"pip install" in told
    wait_until(lambda: encoders(run.path) == [])
    assert run.state["phase"] == "running"
