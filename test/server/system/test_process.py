"""Processes: ready, failed, stopped; with real ones."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.processes import processes_of
from support.waiting import until, wait_until

from jupyter_vnc_proxy.system import process
from jupyter_vnc_proxy.system.process import (
    PIPE,
    Listens,
    Process,
    ProcessFailed,
    Started,
    WritesLine,
    describe_status,
)
from jupyter_vnc_proxy.system.process_groups import end_marked, marked_processes
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity
from jupyter_vnc_proxy.system.unix_sockets import is_listening

QUICK = 10.0
"""Seconds that a child which works may take to be ready."""


def shell(runtime: Path, script: str, *arguments: str, **settings: Any) -> Process:
    return Process("part", ("sh", "-c", script, "sh", *arguments), dict(os.environ), runtime / "log", **settings)


def python(runtime: Path, script: str, *arguments: str, **settings: Any) -> Process:
    argv = (sys.executable, "-c", script, *arguments)
    return Process("part", argv, dict(os.environ), runtime / "log", **settings)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_child_is_ready_when_it_writes_a_line_to_its_pipe(runtime: Path) -> None:
    child = python(runtime, "import os,sys,time; os.write(int(sys.argv[1]), b'42\\n'); time.sleep(99)", PIPE)
    child.ready = WritesLine()
    assert await child.start(QUICK) == "42"
    assert child.running
    await child.stop(1)


async def test_a_line_that_comes_in_pieces_is_read_whole(runtime: Path) -> None:
    script = "import os,sys,time\nfor c in b'1234\\n': os.write(int(sys.argv[1]), bytes([c])); time.sleep(.01)\n"
    child = python(runtime, script + "time.sleep(99)", PIPE, ready=WritesLine())
    assert await child.start(QUICK) == "1234"
    await child.stop(1)


async def test_a_child_is_ready_when_it_listens_and_nobody_connects_to_find_out(runtime: Path) -> None:
    path = runtime / "s"
    script = (
        "import socket,sys,time,pathlib\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])\n"
        "time.sleep(.1); s.listen()\ns.settimeout(.2)\n"
        "try: s.accept(); pathlib.Path(sys.argv[1] + '.seen').touch()\nexcept TimeoutError: pass\n"
        "pathlib.Path(sys.argv[1] + '.done').touch(); time.sleep(99)"
    )
    child = python(runtime, script, str(path), ready=Listens(path))
    assert await child.start(QUICK) == ""
    assert is_listening(path)
    await until((runtime / "s.done").exists)
    assert not (runtime / "s.seen").exists()
    await child.stop(1)


async def test_the_machines_sockets_are_not_listed_before_there_is_a_file(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = runtime / "s"
    asked: list[bool] = []

    def listens(socket: Path) -> bool:
        asked.append(socket.exists())
        return is_listening(socket)

    monkeypatch.setattr(process, "is_listening", listens)
    script = (
        "import socket,sys,time; time.sleep(.1); s = socket.socket(socket.AF_UNIX)\n"
        "s.bind(sys.argv[1]); s.listen(); time.sleep(99)"
    )
    child = python(runtime, script, str(path), ready=Listens(path))
    await child.start(QUICK)
    assert asked and all(asked)
    await child.stop(1)


async def test_a_socket_that_is_bound_but_does_not_listen_is_not_ready(runtime: Path) -> None:
    script = "import socket,sys,time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); time.sleep(99)"
    child = python(runtime, script, str(runtime / "s"), ready=Listens(runtime / "s"))
    with pytest.raises(ProcessFailed, match="not ready within"):
        await child.start(0.5)
    assert not is_listening(runtime / "s")


async def test_a_child_reads_the_answer_that_it_asks_for_and_its_time_begins_then(runtime: Path) -> None:
    script = "import os,sys,time; os.write(int(sys.argv[1]), sys.stdin.read().encode()); time.sleep(99)"
    for early in (True, False):
        child = python(runtime, script, PIPE, ready=WritesLine(), asks=True)
        if early:
            child.answer(":5")
        starting = asyncio.ensure_future(child.start(QUICK if early else 0.5))
        if not early:
            await asyncio.sleep(0.8)
            assert not starting.done() and not child.is_ready
            child.answer(":5")
        assert await starting == ":5"
        assert child.is_ready
        await child.stop(1)


async def test_a_child_that_ends_before_its_answer_is_reported(runtime: Path) -> None:
    child = shell(runtime, "exit 3", ready=WritesLine(), asks=True)
    with pytest.raises(ProcessFailed, match=r"ended while starting \(exit status 3\)"):
        await child.start(QUICK)
    child.answer("nobody reads it")


async def test_the_time_that_a_child_waits_for_a_cpu_does_not_count(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.monotonic()
    monkeypatch.setattr(process, "group_waited", lambda group: 0.9 * (time.monotonic() - begun))
    script = "import os,sys,time; time.sleep(.6); os.write(int(sys.argv[1]), b'\\n'); time.sleep(99)"
    child = python(runtime, script, PIPE, ready=WritesLine())
    await child.start(0.5)
    await child.stop(1)


async def test_a_child_that_gets_no_cpu_at_all_is_given_up_some_time(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "group_waited", lambda group: 1000.0)
    child = shell(runtime, "sleep 99; :", ready=WritesLine())
    with pytest.raises(ProcessFailed, match=r"was not ready within 0\.1 s"):
        await child.start(0.1)
    assert time.monotonic() - child.started_at >= process.MAX_STRETCH * 0.1


async def test_a_child_is_short_of_cpu_while_it_waits_longer_than_it_runs(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = shell(runtime, "sleep 99; :")
    assert not child.is_short_of_cpu
    await child.start(QUICK)
    monkeypatch.setattr(process, "cpu_seconds", {child.pid: (0.1, 0.2)}.__getitem__)
    assert child.is_short_of_cpu
    monkeypatch.setattr(process, "cpu_seconds", {child.pid: (0.2, 0.1)}.__getitem__)
    assert not child.is_short_of_cpu
    await child.stop(1)


async def test_a_child_that_hangs_is_stopped_and_reported(runtime: Path) -> None:
    child = shell(runtime, "sleep 99; :", ready=WritesLine())
    with pytest.raises(ProcessFailed, match=r"was not ready within 0\.2 s") as raised:
        await child.start(0.2)
    assert raised.value.status is None
    assert not child.running


async def test_a_program_that_is_not_there_is_reported(runtime: Path) -> None:
    child = Process("part", ("/nonexistent/program",), {"PATH": "/nonexistent"}, runtime / "log")
    with pytest.raises(ProcessFailed, match="could not be executed: No such file or directory"):
        await child.start(QUICK)
    await child.stop(1)  # which has nothing to do


async def test_a_log_that_can_not_be_written_is_reported(runtime: Path) -> None:
    child = Process("part", ("true",), dict(os.environ), runtime / "missing" / "log")
    with pytest.raises(ProcessFailed, match="could not be executed"):
        await child.start(QUICK)


async def test_a_child_that_ends_while_starting_is_reported_with_its_status(runtime: Path) -> None:
    child = shell(runtime, "exit 7", ready=WritesLine())
    with pytest.raises(ProcessFailed, match=r"ended while starting \(exit status 7\)") as raised:
        await child.start(QUICK)
    assert raised.value.status == 7


async def test_what_a_child_that_ended_while_starting_left_in_its_group_is_ended(runtime: Path) -> None:
    child = shell(runtime, "sleep 99 & exit 1", PIPE, ready=WritesLine())
    with pytest.raises(ProcessFailed, match="exit status 1"):
        await child.start(QUICK)
    await until(lambda: not processes_of(runtime))


async def test_so_is_it_if_the_child_was_reaped_before_its_start_time_was_known(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identify = ProcessIdentity.child

    def too_late(pid: int) -> ProcessIdentity:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, 0)  # asyncio's thread may reap it first
            os.waitpid(pid, 0)
        return identify(pid)

    monkeypatch.setattr(ProcessIdentity, "child", too_late)
    child = shell(runtime, "sleep 99 & exit 1", PIPE, ready=WritesLine())
    with pytest.raises(ProcessFailed):
        await child.start(QUICK)
    await until(lambda: not processes_of(runtime))


async def test_a_child_killed_while_starting_is_reported_with_the_signal(runtime: Path) -> None:
    child = shell(runtime, "kill -SEGV $$", ready=WritesLine())
    with pytest.raises(ProcessFailed, match="signal SIGSEGV"):
        await child.start(QUICK)


async def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(runtime: Path) -> None:
    child = shell(
        runtime, "trap '' TERM; echo ready >/proc/self/fd/$1; while :; do sleep 0.05; done", PIPE, ready=WritesLine()
    )
    await child.start(QUICK)
    before = time.monotonic()
    await child.stop(0.2)
    assert time.monotonic() - before >= 0.2
    assert await child.wait() == -signal.SIGKILL


async def test_a_child_that_obeys_is_not_waited_for_longer(runtime: Path) -> None:
    child = shell(runtime, "exec sleep 99")
    await child.start(QUICK)
    before = time.monotonic()
    await child.stop(20)
    assert time.monotonic() - before < 20
    assert await child.wait() == -signal.SIGTERM


async def test_grandchildren_in_the_group_go_with_it_also_where_the_child_went_first(runtime: Path) -> None:
    script = "sh -c 'trap \"\" TERM; sleep 99; :' & sleep 99 & echo $! >/proc/self/fd/$1; wait"
    child = shell(runtime, script, PIPE, ready=WritesLine())
    grandchild = int(await child.start(QUICK))
    assert alive(grandchild)
    group = child.pid
    assert group is not None
    await child.stop(0.5)
    await until(lambda: not alive(grandchild))
    await until(lambda: group not in groups())


def groups() -> set[int]:
    """Return the process groups of all processes that live."""
    found = set()
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            if alive(pid):
                found.add(os.getpgid(pid))
    return found


async def test_stopping_twice_or_after_the_end_does_nothing(runtime: Path) -> None:
    child = shell(runtime, "exit 3")
    await child.start(QUICK)
    assert await child.wait() == 3
    await child.stop(1)
    await child.stop(1)


async def test_a_cancelled_start_leaves_no_task_and_no_descriptor(runtime: Path) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    child = shell(runtime, "exec sleep 99", ready=WritesLine())
    starting = asyncio.ensure_future(child.start(QUICK))
    await until(lambda: child.running)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await child.stop(1)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await until(lambda: len(os.listdir("/proc/self/fd")) <= descriptors)


async def test_output_of_both_kinds_goes_to_the_log_after_what_is_there(runtime: Path) -> None:
    (runtime / "log").write_text("before\n")
    child = shell(runtime, "echo out; echo err >&2")
    await child.start(QUICK)
    await child.wait()
    assert (runtime / "log").read_text() == "before\nout\nerr\n"


async def test_a_child_has_the_directory_umask_and_environment_that_were_asked_for(runtime: Path) -> None:
    (runtime / "home").mkdir()
    child = shell(runtime, "pwd; umask; echo $ONE", directory=runtime / "home", umask=0o077)
    child.env = {"PATH": os.environ["PATH"], "ONE": "1"}
    await child.start(QUICK)
    assert await child.wait() == 0
    assert (runtime / "log").read_text().split() == [str(runtime / "home"), "0077", "1"]


async def test_a_child_inherits_no_other_descriptor(runtime: Path) -> None:
    kept = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(kept, True)
    child = shell(runtime, "ls /proc/self/fd | wc -l", ready=Started())
    await child.start(QUICK)
    await child.wait()
    os.close(kept)
    assert int((runtime / "log").read_text()) == 4  # its three, and the one with which ls lists them


def test_a_child_dies_with_a_parent_that_was_killed(runtime: Path) -> None:
    script = (
        "import asyncio, os, pathlib, sys\nfrom jupyter_vnc_proxy.system.process import Process\n"
        "async def main():\n  base = pathlib.Path(sys.argv[1])\n"
        "  child = Process('part', ('sleep', '99'), dict(os.environ), base / 'log')\n  await child.start(9)\n"
        "  (base / 'pid.new').write_text(str(child.pid)); (base / 'pid.new').rename(base / 'pid')\n"
        "  await asyncio.sleep(99)\nasyncio.run(main())"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(runtime)])
    wait_until((runtime / "pid").exists)
    pid = int((runtime / "pid").read_text())
    wait_until(lambda: Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sleep"))
    parent.kill()
    parent.wait()
    wait_until(lambda: not alive(pid))


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "exit status 0"), (1, "exit status 1"), (-11, "signal SIGSEGV"), (-9, "signal SIGKILL"), (-99, "signal 99")],
)
def test_an_exit_status_is_said_in_words(status: int, words: str) -> None:
    assert describe_status(status) == words


def test_marked_processes_are_found_and_ended_also_where_they_left_the_group(runtime: Path) -> None:
    value = str(runtime / "marked")
    environment = {**os.environ, "MARK": value}
    script = "setsid sh -c 'sleep 99 & sleep 99' & setsid sleep 99 & wait"
    child = subprocess.Popen(["sh", "-c", script], env=environment, start_new_session=True)
    wait_until(lambda: len(marked_processes("MARK", value)) >= 5, what="the whole family")
    assert marked_processes("MARK", value + "x") == []
    assert marked_processes("MARK", value[:-1]) == []
    end_marked("MARK", value)
    assert child.wait(5) == -signal.SIGKILL
    wait_until(lambda: marked_processes("MARK", value) == [])


@pytest.mark.parametrize("turns", range(8))
async def test_a_start_ends_when_it_is_cancelled_at_any_time(runtime: Path, turns: int) -> None:
    child = shell(runtime, "sleep 99")
    start = asyncio.ensure_future(child.start(QUICK))
    while child.pid is None:  # noqa: ASYNC110 - each turn of the event loop counts
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    if start.cancel():
        with pytest.raises(asyncio.CancelledError):
            await start
    await child.stop(0)
