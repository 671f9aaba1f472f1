"""A real Xfce under variables that would break it, seen from a terminal that its user opens on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.runners import COMMAND, Run, Runners
from support.waiting import wait_until

PROFILE = Path(__file__).with_name("displays.xml")
"""A profile for the display of TigerVNC's server, of 640x480 pixels."""

pytestmark = pytest.mark.skipif(shutil.which("xfce4-session") is None, reason="Xfce is not installed")


def environment_of(pid: int) -> dict[str, str]:
    pairs = (word.decode().partition("=") for word in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if word)
    return {name: value for name, _, value in pairs}


def terminal_environment(run: Run, runtime: Path) -> dict[str, str]:
    """Open a terminal as the panel's launcher does, and return the environment of the program in its shell."""
    wait_until(lambda: "xfce4-panel" in run.processes(), 20)
    environment = environment_of(run.processes()["xfce4-panel"])
    file = runtime / "seen"
    rc = Path(environment["HOME"], ".bashrc")
    rc.write_text(f"env -0 >{file}.new && mv {file}.new {file}\n")
    subprocess.run(["exo-open", "--launch", "TerminalEmulator"], env=environment, timeout=20, check=True)
    wait_until(file.exists, 20)
    pairs = (word.decode().partition("=") for word in file.read_bytes().split(b"\0") if word)
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
    wait_until(lambda: "xfwm4" in run.processes(), 20)
    assert state["notes"] == [
        "XDG_RUNTIME_DIR (/run/user/99999) does not exist, so the desktop uses a directory of its own."
    ]
    seen = terminal_environment(run, runtime)
    assert seen.items() >= hostile.items()
    assert seen["XDG_RUNTIME_DIR"] == str(run.path / "run")
    assert "GDK_BACKEND" not in seen
    assert environment_of(run.processes()["xfwm4"])["LD_LIBRARY_PATH"] != hostile["LD_LIBRARY_PATH"]
    assert run.end() == 0


def test_a_saved_profile_of_displays_leaves_the_size_alone(runners: Runners, runtime: Path) -> None:
    settings = Path.home() / ".config/xfce4/xfconf/xfce-perchannel-xml/displays.xml"
    settings.parent.mkdir(parents=True)
    shutil.copy(PROFILE, settings)
    run = runners.start("--geometry=1100x700", session=())
    run.until(phase="running", step=None)
    wait_until(lambda: {"xfsettingsd", "xfce4-panel"} <= run.processes().keys(), 20)
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
