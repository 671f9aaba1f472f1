"""Directories that other users put in the place of a desktop's: nothing in them is believed."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from support.processes import processes_of
from support.unprivileged import NOBODY, as_nobody

from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.manager import DesktopManager
from jupyter_vnc_proxy.desktops.model import list_models
from jupyter_vnc_proxy.desktops.runtime import desktop_path
from jupyter_vnc_proxy.desktops.state import DesktopState
from jupyter_vnc_proxy.doctor import directories
from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.options import DesktopOptions

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """The file that a planted command would make."""
    return tmp_path / "executed"


def fill(path: Path, proof: Path) -> None:
    """Put the state of a desktop into a directory, with a command that leaves a proof."""
    options = DesktopOptions("tigervnc", session_command=("touch", os.fspath(proof)))
    path.mkdir(exist_ok=True)
    (path / "log").mkdir(exist_ok=True)
    (path / "log" / "session.log").write_text("planted\n")
    state = DesktopState(name=path.name, phase="stopped", backend="tigervnc", options=options.to_json())
    Desktop(path).write_state(state)


def plant_anothers(path: Path, proof: Path) -> None:
    """Let nobody make it, while the runtime directory is open to all, as versions before did not mind."""
    path.parent.chmod(0o777)
    fill(path.parent / ".template", proof)
    text = json.dumps((path.parent / ".template" / "desktop.json").read_text())
    as_nobody(f"import os; os.mkdir({str(path)!r}, 0o755); open({str(path / 'desktop.json')!r}, 'w').write({text})")
    path.parent.chmod(0o700)
    assert path.stat().st_uid == NOBODY


def plant_a_link(path: Path, proof: Path) -> None:
    """Lead to another's directory, in which all is in order otherwise."""
    other = path.parent / ".elsewhere"
    fill(other, proof)
    other.chmod(0o700)
    path.symlink_to(other)


def plant_an_open_one(path: Path, proof: Path) -> None:
    """Make it ours, but open to others."""
    fill(path, proof)
    path.chmod(0o777)


PLANTED = pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant_anothers, id="another user's", marks=as_root),
        pytest.param(plant_a_link, id="a link"),
        pytest.param(plant_an_open_one, id="open to others"),
    ],
)


@PLANTED
async def test_it_is_not_listed_not_started_and_not_removed(
    runtime: Path, proof: Path, plant: Callable[[Path, Path], None]
) -> None:
    plant(runtime / "default", proof)
    before = (runtime / "default").lstat()
    manager = DesktopManager(DesktopOptions("tigervnc", session_command=("sleep", "1000")), log=logging.getLogger())
    assert (manager.models(), list_models("")) == ([], [])
    for work in (manager.start("default"), manager.stop("default"), manager.delete("default")):
        with pytest.raises(Conflict) as raised:
            await work
        assert raised.value.code == "not-private"
        assert str(runtime / "default") in raised.value.message
        assert raised.value.fix == f"mv {runtime}/default {runtime}/.default.old"
    with pytest.raises(Conflict):
        await manager.create("default", manager.defaults)
    assert processes_of(runtime) == {}
    assert "executed" not in os.listdir(proof.parent)
    after = (runtime / "default").lstat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)
    assert not (runtime / "default" / "runner.lock").exists()


@PLANTED
@pytest.mark.parametrize(
    "command",
    ["start default", "run --name default", "log default", "screenshot default /dev/null", "stop default", "nginx"],
)
def test_every_command_refuses_it(
    runtime: Path, proof: Path, plant: Callable[[Path, Path], None], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(runtime / "default", proof)
    assert main(command.split()) == 4
    captured = capsys.readouterr()
    assert "its contents are not used as a desktop's" in captured.err
    assert "planted" not in captured.out
    assert not proof.exists()


@PLANTED
def test_the_doctor_says_so(runtime: Path, proof: Path, plant: Callable[[Path, Path], None]) -> None:
    (runtime / "a-file").touch()
    assert directories.planted() == []
    plant(runtime / "default", proof)
    (finding,) = directories.planted()
    assert (finding.status, finding.topic) == ("warning", "desktop-directory")
    assert f"{runtime}/default" in finding.message
    assert finding.fixes == (f"mv {runtime}/default {runtime}/.default.old",)


def test_a_desktop_of_an_earlier_version_goes_on_working(runtime: Path, proof: Path) -> None:
    fill(runtime / "work", proof)
    (runtime / "work").chmod(0o700)
    assert [model["name"] for model in list_models("")] == ["work"]
    assert desktop_path(runtime, "work") == runtime / "work"


def test_a_runner_makes_its_directory_private_and_refuses_one_that_is_not(runtime: Path) -> None:
    desktop = Desktop(runtime / "work")
    mask = os.umask(0)
    try:
        desktop.prepare()
    finally:
        os.umask(mask)
    assert stat.S_IMODE(desktop.path.stat().st_mode) == 0o700
    desktop.path.chmod(0o750)
    with pytest.raises(Conflict):
        desktop.prepare()
