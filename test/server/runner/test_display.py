"""The display of a desktop: who gets in without a cookie, and the number that it has again."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

import pytest
from support.runners import Runners
from support.waiting import wait_until
from support.xclient import RfbClient, x_setup, x_setup_as_nobody

from jupyter_vnc_proxy.desktops.display_number import FIRST_NUMBER, expected, is_free, remember, remembered
from jupyter_vnc_proxy.system.x_display import connect

KEY_EVENT, POINTER_EVENT = 4, 5
BUTTON_1 = 0x100
"""In the mask of a QueryPointer reply."""

OURS = f":{20_000 + os.getpid() % 10_000}"
"""A display that no other test has at the same time."""

BACKENDS = [
    ("stream", "xserver=xvnc"),
    ("stream", "xserver=xvfb"),
    ("tigervnc", ""),
    ("x11vnc", ""),
    ("x11vnc", "xserver=xdummy"),
]


@pytest.mark.parametrize(("backend", "option"), BACKENDS)
def test_programs_of_the_same_user_need_no_cookie(runners: Runners, backend: str, option: str) -> None:
    run = runners.start(*([f"--option={option}"] if option else []), backend=backend)
    display = run.until(phase="running")["display"]
    wait_until(lambda: x_setup(display) == 1)
    if os.getuid() == 0:  # only root can become another
        assert x_setup_as_nobody(display) == 0


@pytest.mark.parametrize(("backend", "option"), BACKENDS)
def test_a_desktop_has_its_display_again(runners: Runners, runtime: Path, backend: str, option: str) -> None:
    arguments = [f"--option={option}"] if option else []
    run = runners.start(*arguments, backend=backend)
    display = run.until(phase="running")["display"]
    assert run.end() == 0
    other = runners.start(backend=backend, name="other")  # would get the lowest number that is free
    (runtime / "default" / "display").write_text(f"{OURS}\n")
    again = runners.start(*arguments, backend=backend)
    assert again.until(phase="running")["display"] == OURS
    assert again.end() == 0
    assert remembered(runtime / "default") == OURS
    assert other.until(phase="running")["display"] != OURS
    assert display


@pytest.mark.parametrize(("backend", "option"), BACKENDS)
def test_a_new_desktop_takes_no_number_that_x_servers_choose(
    runners: Runners, runtime: Path, backend: str, option: str
) -> None:
    arguments = [f"--option={option}"] if option else []
    display = runners.start(*arguments, backend=backend).until(phase="running")["display"]
    assert int(display.removeprefix(":")) >= FIRST_NUMBER, "the lowest is soon another user's"
    assert remembered(runtime / "default") == display


def test_a_display_that_was_taken_meanwhile_is_replaced(runners: Runners, runtime: Path) -> None:
    other = runners.start(name="other").until(phase="running")["display"]
    (runtime / "default").mkdir(mode=0o700)
    remember(runtime / "default", other)
    assert not is_free(other)
    display = runners.start().until(phase="running")["display"]
    assert display != other
    assert remembered(runtime / "default") == display


def test_the_expected_display_is_the_last_one_or_else_a_free_one(tmp_path: Path) -> None:
    first = expected(tmp_path)
    assert is_free(first)
    assert remembered(tmp_path) == first
    (tmp_path / "display").write_text("rubbish")
    assert remembered(tmp_path) is None
    remember(tmp_path, OURS)
    assert expected(tmp_path) == OURS


def test_a_lock_that_is_a_pipe_takes_its_number_and_nobody_waits_for_a_writer(runners: Runners, runtime: Path) -> None:
    (runtime / "default").mkdir(mode=0o700)
    display = expected(runtime / "default")
    lock = Path(f"/tmp/.X{display.removeprefix(':')}-lock")
    os.mkfifo(lock)
    try:
        assert not is_free(display)
        assert runners.start().until(phase="running")["display"] != display
    finally:
        lock.unlink()


def test_a_display_that_others_show_takes_sizes_from_its_own_user_and_no_input(runners: Runners) -> None:
    run = runners.start("--option=xserver=xvnc", backend="stream")
    display = run.until(phase="running")["display"]
    path = run.path / "x11.sock"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (run.path, path)] == [0o700, 0o600]
    client, connection = RfbClient(path), connect(display, run.path / "Xauthority")
    core, root = connection.core, connection.get_setup().roots[0].root
    client.ask_for_updates()
    client.socket.sendall(struct.pack(">BBHH", POINTER_EVENT, 1, 111, 77))
    client.socket.sendall(struct.pack(">BBxxI", KEY_EVENT, 1, ord("a")))
    client.set_size(700, 500)
    wait_until(lambda: core.GetGeometry(root).reply().width == 700)
    pointer = core.QueryPointer(root).reply()
    assert (pointer.root_x, pointer.root_y) != (111, 77)
    assert not pointer.mask & BUTTON_1
    assert not any(core.QueryKeymap().reply().keys)
    client.close()
    connection.disconnect()
