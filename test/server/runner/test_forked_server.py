"""Our own server, forked from the runner: it is a process like one that was executed, and is executed the next time."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import complaints
from support.runners import COMMAND, Run, Runners
from support.waiting import wait_until
from support.xclient import RfbClient

from jupyter_vnc_proxy.desktops import locks
from jupyter_vnc_proxy.desktops.markers import MARKER, RUNNER_MARKER, is_runner
from jupyter_vnc_proxy.system.own_python import own_python
from jupyter_vnc_proxy.system.process_groups import descendants
from jupyter_vnc_proxy.system.process_identity import ProcessIdentity, read_stat

ARG_START = 45
"""Index of the arguments' address in /proc/<pid>/stat, which differs in each Python that was executed."""

KILL = (
    "become = standby.Standby.become\n"
    "def late(self, *arguments):\n"
    "    import os; os.kill(self.pid, 9); os.waitpid(self.pid, 0); print('killed the child', flush=True)\n"
    "    return become(self, *arguments)\n"
    "standby.Standby.become = late\n"
)
RUN = "sys.exit(runpy.run_module('jupyter_vnc_proxy', run_name='__main__'))"

SAME_AS_EXECUTED = ("Umask", "NoNewPrivs", "SigBlk", "SigIgn", "SigCgt")


def words(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


def environment(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text().rstrip("\0").split("\0")


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines) if name in SAME_AS_EXECUTED}


def limits(pid: int) -> str:
    return Path(f"/proc/{pid}/limits").read_text()


def memory(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[ARG_START]


def descriptors(pid: int) -> set[str]:
    """Return what a process has open: files, and whether there are pipes and sockets; connections come and go."""
    found = set()
    for each in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.add(os.readlink(each.path).partition(":")[0])
    return found


def server(run: Run) -> int:
    """Return the server's process id."""
    program = list(own_python("jupyter_vnc_proxy.stream"))

    def found() -> list[int]:
        pids = []
        for each in descendants(run.process.pid):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if words(each.pid)[: len(program)] == program:
                    pids.append(each.pid)
        return pids if len(pids) == 1 else []

    (pid,) = wait_until(found, what="one server: a program that it starts looks like it for a moment")
    return pid


def start(runners: Runners, *arguments: str) -> tuple[Run, int]:
    run = runners.start(*arguments, backend="stream", command=own_python("jupyter_vnc_proxy"))
    run.until(phase="running")
    return run, server(run)


def is_forked(run: Run, pid: int) -> bool:
    return memory(pid) == memory(run.process.pid)


def restarted(run: Run, pid: int) -> int:
    """Kill the server, and return the process id of the next one."""
    os.kill(pid, signal.SIGKILL)
    run.until(phase="starting", step="vnc")
    run.until(phase="running")
    return server(run)


@pytest.fixture(params=[(), (signal.SIGINT, signal.SIGHUP)], ids=["as it is", "in the background, by nohup"])
def ignored(request: pytest.FixtureRequest) -> Iterator[None]:
    """Signals that the runner's parent ignores."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in request.param}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("ignored")
def test_a_forked_server_is_like_the_executed_one_that_follows_its_crash(runners: Runners) -> None:
    run, forked = start(runners)
    assert is_forked(run, forked)
    shown = words(forked), environment(forked), status(forked), limits(forked), descriptors(forked)
    stat = read_stat(forked)
    assert (stat.parent, stat.group, stat.session) == (run.process.pid, forked, forked)
    RfbClient(run.path / "rfb.sock").close()
    executed = restarted(run, forked)
    assert not is_forked(run, executed)
    assert len(shown[0]) > len(own_python("")) and shown[0] == words(executed)[: len(shown[0])]
    assert shown[1][0] == f"{MARKER}={run.path}"
    assert set(shown[1]) <= set(environment(executed)) and len(shown[1]) > len(environment(executed)) // 2
    assert shown[2:] == (status(executed), limits(executed), descriptors(executed))
    RfbClient(run.path / "rfb.sock").close()


def test_a_forked_server_is_found_as_a_process_of_the_desktop_and_is_no_runner(runners: Runners) -> None:
    run, pid = start(runners)
    assert pid in {each.pid for each in descendants(run.process.pid, spare=is_runner)}
    assert not [entry for entry in environment(pid) if entry.startswith(RUNNER_MARKER)]
    assert pid in run.processes().values()


def test_a_forked_server_writes_to_its_own_log(runners: Runners) -> None:
    run, _ = start(runners)
    log = run.path / "log" / "vnc.log"
    connection = RfbClient(run.path / "rfb.sock")
    connection.socket.sendall(b"\xff" * 64)
    wait_until(lambda: "closed a viewer's connection" in log.read_text())
    assert log.read_text().count("closed a viewer's connection") == 1
    assert "viewer" not in run.text()
    connection.close()
    assert run.end() == 0
    assert not complaints(log.read_text()) and not complaints(run.text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_forked_server_outlives_no_runner_and_holds_no_lock(runners: Runners, number: signal.Signals) -> None:
    run, pid = start(runners)
    identity = ProcessIdentity.of(pid)
    held = [os.readlink(each.path) for each in os.scandir(f"/proc/{pid}/fd")]
    assert not [target for target in held if target.endswith((locks.RUNNER_LOCK, run.output.name))]
    os.kill(pid, signal.SIGSTOP)  # it ignores SIGTERM, and so outlives a runner that is killed
    run.end(number)
    assert locks.runner(run.path) is None
    if number == signal.SIGKILL:
        start(runners)  # ends what the last one has left
    assert not identity.is_alive()


def test_a_forked_server_ends_when_its_runner_is_killed(runners: Runners) -> None:
    run, pid = start(runners)
    identity = ProcessIdentity.of(pid)
    run.end(signal.SIGKILL)
    wait_until(lambda: not identity.is_alive())
    start(runners)  # ends what else is left


def test_a_child_that_ended_before_it_was_needed_is_replaced_by_a_new_python(runners: Runners) -> None:
    code = f"import runpy, sys\nfrom jupyter_vnc_proxy.system.fork import standby\n{KILL}{RUN}"
    run = runners.start(backend="stream", command=(*own_python("-c"), code))
    run.until(phase="running")
    assert not is_forked(run, server(run))
    assert "killed the child" in run.text()


def test_a_runner_that_was_started_otherwise_executes_its_server(
    runners: Runners, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # "-m" would import the package from this directory, if it is another one there
    run = runners.start(backend="stream", command=COMMAND)
    run.until(phase="running")
    assert not is_forked(run, server(run))
