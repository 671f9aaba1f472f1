"""A crashed process is restarted after a pause, and given up after too many crashes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import processes_of
from support.runners import IDLE, IMPATIENT, Run, Runners
from support.traces import assert_used_or_gone
from support.waiting import wait_until
from support.xclient import RfbClient

from jupyter_vnc_proxy.runner.backoff import CRASH_WINDOW_SECONDS, MAX_CRASHES, MAX_PAUSE_SECONDS, Backoff


def crash(run: Run, program: str) -> int:
    pid = run.processes()[program]
    os.kill(pid, signal.SIGKILL)
    return pid


def replaced(run: Run, program: str, pid: int) -> int:
    """Wait until another process runs the program, and return its id."""

    def new() -> int:
        found = run.processes().get(program, pid)  # once: while a process executes a program, it has no name
        return found if found != pid else 0

    return wait_until(new, what=f"a new {program}")


def test_a_vnc_server_that_crashed_comes_back_after_a_pause_on_the_same_display(runners: Runners) -> None:
    run = runners.start(backend="x11vnc")
    state = run.until(phase="running")
    wait_until(lambda: "sleep" in run.processes())
    before = run.processes()
    crashed_at = time.monotonic()
    crash(run, "x11vnc")
    run.until(phase="starting", step="vnc")
    run.until(phase="running")
    assert time.monotonic() - crashed_at >= 1.0
    after = run.processes()
    assert (after["Xvfb"], after["sleep"]) == (before["Xvfb"], before["sleep"])
    assert after["x11vnc"] != before["x11vnc"]
    assert str(before["x11vnc"]) not in {line.split()[4] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}
    assert run.state["display"] == state["display"]
    RfbClient(run.path / "rfb.sock").close()


def test_a_display_that_crashed_takes_all_with_it_and_all_come_back(runners: Runners) -> None:
    run = runners.start(backend="x11vnc", session=["xterm"])
    display = run.until(phase="running")["display"]
    wait_until(lambda: "xterm" in run.processes())
    before = run.processes()
    crash(run, "Xvfb")
    run.until(phase="starting", step="display")
    run.until(phase="running")
    wait_until(lambda: {"Xvfb", "x11vnc", "xterm"} <= run.processes().keys())
    after = run.processes()
    assert not set(before.values()) & set(after.values())
    assert run.state["error"] is None
    RfbClient(run.path / "rfb.sock").close()
    assert_used_or_gone(display.removeprefix(":"))


def test_a_crashed_session_is_restarted_and_the_desktop_stays_reachable(runners: Runners) -> None:
    run = runners.start(session=["sh", "-c", "sleep 999; :"], command=IMPATIENT)
    run.until(phase="running")
    server = run.processes()["Xtigervnc"]
    shell = wait_until(lambda: run.processes().get("sh", 0))
    wait_until(lambda: age(shell) > 0.3)  # longer than what is early for an impatient runner
    os.kill(shell, signal.SIGKILL)
    replaced(run, "sh", shell)
    assert run.state["phase"] == "running"
    assert run.processes()["Xtigervnc"] == server
    RfbClient(run.path / "rfb.sock").close()


def age(pid: int) -> float:
    """Return the seconds since a process began (proc(5), field 22 of stat)."""
    ticks = float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def test_a_crashed_websockify_is_restarted_and_nothing_else(runners: Runners) -> None:
    run = runners.start("--transport=websockify", command=IMPATIENT)
    run.until(phase="running")
    before = run.processes()
    python = next(name for name in before if name.startswith("python"))
    crash(run, python)
    replaced(run, python, before[python])
    run.until(phase="running")
    assert run.processes()["Xtigervnc"] == before["Xtigervnc"]


def test_a_part_that_crashes_on_and_on_is_given_up_with_its_log(runners: Runners) -> None:
    run = runners.start(backend="x11vnc", command=IMPATIENT)
    run.until(phase="running")
    pid = 0
    for number in range(1, MAX_CRASHES + 1):
        if number > 1:
            replaced(run, "x11vnc", pid)
            run.until(phase="running")
        pid = crash(run, "x11vnc")
    assert run.wait() == 1
    state = run.state
    assert state["phase"] == "failed"
    assert (state["error"]["code"], state["error"]["part"]) == ("vnc-failed", "vnc")
    assert "crashed 5 times within 60 s (signal SIGKILL)" in state["error"]["message"]
    assert not list(run.path.glob("*.sock"))
    wait_until(lambda: not processes_of(run.path))


def test_a_part_that_hangs_at_its_start_fails_the_desktop_in_time(runners: Runners) -> None:
    hanging = (
        sys.executable,
        "-c",
        "import sys; from jupyter_vnc_proxy import cli\nfrom jupyter_vnc_proxy.backends import x11vnc\n"
        "make = x11vnc.X11vncBackend.steps\n"
        "def steps(self, options, paths):\n"
        "  first, second = make(self, options, paths)\n"
        "  return [first, x11vnc.Step('vnc', ('sleep', '999'), second.after, second.ready)]\n"
        "x11vnc.X11vncBackend.steps = steps; sys.exit(cli.main(sys.argv[1:]))",
    )
    run = runners.start("--start-timeout=1", backend="x11vnc", command=hanging, session=IDLE)
    assert run.wait(60) == 1  # its wait for a CPU does not count
    assert (run.state["error"]["code"], run.state["error"]["part"]) == ("start-timeout", "vnc")


def test_pauses_double_up_to_the_longest_and_the_fifth_crash_in_a_minute_is_the_last() -> None:
    backoff = Backoff()
    assert [backoff.pause(float(second)) for second in range(5)] == [1, 2, 4, 8, None]


def test_crashes_longer_ago_than_the_window_are_forgotten() -> None:
    backoff = Backoff()
    assert [backoff.pause(now) for now in (0.0, 61.0, 122.0, 123.0)] == [1, 1, 1, 2]


@given(st.lists(st.floats(0, 1000), max_size=30))
def test_a_part_is_given_up_exactly_when_five_crashes_lie_within_the_window(gaps: list[float]) -> None:
    backoff, times, now = Backoff(), [], 0.0
    for gap in gaps:
        now += gap
        times.append(now)
        pause = backoff.pause(now)
        recent = sum(now - each < CRASH_WINDOW_SECONDS for each in times)
        assert (pause is None) == (recent >= MAX_CRASHES)
        if pause is not None:
            assert pause == min(MAX_PAUSE_SECONDS, 2 ** (recent - 1))


@pytest.mark.parametrize("backend", ["tigervnc", "x11vnc"])
def test_a_crash_touches_no_other_desktop(runners: Runners, backend: str) -> None:
    victim, other = runners.start(backend=backend, name="a"), runners.start(backend=backend, name="b")
    victim.until(phase="running")
    other.until(phase="running")
    wait_until(lambda: "sleep" in other.processes())
    before, state = other.processes(), other.state
    crash(victim, {"tigervnc": "Xtigervnc", "x11vnc": "Xvfb"}[backend])
    victim.until(phase="starting")
    victim.until(phase="running")
    assert (other.processes(), other.state["phase"], other.state["display"]) == (before, "running", state["display"])
