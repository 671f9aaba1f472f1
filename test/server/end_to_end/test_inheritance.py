"""A real Xfce under variables that would break it, seen from a terminal that its user opens on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.displays import unmanaged_windows
from support.runners import COMMAND, Run, Runners
from support.waiting import wait_until

PROFILE = Path(__file__).with_name("displays.xml")
"""A profile for the display of TigerVNC's server, of 640x480 pixels."""

pytestmark = pytest.mark.skipif(shutil.which("xfce4-session") is None, reason="Xfce is not installed")


def environment_of(pid: int) -> dict[str, str]:
    return parsed(Path(f"/proc/{pid}/environ").read_bytes())


def terminal_environment(run: Run, runtime: Path) -> dict[str, str]:
    """Open a terminal as the panel's launcher does, and return the environment of the program in its shell."""
    wait_until(lambda: "xfce4-panel" in run.processes())
    environment = environment_of(run.processes()["xfce4-panel"])
    file = runtime / "seen"
    Path(environment["HOME"], ".bashrc").write_text(printing(file))
    subprocess.run(["exo-open", "--launch", "TerminalEmulator"], env=environment, timeout=60, check=True)
    return printed(file)


def printing(file: Path) -> str:
    """Return a shell command that writes its environment to ``file``."""
    return f"env -0 >{file}.new && mv {file}.new {file}\n"


def printed(file: Path) -> dict[str, str]:
    """Wait until `printing` has written ``file``, and return the environment."""
    wait_until(file.exists)
    return parsed(file.read_bytes())


def parsed(words: bytes) -> dict[str, str]:
    pairs = (word.decode().partition("=") for word in words.split(b"\0") if word)
    return {name: value for name, _, value in pairs}


@pytest.fixture
def hostile(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables that a user may have set, none of which a system's GTK program survives."""
    old = runtime / "old"
    old.mkdir()
    for name in ("libglib-2.0.so.0", "libX11.so.6", "libdbus-1.so.3"):
        (old / name).write_bytes(b"not a library")
    mine = runtime / "bin"
    mine.mkdir()
    for name in ("python3", "dbus-daemon", "xfwm4", "xfce4-session"):
        (mine / name).write_text("#!/bin/sh\nexit 3\n")
        (mine / name).chmod(0o755)
    variables = {
        "GDK_PIXBUF_MODULE_FILE": str(old / "loaders.cache"),
        "GSETTINGS_SCHEMA_DIR": str(old),
        "LD_LIBRARY_PATH": str(old),
        "PATH": f"{mine}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(old), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "LANG": "C.UTF-8",
        "SHELL": "/bin/bash",
    }
    for name, value in {**variables, "GDK_BACKEND": "wayland", "XDG_RUNTIME_DIR": "/run/user/99999"}.items():
        monkeypatch.setenv(name, value)
    return variables


def test_a_terminal_on_the_desktop_sees_what_a_terminal_in_lab_sees(
    runners: Runners, runtime: Path, hostile: dict[str, str]
) -> None:
    run = runners.start(session=(), command=COMMAND)
    state = run.until(phase="running", step=None, session="xfce")
    wait_until(lambda: "xfwm4" in run.processes())
    assert state["notes"] == [
        "XDG_RUNTIME_DIR (/run/user/99999) does not exist, so the desktop uses a directory of its own."
    ]
    seen = terminal_environment(run, runtime)
    assert seen.items() >= hostile.items()
    assert seen["XDG_RUNTIME_DIR"] == str(run.path / "run")
    assert "GDK_BACKEND" not in seen
    assert environment_of(run.processes()["xfwm4"])["LD_LIBRARY_PATH"] != hostile["LD_LIBRARY_PATH"]
    assert run.end() == 0


MENU = """\
<!DOCTYPE Menu PUBLIC "-//freedesktop//DTD Menu 1.0//EN" "http://www.freedesktop.org/standards/menu-spec/1.0/menu.dtd">
<Menu><Name>Xfce</Name><DefaultAppDirs/><Include><Category>OfTest</Category></Include></Menu>
"""


def write_entry(data: Path, name: str, command: str) -> Path:
    file = data / "applications" / f"{name}.desktop"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[Desktop Entry]\nType=Application\nName={name}\nExec={command}\nCategories=OfTest;\n")
    return file


def choose_in_menu(environment: dict[str, str], number: int) -> None:
    """Open the panel's menu, and start its entry ``number`` (from 1)."""
    display = environment["DISPLAY"], Path(environment["XAUTHORITY"])
    before = unmanaged_windows(*display)
    subprocess.run(["xfce4-popup-applicationsmenu"], env=environment, timeout=60, check=True)
    wait_until(lambda: unmanaged_windows(*display) > before)
    keys = ["xdotool", "key", *["Down"] * number, "Return"]
    subprocess.run(keys, env={**environment, "LD_LIBRARY_PATH": ""}, timeout=60, check=True)
    wait_until(lambda: unmanaged_windows(*display) == before)


def test_a_program_of_the_menu_sees_what_a_terminal_in_lab_sees(
    runners: Runners, runtime: Path, hostile: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, share, seen = Path(os.environ["HOME"]), runtime / "share", runtime / "seen"
    tool = runtime / "bin" / "tool"
    tool.write_text(f"#!/bin/sh\n{printing(seen)}")
    tool.chmod(0o755)
    hostile["XDG_DATA_DIRS"] = f"{share}:/usr/local/share:/usr/share"
    monkeypatch.setenv("XDG_DATA_DIRS", hostile["XDG_DATA_DIRS"])
    write_entry(share, "1-path", str(tool))
    write_entry(home / ".local" / "share", "2-name", "tool")
    own = write_entry(home / ".local" / "share", "3-own-path", str(tool))
    menu = home / ".config" / "menus" / "xfce-applications.menu"
    menu.parent.mkdir(parents=True)
    menu.write_text(MENU)

    run = runners.start(session=(), command=COMMAND)
    display = run.until(phase="running", step=None, session="xfce")["display"]
    panel = ["xdotool", "search", "--onlyvisible", "--class", "xfce4-panel"]
    x_environment = {"PATH": "/usr/bin:/bin", "DISPLAY": display, "XAUTHORITY": str(run.path / "Xauthority")}
    wait_until(lambda: subprocess.run(panel, env=x_environment, stdout=subprocess.DEVNULL).returncode == 0)
    environment = environment_of(run.processes()["xfce4-panel"])
    assert environment["LD_LIBRARY_PATH"] != hostile["LD_LIBRARY_PATH"]
    for start in (
        lambda: choose_in_menu(environment, 1),
        lambda: choose_in_menu(environment, 2),
        lambda: subprocess.run(["exo-open", own], env=environment, timeout=60, check=True),  # as a file manager
    ):
        start()
        assert printed(seen).items() >= hostile.items()
        seen.unlink()
    assert run.end() == 0


def test_a_saved_profile_of_displays_leaves_the_size_alone(runners: Runners, runtime: Path) -> None:
    settings = Path.home() / ".config/xfce4/xfconf/xfce-perchannel-xml/displays.xml"
    settings.parent.mkdir(parents=True)
    shutil.copy(PROFILE, settings)
    run = runners.start("--geometry=1100x700", session=())
    run.until(phase="running", step=None)
    wait_until(lambda: {"xfsettingsd", "xfce4-panel"} <= run.processes().keys())
    query = ["xfconf-query", "--channel=displays", "--property=/ActiveProfile"]
    environment = environment_of(run.processes()["xfsettingsd"])
    assert subprocess.run(query, env=environment, capture_output=True, text=True, check=True).stdout == "\n"
    assert run.state["geometry"] == "1100x700"
    assert settings.read_bytes() == PROFILE.read_bytes()
    assert run.end() == 0


def test_a_bare_environment_is_enough(runners: Runners, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ("HOME", "PATH", "JUPYTER_VNC_RUNTIME_DIR", "PYTHONPATH", "PYTHONWARNINGS")
    for name in os.environ.keys() - set(kept):
        monkeypatch.delenv(name)
    script = f"env -0 >{runtime}/env.new && mv {runtime}/env.new {runtime}/env; exec sleep 1000"
    run = runners.start(session=["sh", "-c", script], command=(sys.executable, *COMMAND[1:]))
    run.until(phase="running")
    wait_until((runtime / "env").exists)
    words = (runtime / "env").read_bytes().split(b"\0")
    seen = {word.partition(b"=")[0].decode() for word in words}
    assert seen >= {"USER", "LOGNAME", "SHELL", "LANG", "XDG_RUNTIME_DIR"}
    assert run.end() == 0
