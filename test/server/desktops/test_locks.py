"""The locks of a desktop: who holds the runner's, here or elsewhere, and which servers own it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.standins import StandIn

from jupyter_vnc_proxy.desktops import locks
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.locks import Holder
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity

OWN = ProcessIdentity.own()

ELSEWHERE = [replace(OWN, boot="another-machine"), replace(OWN, namespace=1)]
"""This process, as it would be on another machine and in another container."""


@pytest.fixture
def stand_in(runtime: Path) -> Iterator[Callable[[str], Path]]:
    """Make a desktop whose lock is held by a process and contains a text; return its directory."""
    made: list[StandIn] = []

    def make(named: str) -> Path:
        made.append(StandIn(runtime / "default", named))
        return made[-1].desktop.path

    yield make
    for each in made:
        each.close()


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with desktops."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        process.kill()


def test_a_free_lock_has_no_holder(runtime: Path) -> None:
    assert locks.runner(runtime) is None
    with locks.hold_runner_lock(runtime, 1):
        assert locks.runner(runtime) == Holder(OWN)
    assert locks.runner(runtime) is None
    assert (runtime / "runner.lock").read_bytes() == b""


@pytest.mark.parametrize("identity", ELSEWHERE)
def test_a_process_of_another_machine_or_container_is_elsewhere(
    stand_in: Callable[[str], Path], identity: ProcessIdentity
) -> None:
    assert locks.runner(stand_in(f"{identity}\n")) == Holder(identity, is_here=False)


@pytest.mark.parametrize("text", ["", "0a1b", str(OWN)], ids=["empty", "half", "without its end"])
def test_a_lock_that_is_just_being_written_names_nobody(stand_in: Callable[[str], Path], text: str) -> None:
    assert locks.runner(stand_in(text)) == Holder(None)


def test_a_bare_process_id_is_here_if_that_process_has_the_lock_open(runtime: Path) -> None:
    """Earlier versions wrote it."""
    stand_in = StandIn(runtime / "default", "")
    (stand_in.desktop.path / "runner.lock").write_text(str(stand_in.process.pid))
    assert locks.runner(stand_in.desktop.path) == Holder(ProcessIdentity.of(stand_in.process.pid))
    stand_in.close()


@pytest.mark.parametrize("text", ["7", "text\n", "99999999999999999999"])
def test_any_other_text_is_elsewhere(stand_in: Callable[[str], Path], text: str) -> None:
    assert locks.runner(stand_in(text)) == Holder(None, is_here=False)


def test_no_process_is_signalled_that_only_has_the_number_in_the_lock(
    stand_in: Callable[[str], Path], victim: subprocess.Popen[bytes]
) -> None:
    identity = ProcessIdentity.of(victim.pid)
    texts = [f"{replace(identity, start_time=7)}\n"]  # the last runner's, before the new one has written its own
    texts += [str(victim.pid), f"{replace(identity, boot='another')}\n", f"{replace(identity, namespace=1)}\n"]
    desktop = Desktop(stand_in(""))
    for text in texts:
        (desktop.path / "runner.lock").write_text(text)
        assert not desktop.signal_stop()
        desktop.kill_runner()
        with pytest.raises(subprocess.TimeoutExpired):
            victim.wait(0.05)


def test_owners_of_two_containers_with_the_same_process_id_are_two(runtime: Path) -> None:
    for other in ELSEWHERE:
        with locks.own(runtime, other):
            assert locks.has_owner(runtime, besides=OWN)
            assert not locks.has_owner(runtime, besides=other)


def test_owners_that_have_ended_leave_no_file(runtime: Path) -> None:
    owners = runtime / "owners"
    for number in range(5):  # killed: the kernel unlocked their files
        locks.own(runtime, replace(OWN, pid=5_000_000 + number)).close()
    (owners / "4711").touch()  # of an earlier version
    living = locks.own(runtime, ELSEWHERE[0])
    own = locks.own(runtime, OWN)
    assert sorted(file.name for file in owners.iterdir()) == sorted([str(ELSEWHERE[0]), str(OWN)])
    locks.disown(own)
    assert [file.name for file in owners.iterdir()] == [str(ELSEWHERE[0])]
    locks.disown(living)
    assert not list(owners.iterdir())


def test_an_owner_is_seen_however_many_files_of_ended_owners_are_removed(runtime: Path) -> None:
    done = threading.Event()

    def others() -> None:
        while not done.is_set():
            locks.disown(locks.own(runtime, replace(OWN, pid=5_000_001)))

    thread = threading.Thread(target=others)
    thread.start()
    try:
        for _ in range(200):
            own = locks.own(runtime, OWN)
            assert os.path.samestat(os.fstat(own.fileno()), os.stat(own.name))
            assert locks.has_owner(runtime, besides=replace(OWN, pid=5_000_001))
            locks.disown(own)
    finally:
        done.set()
        thread.join()


def test_an_inherited_lock_is_used_and_only_one_for_this_directory(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = runtime / "a", runtime / "b"
    first.mkdir()
    second.mkdir()
    lock = locks.take_runner_lock(first, 1)
    assert locks.runner(first) == Holder(None)
    monkeypatch.setenv("JUPYTER_VNC_RUNNER", str(lock))
    with locks.hold_runner_lock(second, 0):
        assert locks.runner(second) == Holder(OWN)
    monkeypatch.setenv("JUPYTER_VNC_RUNNER", str(lock))
    with locks.hold_runner_lock(first, 0):
        assert locks.runner(first) == Holder(OWN)
        assert fcntl.fcntl(lock, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    assert locks.runner(first) is None
