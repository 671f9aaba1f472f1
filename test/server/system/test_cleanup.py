"""What dead X servers and session managers leave in /tmp is removed, if it is ours."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_vnc_proxy.system.cleanup import remove_dead_display, remove_dead_session_cookies, remove_segments

NOBODY = 65534
DEAD = 5_000_000
"""A process id above the kernel's limit."""


@pytest.fixture
def display() -> Iterator[str]:
    """A display number that no X server takes."""
    Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
    yield ":64999"
    lock().unlink(missing_ok=True)
    x_socket().unlink(missing_ok=True)


def lock() -> Path:
    return Path("/tmp/.X64999-lock")


def x_socket() -> Path:
    return Path("/tmp/.X11-unix/X64999")


def bind() -> socket.socket:
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(x_socket()))
    return bound


@pytest.mark.parametrize(
    ("content", "stays"),
    [(f"{DEAD:>10}\n", False), pytest.param(f"{os.getpid():>10}\n", True, id="own"), ("nonsense\n", True), ("", True)],
)
def test_a_lock_goes_where_the_process_that_it_names_is_dead(display: str, content: str, stays: bool) -> None:
    lock().write_text(content)
    remove_dead_display(display)
    assert lock().exists() == stays


def test_a_socket_goes_where_nobody_listens_with_or_without_a_lock(display: str) -> None:
    bind().close()
    remove_dead_display(display)
    assert not x_socket().exists()


def test_a_socket_on_which_somebody_listens_stays(display: str) -> None:
    with bind() as server:
        server.listen()
        remove_dead_display(display)
        assert x_socket().exists()


def test_a_lock_stays_while_somebody_listens_as_an_x_server_of_another_container_does(display: str) -> None:
    lock().write_text(f"{DEAD:>10}\n")
    with bind() as server:
        server.listen()
        remove_dead_display(display)
        assert lock().exists()
    remove_dead_display(display)
    assert not lock().exists()


def test_a_cookie_stays_while_a_session_manager_of_another_container_listens() -> None:
    file, listening = Path(f"/tmp/.xfsm-ICE-U{os.getpid()}"), Path(f"/tmp/.ICE-unix/{DEAD + 1}")
    listening.parent.mkdir(mode=0o1777, exist_ok=True)
    file.write_bytes(f"\0\4XSMP/\0local/host:{listening}\0".encode())
    try:
        with socket.socket(socket.AF_UNIX) as manager:
            manager.bind(str(listening))
            manager.listen()
            remove_dead_session_cookies()
            assert file.exists()
            assert listening.exists()
        remove_dead_session_cookies()
        assert not file.exists()
        assert not listening.exists()
    finally:
        file.unlink(missing_ok=True)
        listening.unlink(missing_ok=True)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_stays(display: str) -> None:
    bind().close()
    lock().write_text(f"{DEAD}\n")
    for file in (x_socket(), lock()):
        os.chown(file, NOBODY, NOBODY, follow_symlinks=False)
    remove_dead_display(display)
    assert x_socket().exists()
    assert lock().exists()


def test_what_is_no_socket_and_what_is_no_display_is_left_alone(display: str, runtime: Path) -> None:
    x_socket().touch()
    remove_dead_display(display)
    assert x_socket().exists()
    (runtime / "file").touch()
    for nonsense in ("", ":", ":x", f":0/../../..{runtime}/file", "/tmp"):
        remove_dead_display(nonsense)
    assert (runtime / "file").exists()


def test_nothing_there_is_no_error(display: str) -> None:
    remove_dead_display(display)


@pytest.mark.parametrize(("pid", "stays"), [(DEAD, False), pytest.param(os.getpid(), True, id="own")])
def test_a_session_managers_cookie_goes_with_its_process(pid: int, stays: bool) -> None:
    file = Path(f"/tmp/.xfsm-ICE-T{os.getpid()}")
    file.write_bytes(f"\0\4XSMP/\0local/host:@/tmp/.ICE-unix/{pid}\0".encode())
    try:
        remove_dead_session_cookies()
        assert file.exists() == stays
    finally:
        file.unlink(missing_ok=True)


def segments_of(pid: int) -> list[str]:
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return [line for line in lines if line.split()[4] == str(pid)]


def test_shared_memory_of_a_process_that_was_killed_is_removed_and_no_other() -> None:
    make = "import ctypes, os; print(ctypes.CDLL(None).shmget(0, 4096, 0o600), flush=True); os.kill(os.getpid(), 9)"
    made = [subprocess.Popen([sys.executable, "-c", make], stdout=subprocess.PIPE) for _ in range(2)]
    for process in made:
        process.communicate(timeout=60)
    first, second = (process.pid for process in made)
    assert len(segments_of(first)) == len(segments_of(second)) == 1
    remove_segments(first)
    assert segments_of(first) == []
    assert len(segments_of(second)) == 1
    remove_segments(second)
    assert segments_of(second) == []
