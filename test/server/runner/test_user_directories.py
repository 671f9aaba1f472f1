"""A user's directories exist before a desktop environment starts, and a user's configuration of them is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_vnc_proxy.backends.base import Step
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.runner import user_directories
from jupyter_vnc_proxy.runner.processes import Processes
from jupyter_vnc_proxy.runner.user_directories import AUTOSTART, PROGRAM, create_user_directories

ENTRY = "[Desktop Entry]\nType=Application\nExec=xdg-user-dirs-update\n"
UPDATE = """\
#!/bin/sh
mkdir -p "$HOME/.config" "$HOME/Schreibtisch" "$HOME/Dokumente"
echo 'XDG_DESKTOP_DIR="$HOME/Schreibtisch"' >>"$HOME/.config/user-dirs.dirs"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    directory = tmp_path / "home"
    directory.mkdir()
    return directory


@pytest.fixture
def environment(home: Path, programs: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a desktop environment that starts `PROGRAM` itself, as `UPDATE`."""
    (programs / PROGRAM).write_text(UPDATE)
    (programs / PROGRAM).chmod(0o755)
    system = tmp_path / "xdg"
    write(system / AUTOSTART, ENTRY)
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "XDG_CURRENT_DESKTOP": "XFCE",
        "XDG_CONFIG_DIRS": f"/does/not/exist:{system}",
    }


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def made(home: Path) -> set[str]:
    return {each.name for each in home.iterdir()} - {".config"}


def test_the_directories_have_the_names_that_the_session_would_give_them(
    home: Path, environment: dict[str, str]
) -> None:
    create_user_directories(environment)
    assert made(home) == {"Schreibtisch", "Dokumente"}


@pytest.mark.parametrize(
    ("line", "created"),
    [
        ("", "home/Desktop"),
        ('XDG_DESKTOP_DIR="$HOME/Bureau"', "home/Bureau"),
        (' XDG_DESKTOP_DIR = "$HOME/My \\"things\\"/"', 'home/My "things"'),
        ('XDG_DESKTOP_DIR="$HOME/old"\nXDG_DESKTOP_DIR="$HOME/new"', "home/new"),
        ('#XDG_DESKTOP_DIR="$HOME/old"', "home/Desktop"),
        ('XDG_DESKTOP_DIR="relative"', "home/Desktop"),
        ('XDG_DESKTOP_DIR="$HOME"', None),
        ('XDG_DESKTOP_DIR="{tmp}/shared/place"', "shared/place"),
    ],
)
def test_without_the_program_the_configured_desktop_is_created(
    tmp_path: Path, home: Path, environment: dict[str, str], line: str, created: str | None
) -> None:
    (tmp_path / "xdg" / AUTOSTART).unlink()
    text = line.replace("{tmp}", str(tmp_path))
    write(home / ".config" / "user-dirs.dirs", text)
    create_user_directories(environment)
    assert created is None or (tmp_path / created).is_dir()
    assert (home / ".config" / "user-dirs.dirs").read_text() == text
    assert len(made(home)) == (created or "").startswith("home/")


def test_a_user_who_hid_the_entry_gets_the_desktop_alone(home: Path, environment: dict[str, str]) -> None:
    write(home / ".config" / AUTOSTART, f"{ENTRY}Hidden=true\n")
    create_user_directories(environment)
    assert made(home) == {"Desktop"}
    assert not (home / ".config" / "user-dirs.dirs").exists()


def test_configuration_in_another_place_counts(tmp_path: Path, home: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "mine" / AUTOSTART, f"{ENTRY}Hidden = true\n")
    write(tmp_path / "mine" / "user-dirs.dirs", 'XDG_DESKTOP_DIR="$HOME/mine"\n')
    create_user_directories({**environment, "XDG_CONFIG_HOME": str(tmp_path / "mine")})
    assert made(home) == {"mine"}


def test_a_session_without_a_desktop_creates_nothing(home: Path, environment: dict[str, str]) -> None:
    del environment["XDG_CURRENT_DESKTOP"]
    create_user_directories(environment)
    assert made(home) == set()


def test_a_home_that_cannot_be_written_prevents_nothing(
    programs: Path, home: Path, environment: dict[str, str]
) -> None:
    environment["HOME"] = "/proc/self"
    create_user_directories(environment)
    (programs / PROGRAM).write_text("no program")
    environment["HOME"] = str(home / "file")
    (home / "file").touch()
    create_user_directories(environment)
    assert made(home) == {"file"}


def test_a_program_that_hangs_is_left(
    programs: Path, home: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / PROGRAM).write_text("#!/bin/sh\nexec sleep 1000\n")
    monkeypatch.setattr(user_directories, "UPDATE_SECONDS", 0.05)
    create_user_directories(environment)
    assert made(home) == {"Desktop"}


async def test_the_session_finds_them_when_it_starts(
    runtime: Path, home: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    desktop = Desktop(runtime / "default")
    desktop.prepare()
    desktop.log_directory.mkdir(exist_ok=True)
    processes = Processes(desktop, environment)
    await processes.start(Step("session", ("sh", "-c", f'ls "$HOME" >{tmp_path}/seen'), umask=-1), timeout=10)
    process, status = await processes.ended.get()
    assert (process.name, status) == ("session", 0)
    assert (tmp_path / "seen").read_text().split() == ["Dokumente", "Schreibtisch"]
    await processes.programs.close()
