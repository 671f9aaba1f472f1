"""Programs that others of the same user start in a session: real processes, and the socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.waiting import until, wait_until

from jupyter_vnc_proxy.desktops.programs import request
from jupyter_vnc_proxy.desktops.programs.request import run_in_session
from jupyter_vnc_proxy.errors import Conflict, VncError
from jupyter_vnc_proxy.runner import session_programs
from jupyter_vnc_proxy.runner.session_programs import SessionPrograms, parse_request, session_environment
from jupyter_vnc_proxy.system.process_groups import descendants

PATH = os.environ["PATH"]


@contextlib.asynccontextmanager
async def listening(directory: Path) -> AsyncIterator[SessionPrograms]:
    """Take programs on the socket ``run.sock`` in a directory."""
    made = SessionPrograms(directory / "run.sock", directory)
    await made.start(0, {"PATH": PATH, "OWN": "yes"}, directory)
    try:
        yield made
    finally:
        await made.close()
        await made.forget(1)


async def test_a_program_runs_with_the_environment_of_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_programs, "END_TIMEOUT_SECONDS", 60.0)  # so long may it take on a busy machine
    monkeypatch.setattr(request, "ANSWER_TIMEOUT_SECONDS", 60.0)
    async with listening(tmp_path) as programs:
        socket = tmp_path / "run.sock"
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        assert await run_in_session(socket, ["sh", "-c", 'echo "$OWN $1" > out; echo noise', "sh", "$(x) ü"]) == 0
        assert (tmp_path / "out").read_text() == "yes $(x) ü\n"
        assert (tmp_path / "programs.log").read_text() == "noise\n"
        assert await run_in_session(socket, ["sh", "-c", "exit 3"]) == 3
        assert programs.pids == set()
        with pytest.raises(VncError, match="/no/such could not be executed: No such file"):
            await run_in_session(socket, ["/no/such"])


async def test_a_program_that_runs_on_is_known_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(tmp_path) as programs:
        monkeypatch.setattr(session_programs, "END_TIMEOUT_SECONDS", 0.05)
        assert await run_in_session(tmp_path / "run.sock", ["sleep", "1000"]) is None
        (pid,) = programs.pids
        os.kill(pid, 15)
        await until(lambda: not programs.pids)


async def test_without_a_session_it_says_so(tmp_path: Path) -> None:
    async with listening(tmp_path) as programs:
        await programs.close()
        with pytest.raises(Conflict, match="restart the desktop"):
            await run_in_session(tmp_path / "run.sock", ["true"])


async def test_bad_requests_start_nothing(tmp_path: Path) -> None:
    async with listening(tmp_path):
        for request in (
            b"",
            b"true\n",
            b'{"argv": "true"}\n',
            b'{"argv": []}\n',
            b'{"argv": ["true", 1]}\n',
            b"x" * 70000,
        ):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "run.sock")
            writer.write(request)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
        assert not (tmp_path / "programs.log").exists()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_only_lists_of_words_are_requests(argv: object) -> None:
    line = json.dumps({"argv": argv}).encode()
    if isinstance(argv, list) and argv and all(isinstance(each, str) and "\0" not in each for each in argv):
        assert parse_request(line) == argv
    else:
        with pytest.raises(ValueError, match="a request that is none"):
            parse_request(line)


def commands(session: int) -> list[str]:
    """Return the command lines of a session's programs."""
    files = [Path(f"/proc/{each.pid}/cmdline") for each in descendants(session)]
    return [file.read_bytes().replace(b"\0", b" ").decode() for file in files if file.exists()]


def test_the_environment_is_that_of_the_sessions_own_programs() -> None:
    script = (
        "sleep 1000 & DBUS_SESSION_BUS_ADDRESS=bus sleep 1000 & "
        "DBUS_SESSION_BUS_ADDRESS=bus SESSION_MANAGER=first WINDOWID=1 sleep 1000 & sleep 0.2;"
        "DBUS_SESSION_BUS_ADDRESS=nested SESSION_MANAGER=second sleep 1000 & echo; wait"
    )
    session = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True, env={"PATH": PATH})
    assert session.stdout is not None
    try:
        session.stdout.readline()
        wait_until(lambda: commands(session.pid).count("sleep 1000 ") == 4, what="they have their environments")
        environment = session_environment(session.pid, {"DISPLAY": ":7", "SET": "before"})
        assert environment == {
            **{"DISPLAY": ":7", "SET": "before", "DBUS_SESSION_BUS_ADDRESS": "bus", "SESSION_MANAGER": "first"},
            **{name: value for name, value in environment.items() if name in ("PATH", "PWD", "OLDPWD", "SHLVL", "_")},
        }
    finally:
        os.killpg(session.pid, 9)
        session.wait()
        session.stdout.close()
