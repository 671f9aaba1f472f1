"""Every failure of a desktop that users of such software report, with the explanation that the desktop must give.

A start's failure is in the desktop's state, which the panel shows: a sentence, a command that fixes it, the process's
last lines. Stand-ins on PATH print the messages of real programs.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.failures import FAILURES, Failure
from support.machines import Machine
from support.runners import Run, Runners

from jupyter_vnc_proxy.desktops.runtime import desktop_path
from jupyter_vnc_proxy.errors import InvalidOption

NO_PROCESS = 2**22
"""A number beyond the largest process id (proc(5), pid_max)."""

FILES = {file.name: file for file in Path(__file__).parents[1].rglob("test_*.py")}

SYMPTOMS = {
    "no Xvfb, x11vnc or Xvnc on PATH": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_doctor.py::test_with_nothing_installed_each_backend_lists_its_missing_programs",
    ],
    "the session ends in under 3 s, or its program is not there": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_runner_end.py::test_a_session_that_went_to_the_background_is_told_so",
        "test_doctor.py::test_without_a_session_the_fix_is_an_install_command",
    ],
    "a conda environment shadows the system's D-Bus": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_environment.py::",
        "test_machine.py::test_the_dbus_of_a_conda_environment_is_a_warning",
    ],
    "a stale lock, or another user's display": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_failures.py::test_a_stale_lock_is_in_nobodys_way",
        "test_cleanup.py::test_a_lock_goes_where_the_process_that_it_names_is_dead",
        "test_directories.py::test_stale_lock_files_are_distinguished_from_those_in_use",
    ],
    "/tmp/.X11-unix can't be made": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_failures.py::test_a_complaint_about_its_directory_is_harmless_where_x_listens",
        "test_directories.py::test_the_directory_of_x_sockets_is_checked",
    ],
    "no font 'fixed'": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_machine.py::test_missing_fonts_are_warnings",
    ],
    "a timeout while starting": ["test_failures.py::test_a_start_says_what_is_wrong"],
    "the connection is closed: a process died": [
        "test_failures.py::test_a_process_that_died_is_named_with_its_last_lines",
        "test_runner_crashes.py::test_a_part_that_crashes_on_and_on_is_given_up_with_its_log",
    ],
    "the WebSocket is refused, or closed after a minute": [
        "test_failures.py::test_pings_come_more_often_than_proxies_lose_patience",
        "test_websocket.py::test_a_stopped_desktop_is_refused_with_its_model",
    ],  # the panel tries its connection: test/ui
    "seccomp kills the session or its D-Bus": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_machine.py::test_a_seccomp_filter_like_dockers_is_found_with_its_fix_and_the_risk",
    ],
    "Chromium's sandbox, or 64 MB of /dev/shm": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_directories.py::test_the_shared_memory_of_a_container_is_too_little",
    ],
    "no GLX, or no Mesa": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_machine.py::test_a_missing_renderer_is_a_warning",
        "test_selftest.py::test_a_broken_opengl_is_a_warning",
    ],
    "a lock screen, and no password": [
        "test_sessions.py::test_no_lock_screen_is_started_with_a_session",
        "test_machine.py::test_a_screen_locker_is_a_warning_only_if_the_user_starts_it",
    ],
    "log out, and the desktop never comes back": [
        "test_runner_end.py::test_the_session_logging_out_stops_the_desktop",
    ],
    "a socket's path of 108 bytes or more": [
        "test_failures.py::test_a_path_too_long_says_where_to_go",
        "test_directories.py::test_an_unusable_runtime_directory_is_a_problem",
    ],
    "another brand's Xvnc rejects a switch": ["test_failures.py::test_a_start_says_what_is_wrong"],
    "the file system is full, or the home directory read-only": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_full_disk.py::test_a_start_on_a_full_disk_is_refused_and_works_once_there_is_room",
        "test_directories.py::test_a_missing_or_read_only_home_is_a_warning",
    ],
    "a library of the stream's engine, or of a server, is missing": [
        "test_failures.py::test_a_start_says_what_is_wrong",
        "test_doctor.py::test_an_engine_with_missing_libraries_is_distinguished_from_a_missing_engine",
    ],
}
"""What users report, and the tests that provoke it. What only a browser sees is not among them: a clipboard or
WebCodecs off https, a decoder that is stuck."""


def test_every_test_that_is_named_is_there() -> None:
    for symptom, tests in SYMPTOMS.items():
        for each in tests:
            file, _, name = each.partition("::")
            tree = ast.parse(FILES[file].read_text(encoding="utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert not name or name in names, (symptom, each)


def failed(run: Run) -> dict[str, Any]:
    """Wait until the runner ends and return the error that the panel shows."""
    assert run.wait(60) == 1, run.text()  # on a busy machine, a start takes longer to time out
    state = run.state
    assert (state["phase"], state["display"]) == ("failed", None)
    error: dict[str, Any] = state["error"]
    return error


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure.code}: {failure.says[:30]}")
def test_a_start_says_what_is_wrong(machine: Machine, runners: Runners, failure: Failure) -> None:
    says = [failure.says] if failure.says else []
    if failure.part == "display":
        machine.stand_in("Xtigervnc", says, failure.then)
    elif failure.part == "session":
        machine.add("Xtigervnc")
        machine.stand_in("a-session", says, failure.then)
    error = failed(runners.start("--start-timeout=1", session=["a-session"]))
    assert error["code"] == failure.code
    assert failure.words in error["message"]
    assert error["fix"] is None if failure.fix is None else failure.fix in error["fix"]
    if failure.part != "nothing":
        assert error["part"] == failure.part
        assert failure.says in error["log"]


def test_every_symptom_of_a_start_is_a_reported_one() -> None:
    assert {failure.symptom for failure in FAILURES} <= SYMPTOMS.keys()


def test_a_complaint_about_its_directory_is_harmless_where_x_listens(
    machine: Machine, runners: Runners, tmp_path: Path
) -> None:
    real = Path("/usr/bin/Xtigervnc")
    complaint = "_XSERVTransmkdir: ERROR: euid != 0,directory /tmp/.X11-unix will not be created."
    machine.stand_in("Xtigervnc", [complaint], f'exec {real} "$@"')
    run = runners.start()
    run.until(phase="running", error=None)
    assert complaint in (run.path / "log" / "display.log").read_text()


def test_a_process_that_died_is_named_with_its_last_lines(machine: Machine, runners: Runners) -> None:
    machine.add("Xvfb")
    machine.stand_in("x11vnc", ["caught X11 error:", "X connection to :1 broken"], "exit 3")
    error = failed(runners.start(backend="x11vnc"))
    assert (error["code"], error["part"]) == ("vnc-failed", "vnc")
    assert error["message"] == "The VNC server ended while starting (exit status 3)."
    assert error["log"][-1] == "X connection to :1 broken"


def test_a_stale_lock_is_in_nobodys_way(runners: Runners, stale_lock: Callable[[], Path]) -> None:
    lock = stale_lock()
    run = runners.start()
    display = run.until(phase="running")["display"]
    assert display is not None
    assert run.end() == 0
    if lock.exists() and lock.read_text().strip() == str(NO_PROCESS):  # or an X server of another test has replaced it
        lock.unlink()


@pytest.fixture
def stale_lock() -> Callable[[], Path]:
    """Makes a lock of a process that is dead, for the first display number that nobody uses."""

    def make() -> Path:
        for number in range(100):
            lock = Path(f"/tmp/.X{number}-lock")
            if not lock.exists() and not Path(f"/tmp/.X11-unix/X{number}").exists():
                with open(lock, "x", encoding="ascii") as file:
                    file.write(f"{NO_PROCESS:10}\n")
                return lock
        raise AssertionError("no display number is free")

    return make


def test_a_path_too_long_says_where_to_go(runtime: Path) -> None:
    with pytest.raises(InvalidOption) as raised:
        desktop_path(runtime / ("d" * 100), "default")
    assert raised.value.code == "path-too-long"
    assert raised.value.fix == f"export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops-{os.getuid()}"


def test_pings_come_more_often_than_proxies_lose_patience() -> None:
    from jupyter_vnc_proxy.proxy import page_server
    from jupyter_vnc_proxy.server import websocket

    for module in (page_server, websocket):
        assert 0 < vars(module)["PING_SECONDS"] < 30
