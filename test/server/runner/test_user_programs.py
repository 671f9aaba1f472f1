"""A terminal's shell and a configured command get the user's variables, the session's own programs the system's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_vnc_proxy.runner.user_programs import UserPrograms

PRINT = 'printf %s "$LD_LIBRARY_PATH|$GTK_PATH|$SHELL|$1"'


@pytest.fixture
def user(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose library path would end the session."""
    old = tmp_path / "it's old"
    old.mkdir()
    (old / "libX11.so.6").touch()
    (old / "libc.so.6").touch()
    mine = tmp_path / "bin" / "mine"
    mine.parent.mkdir()
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    path = f"{mine.parent}:/usr/bin:/bin"
    return {"LD_LIBRARY_PATH": str(old), "GTK_PATH": "/opt/gtk", "PATH": path, "SHELL": "/bin/sh"}


def test_a_shell_of_a_terminal_sees_what_the_user_has_set(tmp_path: Path, user: dict[str, str]) -> None:
    user["LD_LIBRARY_PATH"] += ":/opt/mine"
    (tmp_path / "it's old" / "libc.so.6").unlink()  # the shell itself needs it
    environment = UserPrograms(tmp_path, user).environment
    assert environment["LD_LIBRARY_PATH"] != user["LD_LIBRARY_PATH"]
    assert environment["PATH"] == user["PATH"]
    argv = [environment["SHELL"], "-c", PRINT, "-", "an argument"]
    seen = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout
    assert seen == f"{user['LD_LIBRARY_PATH']}|/opt/gtk|/bin/sh|an argument"
    assert Path(environment["SHELL"]).name == "sh"


def test_without_a_difference_there_is_no_script(tmp_path: Path) -> None:
    user = {"PATH": "/usr/bin", "SHELL": "/bin/sh", "LD_LIBRARY_PATH": "/opt/mine"}
    assert UserPrograms(tmp_path, user).environment == user
    assert list(tmp_path.iterdir()) == []


def test_a_configured_program_is_the_users_unless_the_system_has_it(tmp_path: Path, user: dict[str, str]) -> None:
    programs = UserPrograms(tmp_path, user)
    mine = str(tmp_path / "bin" / "mine")
    assert programs.command(("mine", "-x"))[1:] == (mine, "-x")
    assert programs.command(("sleep", "1")) == ("/usr/bin/sleep", "1")
    assert programs.own(("sleep", "1")) == ("/usr/bin/sleep", "1")
    assert UserPrograms(tmp_path, {**user, "LD_LIBRARY_PATH": "", "GTK_PATH": ""}).command(("mine",)) == (mine,)


def test_the_session_starts_its_own_window_manager_and_the_user_his_tools(tmp_path: Path) -> None:
    mine = tmp_path / "bin"
    mine.mkdir()
    for name in ("dbus-daemon", "sleep"):
        (mine / name).write_text("#!/bin/sh\n")
        (mine / name).chmod(0o755)
    user = {"PATH": f"{mine}:/usr/bin:/bin", "SHELL": "/bin/sh"}
    environment = UserPrograms(tmp_path, user).environment
    assert shutil.which("dbus-daemon", path=environment["PATH"]) == str(tmp_path / "session" / "bin" / "dbus-daemon")
    assert (tmp_path / "session" / "bin" / "dbus-daemon").readlink() == Path("/usr/bin/dbus-daemon")
    assert shutil.which("sleep", path=environment["PATH"]) == str(mine / "sleep")
    seen = subprocess.run([environment["SHELL"], "-c", "printf %s $PATH"], env=environment, capture_output=True)
    assert seen.stdout.decode() == user["PATH"]
