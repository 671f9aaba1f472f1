"""Process groups, marked processes and descendants: only those that are meant are signalled."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support.namespaces import in_container, needs_namespaces
from support.waiting import until, wait_until

from jupyter_vnc_proxy.system.process_groups import (
    cpu_seconds,
    descendants,
    environment_entries,
    group_waited,
    marked_processes,
    signal_group,
)
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity, read_stat

COMPANION = """
import asyncio, os, subprocess, sys
from pathlib import Path
from jupyter_vnc_proxy.system.process import Process

async def main():
    companion = Process("companion", sys.argv[2:], dict(os.environ), Path(sys.argv[1]))
    await companion.start(5)
    await companion.wait()
    await asyncio.sleep(0.05)  # start times, which tell processes apart, are in hundredths of a second
    Path("/proc/sys/kernel/ns_last_pid").write_text(str(companion.pid - 1))
    kernel = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    assert kernel.pid == companion.pid, "it has the number now"
    await companion.stop(0)
    try:
        print("kernel", kernel.wait(0.3))
    except subprocess.TimeoutExpired:
        print("kernel lives")
    kernel.kill()
    kernel.wait()

asyncio.run(main())
"""
"""Stops a companion that has ended, after its number was given to a program like a kernel."""


@needs_namespaces
def test_a_companion_that_ended_long_ago_is_not_stopped_by_its_number(runtime: Path) -> None:
    argv = [*in_container(), sys.executable, "-c", COMPANION, str(runtime / "log"), "true"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("kernel lives\n", "")


def test_a_group_is_signalled_as_long_as_its_leader_was_not_reaped() -> None:
    with subprocess.Popen(
        ["sh", "-c", "sleep 1000 & echo $!"], stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        member = ProcessIdentity.of(int(leader.stdout.readline()))
        identity = ProcessIdentity.child(leader.pid)
        wait_until(lambda: not identity.is_alive())
        signal_group(identity, signal.SIGKILL)
        wait_until(lambda: not member.is_alive())


def test_of_a_group_whose_leader_was_reaped_only_our_descendants_are_signalled() -> None:
    """A process that the kernel gave to another parent may belong to anybody's group of the same number."""
    script = "sleep 1000 >/dev/null & echo $!"
    leader = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    identity = ProcessIdentity.child(leader.pid)
    said, _ = leader.communicate()
    member = ProcessIdentity.of(int(said))
    assert read_stat(member.pid).parent != os.getpid()
    signal_group(identity, signal.SIGKILL)
    time.sleep(0.05)
    assert member.is_alive()
    signal_group(identity, signal.SIGKILL, just_ended=True)
    wait_until(lambda: not member.is_alive())


async def test_descendants_are_found_at_any_depth_and_a_spared_tree_is_left_out() -> None:
    script = "sh -c 'setsid sleep 1000 & sleep 1000' & sh -c 'sleep 1001 & sleep 1001' & wait"
    root = await asyncio.create_subprocess_exec("sh", "-c", script, start_new_session=True)

    def lines(spare: str = "nothing") -> list[str]:
        found = descendants(root.pid, lambda pid: spare in Path(f"/proc/{pid}/cmdline").read_text())
        return sorted(Path(f"/proc/{each.pid}/cmdline").read_text().replace("\0", " ").strip() for each in found)

    await until(lambda: lines().count("sleep 1000") == lines().count("sleep 1001") == 2)
    shells = ["sh -c setsid sleep 1000 & sleep 1000", "sh -c sleep 1001 & sleep 1001"]
    assert lines() == [*shells, "sleep 1000", "sleep 1000", "sleep 1001", "sleep 1001"]
    assert lines(spare="1001") == ["sh -c setsid sleep 1000 & sleep 1000", "sleep 1000", "sleep 1000"]
    for each in [ProcessIdentity.child(root.pid), *descendants(root.pid)]:  # else the shell may end by itself
        each.signal(signal.SIGKILL)
    assert await root.wait() == -signal.SIGKILL


def test_a_process_is_known_by_its_environment_from_its_first_moment() -> None:
    """One in about two hundred still shows an empty one when execve(2) has just succeeded."""
    for number in range(1000):
        with subprocess.Popen(["sleep", "1000"], env={"NUMBER": str(number)}, start_new_session=True) as process:
            entries = environment_entries(process.pid)
            process.kill()
        assert entries == [b"NUMBER=%d" % number, b""]


def test_a_process_may_have_no_environment_and_others_are_found() -> None:
    with subprocess.Popen(["sleep", "1000"], env={}) as empty, subprocess.Popen(["sleep", "1000"]) as other:
        entries = environment_entries(empty.pid), environment_entries(other.pid)
        marked = marked_processes("PYTEST_CURRENT_TEST", os.environ["PYTEST_CURRENT_TEST"])
        for process in (empty, other):
            process.kill()
    assert entries[0] == [b""]
    assert b"PATH=" + os.fsencode(os.environ["PATH"]) in entries[1]
    assert [each.pid for each in marked] == [other.pid]


@pytest.mark.parametrize("pid", ["self", pytest.param(os.getpid(), id="own")])
def test_the_fields_of_a_process_are_read(pid: int | str) -> None:
    stat = read_stat(pid)
    assert (stat.parent, stat.group, stat.session) == (os.getppid(), os.getpgrp(), os.getsid(0))
    assert stat.state in "RS"


def has_waited(pid: int) -> bool:
    return min(cpu_seconds(pid)) > 0.05


def test_processes_that_share_a_cpu_wait_for_it() -> None:
    spin = f"import os; os.sched_setaffinity(0, [{min(os.sched_getaffinity(0))}])\nwhile True: pass"
    hogs = [subprocess.Popen([sys.executable, "-c", spin], start_new_session=True) for _ in range(2)]
    try:
        for hog in hogs:
            wait_until(partial(has_waited, hog.pid))
            assert group_waited(hog.pid) > 0.05
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    assert cpu_seconds(hogs[0].pid) == (0.0, 0.0)
