"""Checks of the directories that a desktop writes to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jupyter_vnc_proxy.cli import main
from jupyter_vnc_proxy.doctor import directories


def test_the_shared_memory_of_a_container_is_too_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.statvfs("/dev/shm")
    small = os.statvfs_result([4096, 4096, 16384, 16384, 16384, *real[5:10]])
    monkeypatch.setattr(os, "statvfs", lambda path: small)
    finding = directories.shared_memory()
    assert (finding.status, finding.facts["size"]) == ("warning", 64 * 1024 * 1024)
    assert "--shm-size" in finding.fixes[0]
    monkeypatch.undo()
    monkeypatch.setattr(directories, "SHM", tmp_path / "nothing")
    assert directories.shared_memory().status == "warning"


def test_an_unusable_runtime_directory_is_a_problem(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fine = directories.runtime()
    assert (fine.status, fine.facts["mode"], fine.facts["path"]) == ("ok", "0700", str(runtime))
    for directory, words in (
        ("/proc/desktops", "could not be created"),
        ("/dev/null", "could not be created"),
        (str(runtime / ("d" * 50) / ("e" * 50)), "107 bytes"),
    ):
        finding = directories.runtime(directory)
        assert (finding.status, words in finding.message) == ("problem", True), finding
    longish = directories.runtime(str(runtime / ("d" * 60)))
    assert (longish.status, longish.fixes[0].partition("=")[0]) == ("warning", "export JUPYTER_VNC_RUNTIME_DIR")
    monkeypatch.setattr(directories, "free_bytes", lambda path: 1024 * 1024)
    assert "1 MB of free space" in directories.runtime().message
    monkeypatch.setattr(directories, "free_bytes", lambda path: 0)
    assert directories.runtime().status == "problem"


def test_a_default_that_is_passed_over_is_noted_with_the_reason(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_VNC_RUNTIME_DIR")
    (runtime / "a-link").symlink_to(runtime)
    home = runtime / ".home" / ".cache" / "jupyter-vnc"
    monkeypatch.setattr("jupyter_vnc_proxy.desktops.runtime._defaults", lambda: [runtime / "a-link", home])
    finding = directories.runtime()
    assert (finding.status, finding.facts["path"]) == ("note", str(home))
    assert f"{runtime}/a-link is a symbolic link" in finding.message
    assert finding.fixes[0].startswith("export JUPYTER_VNC_RUNTIME_DIR=")


def test_neither_the_doctor_nor_the_list_changes_a_mode(runtime: Path) -> None:
    runtime.chmod(0o1777)
    mode = runtime.stat().st_mode
    directories.runtime()
    directories.planted()
    assert main(["list"]) == 0
    assert runtime.stat().st_mode == mode


def test_a_missing_or_read_only_home_is_a_warning(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert directories.home().status == "ok"
    monkeypatch.setenv("HOME", "/proc")  # where not even root makes a file
    monkeypatch.setattr(directories, "writable", lambda path: False)
    assert "/proc is not writable" in directories.home().message
    monkeypatch.setenv("HOME", str(runtime / "nothing"))
    assert directories.home().message == f"The home directory {runtime / 'nothing'} does not exist."


def test_the_directory_of_x_sockets_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(directories, "TMP", tmp_path)
    assert directories.x11_directory().status == "ok", "the first X server of root creates it"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    finding = directories.x11_directory()
    assert (finding.status, finding.fixes) == ("warning", (f"sudo install -d -m 1777 {tmp_path}/.X11-unix",))
    (tmp_path / ".X11-unix").mkdir(mode=0o700)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "cannot create its sockets" in directories.x11_directory().message


def test_stale_lock_files_are_distinguished_from_those_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(directories, "TMP", tmp_path)
    assert directories.locks().status == "ok"
    (tmp_path / ".X1-lock").write_text(f"{os.getpid():10}\n")
    dead = subprocess.Popen(["true"])
    dead.wait()
    (tmp_path / ".X2-lock").write_text(f"{dead.pid:10}\n")
    (tmp_path / ".Xauth-lock").write_text("another thing")
    os.mkfifo(tmp_path / ".X3-lock")
    finding = directories.locks()
    assert (finding.status, finding.fixes) == ("note", (f"rm -f {tmp_path}/.X2-lock",))
    assert (finding.facts["displays"], finding.facts["stale"]) == (1, [f"{tmp_path}/.X2-lock"])
    assert finding.facts["stale_of_others"] == [f"{tmp_path}/.X3-lock"]


def test_variables_of_an_ended_job_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "job"
    monkeypatch.setenv("TMPDIR", str(gone))
    (finding,) = directories.inherited()
    assert (finding.status, finding.message) == ("note", f"TMPDIR ({gone}) does not exist; desktops do without it.")
    gone.mkdir()
    assert directories.inherited() == []
