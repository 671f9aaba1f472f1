"""What the doctor tries on the runtime directory's file system, and what a start says if it fails."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from jupyter_vnc_proxy.backends import choose
from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.doctor import directories
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.runner.runner import Runner

NO_LOCKS = pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP], ids=errno.errorcode.get)


@pytest.fixture
def without_locks(number: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file system without flock, as Lustre may be; returns the error's text."""

    def flock(file: Any, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    return os.strerror(number)


def test_locks_and_sockets_are_tried_and_leave_nothing(runtime: Path) -> None:
    before = sorted(runtime.iterdir())
    assert directories.runtime().status == "ok"
    assert sorted(runtime.iterdir()) == before


@NO_LOCKS
def test_a_file_system_without_locks_is_a_problem(runtime: Path, without_locks: str) -> None:
    finding = directories.runtime()
    assert finding.status == "problem"
    assert finding.message == (
        f"The file system of the runtime directory {runtime} has no file locks (flock: {without_locks}), "
        "which desktops need."
    )
    assert finding.fixes == (f"export JUPYTER_VNC_RUNTIME_DIR=/tmp/my-desktops-{os.getuid()}",)


def test_locks_that_lock_nothing_are_a_problem(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda file, operation: None)
    assert "locks that lock nothing" in directories.runtime().message


def test_a_file_system_without_unix_sockets_is_a_problem(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Socket(socket.socket):
        def bind(self, address: Any) -> None:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(socket, "socket", Socket)
    finding = directories.runtime()
    assert (finding.status, "no unix sockets (bind: Operation not permitted)" in finding.message) == ("problem", True)


def test_a_directory_in_which_nothing_can_be_created_is_a_problem(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(path: Any, mode: int = 0o777) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", mkdir)
    monkeypatch.setattr("jupyter_vnc_proxy.system.files.private.os.mkdir", mkdir)
    assert "Read-only file system" in directories.runtime().message


@NO_LOCKS
async def test_a_runner_without_locks_fails_and_says_why(runtime: Path, without_locks: str) -> None:
    options = DesktopOptions("tigervnc")
    desktop = Desktop(runtime / "work")
    assert await Runner(desktop, options, choose(options)).run() == 1
    error = desktop.stored_state().error
    assert error is not None
    assert error["code"] == "no-locks"
    assert f"{desktop.path} has no file locks (flock: {without_locks})" in error["message"]
    assert "JUPYTER_VNC_RUNTIME_DIR" in (error["fix"] or "")


@NO_LOCKS
def test_a_start_without_locks_says_why(runtime: Path, without_locks: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "work", "--backend=tigervnc", "--", "sleep", "1000"]) == 1
    written = capsys.readouterr().err
    assert f"has no file locks (flock: {without_locks})" in written
    assert "export JUPYTER_VNC_RUNTIME_DIR" in written
