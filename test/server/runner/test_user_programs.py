"""A terminal's shell and a configured command get the user's variables, the session's own programs the system's."""

from __future__ import annotations

import os
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
    seen = subprocess.run([environment["SHELL"], "-c", "printf %s $PATH"], env=environment, capture_output=True)
    assert seen.stdout.decode() == user["PATH"]


# -- programs of menus ------------------------------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, user: dict[str, str]) -> dict[str, str]:
    """The environment of a session, whose menus have entries of the system's and of the user's own."""
    (tmp_path / "it's old" / "libc.so.6").unlink()
    print_all = f"#!/bin/sh\n{PRINT}\n"
    (tmp_path / "bin" / "mine").write_text(print_all)
    for directory, name, command in (
        ("share", "path", f"{tmp_path}/bin/mine %F"),
        ("share", "panel", "/usr/bin/xfce4-panel --preferences"),
        ("share", "name", "sleep 1"),
        ("share", "shell", "sh -c true"),
        (".local/share", "own", "/usr/bin/nohup %F"),
    ):
        file = tmp_path / directory / "applications" / f"{name}.desktop"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"[Desktop Entry]\nType=Application\nName={name}\nExec={command}\n")
    user |= {"HOME": str(tmp_path), "XDG_DATA_DIRS": f"{tmp_path}/share:/usr/local/share:/usr/share"}
    return UserPrograms(tmp_path, user).environment


def run(environment: dict[str, str], *argv: str) -> str:
    found = shutil.which(argv[0], path=environment["PATH"])
    assert found is not None
    return subprocess.run([found, *argv[1:]], env=environment, capture_output=True, text=True, check=True).stdout


def test_a_program_that_a_menu_starts_by_its_name_sees_what_the_user_has_set(
    environment: dict[str, str], user: dict[str, str]
) -> None:
    assert run(environment, "mine", "an argument") == f"{user['LD_LIBRARY_PATH']}|/opt/gtk|/bin/sh|an argument"
    (Path(user["PATH"].split(":")[0]) / "mine").write_text(
        '#!/bin/sh\nprintf %s "$PATH|$XDG_DATA_DIRS|$GIO_LAUNCH_DESKTOP"'
    )
    assert run(environment, "mine") == f"{user['PATH']}|{user['XDG_DATA_DIRS']}|"
    links = Path(environment["PATH"].split(":")[0])
    assert {"mine", "sleep", "nohup"} <= set(os.listdir(links))
    assert not {"sh", "xfce4-panel"} & set(os.listdir(links)), "the session starts these, too"


def test_an_entry_of_the_system_with_a_path_starts_with_the_users_variables(
    environment: dict[str, str], tmp_path: Path
) -> None:
    copies = Path(environment["XDG_DATA_DIRS"].split(":")[0]) / "applications"
    wrapped = f'"{tmp_path}/session/run-for-user"'
    assert f"\nName=path\nExec={wrapped} {tmp_path}/bin/mine %F\n" in (copies / "path.desktop").read_text()
    assert f"\nExec={wrapped} sh -c true\n" in (copies / "shell.desktop").read_text()
    assert not {"panel.desktop", "name.desktop", "own.desktop"} & set(os.listdir(copies))


def test_glib_starts_the_users_programs_with_his_variables_and_the_sessions_with_its_own(
    environment: dict[str, str], user: dict[str, str], tmp_path: Path
) -> None:
    launch = environment["GIO_LAUNCH_DESKTOP"]
    assert run(environment, launch, str(tmp_path / "bin" / "mine")).startswith(f"{user['LD_LIBRARY_PATH']}|/opt/gtk|")
    (tmp_path / "thunar").symlink_to("/usr/bin/env")
    lines = run(environment, launch, str(tmp_path / "thunar")).splitlines()
    assert f"LD_LIBRARY_PATH={environment['LD_LIBRARY_PATH']}" in lines
    assert any(line.startswith("GIO_LAUNCHED_DESKTOP_FILE_PID=") for line in lines)


def test_links_and_copies_of_an_earlier_start_are_gone(tmp_path: Path, environment: dict[str, str]) -> None:
    UserPrograms(tmp_path, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    assert not {"bin", "entries"} & set(os.listdir(tmp_path / "session"))
