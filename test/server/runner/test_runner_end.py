"""A desktop ends: by a signal, with its session, with its parent, as an orphan, after its runner was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.processes import processes_of, running
from support.runners import COMMAND, IDLE, IMPATIENT, WITHOUT_PIDFD, Run, Runners
from support.traces import assert_no_trace, assert_used_or_gone
from support.waiting import wait_until

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.waiting import STOP_TIMEOUT
from jupyter_vnc_proxy.runner.processes import PROCESS_GRACE, REST_GRACE, SESSION_GRACE
from jupyter_vnc_proxy.system.process import KILL_TIMEOUT
from jupyter_vnc_proxy.system.process_identity import read_stat

STUBBORN = ("sh", "-c", "trap '' TERM HUP INT; while :; do sleep 0.1; done")


def gone(run: Run) -> bool:
    return not processes_of(run.path.parent)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(runners: Runners, number: signal.Signals) -> None:
    run = runners.start(backend="x11vnc", session=["xterm"])
    display = run.until(phase="running")["display"]
    assert run.end(number) == 0
    assert_no_trace(run, display)
    assert (run.state["phase"], run.state["display"], run.state["error"]) == ("stopped", None, None)


def test_a_session_that_ignores_sigterm_is_ended(runners: Runners) -> None:
    run = runners.start(session=STUBBORN)
    display = run.until(phase="running")["display"]
    assert run.end() == 0
    assert_no_trace(run, display)


def test_a_stop_takes_less_than_the_time_after_which_the_runner_is_killed() -> None:
    most = SESSION_GRACE + PROCESS_GRACE + REST_GRACE + 2 * KILL_TIMEOUT
    assert most < STOP_TIMEOUT


def test_further_signals_do_not_hasten_or_break_the_end(runners: Runners) -> None:
    run = runners.start(session=STUBBORN)
    display = run.until(phase="running")["display"]
    run.process.send_signal(signal.SIGTERM)
    run.until(step="stopping")
    for _ in range(3):
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGTERM)
    assert run.wait() == 0
    assert_no_trace(run, display)


def test_a_stop_while_it_starts_leaves_nothing(runners: Runners) -> None:
    for step in ("display", "vnc"):
        run = runners.start(backend="x11vnc", name=step)
        wait_until(lambda run=run, step=step: run.state and run.state["step"] in (step, "session", None))  # type: ignore[misc]
        assert run.end() == 0
        wait_until(lambda run=run: not processes_of(run.path))  # type: ignore[misc]
        assert not list(run.path.glob("*.sock"))
        assert run.state["phase"] == "stopped"


def test_a_grandchild_that_became_a_daemon_is_ended_too(runners: Runners, runtime: Path) -> None:
    script = "setsid sh -c 'setsid sleep 999 & exit' & sleep 0.2; exec sleep 1000"
    run = runners.start(session=["sh", "-c", script])
    run.until(phase="running")
    wait_until(lambda: running(run.path, "sleep 999"))
    assert run.end() == 0
    wait_until(lambda: not processes_of(run.path))


def test_zombies_of_a_session_are_reaped(runners: Runners) -> None:
    run = runners.start(session=["sh", "-c", "setsid sh -c 'sh -c \"sleep 0.3; exit 3\" & exit'; exec sleep 1000"])
    run.until(phase="running")

    def zombies() -> list[str]:
        found = []
        for task in Path(f"/proc/{run.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # a thread or a child has ended meanwhile
                for pid in (task / "children").read_text().split():
                    if read_stat(int(pid)).state == "Z":
                        found.append(pid)
        return found

    wait_until(zombies, what="an orphan comes to the runner")
    wait_until(lambda: not zombies(), what="which reaps it")


def test_the_session_logging_out_stops_the_desktop(runners: Runners) -> None:
    run = runners.start(session=["sleep", "3.2"])
    display = run.until(phase="running")["display"]
    assert run.wait() == 0
    assert (run.state["phase"], run.state["step"], run.state["error"]) == ("stopped", None, None)
    assert_no_trace(run, display)


def test_a_session_that_ends_early_failed_and_says_how(runners: Runners) -> None:
    run = runners.start(session=["sh", "-c", "echo a word of farewell; exit 4"])
    assert run.wait() == 1
    error = run.state["error"]
    assert run.state["phase"] == "failed"
    assert (error["code"], error["part"]) == ("session-ended-early", "session")
    assert "exit status 4" in error["message"]
    assert "a word of farewell" in error["log"]
    assert error["fix"].startswith("JUPYTER_VNC_SESSION=")
    assert not list(run.path.glob("*.sock"))


def test_a_session_that_went_to_the_background_is_told_so(runners: Runners) -> None:
    run = runners.start(session=["sh", "-c", "setsid sleep 1000 & exit 0"])
    assert run.wait() == 1
    assert "in the foreground" in run.state["error"]["message"]
    wait_until(lambda: gone(run))


def test_a_session_whose_program_is_missing_failed(runners: Runners) -> None:
    run = runners.start(session=["/nonexistent/xfce4-session"])
    assert run.wait() == 1
    error = run.state["error"]
    assert error["part"] == "session"
    assert error["code"] == "session-missing"
    assert "apt-get install" in error["fix"]


@pytest.mark.parametrize("command", [COMMAND, *WITHOUT_PIDFD.values()], ids=["pidfd", *WITHOUT_PIDFD])
def test_a_runner_whose_parent_was_killed_ends_its_desktop(runtime: Path, command: Sequence[str]) -> None:
    argv = [*command, "run", "--backend=tigervnc", "--", *IDLE]
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True).wait()"
    parent = subprocess.Popen([sys.executable, "-c", script, *argv], start_new_session=True)
    desktop = Desktop(runtime / "default")
    wait_until(lambda: desktop.exists() and desktop.stored_state().phase == "running")
    display = desktop.stored_state().display
    parent.kill()
    parent.wait()
    wait_until(lambda: not processes_of(runtime))
    assert desktop.stored_state().phase == "stopped"
    assert display is not None
    assert not list(desktop.path.glob("*.sock"))
    assert not desktop.xauthority.exists()


def test_an_orphan_lives_on_for_its_time_and_ends(runners: Runners) -> None:
    run = runners.start("--orphan-timeout=1", command=IMPATIENT)
    run.until(phase="running")
    assert run.wait() == 0
    assert run.state["phase"] == "stopped"
    assert "it has had no Jupyter server for 1 s" in run.text()


def test_a_desktop_with_an_owner_is_no_orphan_until_the_owner_goes(runners: Runners, runtime: Path) -> None:
    desktop = Desktop(runtime / "default")
    desktop.prepare()
    owner = desktop.own()  # before it starts, as a server does
    run = runners.start("--orphan-timeout=1", command=IMPATIENT)
    run.until(phase="running")
    with pytest.raises(subprocess.TimeoutExpired):
        run.process.wait(1.5)
    owner.close()
    assert run.wait() == 0


def test_a_killed_runner_takes_its_parts_along_and_the_next_start_sweeps(runners: Runners) -> None:
    run = runners.start(session=["sh", "-c", "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 999\" & sleep 1000; :"])
    run.until(phase="running")
    wait_until(lambda: running(run.path, "sleep 999"))
    run.process.kill()
    run.process.wait()
    desktop = Desktop(run.path)
    assert desktop.runner_pid() is None
    state = wait_until(lambda: desktop.state().error and desktop.state())
    assert state is not None and state.error is not None
    assert (state.phase, state.error["code"], state.display) == ("failed", "runner-died", None)
    left = {pid for pid, line in processes_of(run.path).items() if "sleep 999" in line}
    assert left, "what ignores SIGTERM outlives the runner"
    again = runners.start()
    again.until(phase="running")
    assert not left & processes_of(run.path).keys()
    assert (run.path / "rfb.sock").is_socket()


def test_a_dead_desktops_display_is_cleared_away_by_the_next_start(runners: Runners) -> None:
    run = runners.start(backend="x11vnc")
    display = run.until(phase="running")["display"]
    server = run.processes()["Xvfb"]
    run.process.kill()
    os.kill(server, signal.SIGKILL)
    run.process.wait()
    wait_until(lambda: "Xvfb" not in run.processes())
    again = runners.start(backend="x11vnc")
    again.until(phase="running")
    assert again.end() == 0
    assert_used_or_gone(display.removeprefix(":"))
