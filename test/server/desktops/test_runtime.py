"""The runtime directory: which one is chosen, and that it is private."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.desktops.runtime import (
    MAX_SOCKET_PATH,
    desktop_path,
    named_server_directory,
    runtime_directory,
)
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import check_name

NOBODY = 65534


@pytest.fixture
def unset(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("JUPYTER_VNC_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    return runtime


def test_what_is_configured_wins_over_the_environment(runtime: Path) -> None:
    assert runtime_directory(str(runtime / "mine")) == runtime / "mine"
    assert runtime_directory() == runtime


def test_a_home_relative_path_is_expanded(runtime: Path) -> None:
    assert runtime_directory("~/desktops") == runtime / ".home" / "desktops"


def test_the_sessions_runtime_directory_comes_before_the_temporary_one(
    unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unset / "xdg").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(unset / "xdg"))
    assert runtime_directory() == unset / "xdg" / "jupyter-vnc"


@pytest.mark.parametrize("unusable", ["missing", "another's"])
def test_a_session_directory_that_is_not_ours_is_passed_over(
    unset: Path, monkeypatch: pytest.MonkeyPatch, unusable: str
) -> None:
    directory = unset / "xdg"
    if unusable == "another's":
        if os.getuid() != 0:
            pytest.skip("only root can give a directory away")
        directory.mkdir()
        os.chown(directory, NOBODY, NOBODY)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(directory))
    assert runtime_directory() == unset / f"jupyter-vnc-{os.getuid()}"


def test_a_temporary_directory_too_deep_for_a_socket_is_passed_over(
    unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(unset / ("deep" * 20)))
    existed = Path(f"/tmp/jupyter-vnc-{os.getuid()}").exists()
    assert runtime_directory() == Path(f"/tmp/jupyter-vnc-{os.getuid()}")
    if not existed:
        Path(f"/tmp/jupyter-vnc-{os.getuid()}").rmdir()


def test_it_is_made_with_its_parents_for_ourselves_alone(runtime: Path) -> None:
    mask = os.umask(0)
    try:
        made = runtime_directory(str(runtime / "a" / "b"))
    finally:
        os.umask(mask)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_one_that_is_open_to_others_is_closed(runtime: Path) -> None:
    runtime.chmod(0o777)
    runtime_directory()
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700


def refused(path: str | Path) -> InvalidOption:
    with pytest.raises(InvalidOption) as raised:
        runtime_directory(str(path))
    assert raised.value.code == "runtime-directory"
    assert str(path) in raised.value.message
    return raised.value


def test_a_path_below_a_file_or_in_proc_is_refused_with_a_way_out(runtime: Path) -> None:
    (runtime / "file").touch()
    for path in (runtime / "file" / "below", Path("/proc/desktops")):
        assert "JUPYTER_VNC_RUNTIME_DIR" in (refused(path).fix or "")


def test_a_file_in_its_place_is_refused(runtime: Path) -> None:
    (runtime / "file").touch()
    refused(runtime / "file")


def test_a_symbolic_link_in_its_place_is_refused(runtime: Path) -> None:
    (runtime / "real").mkdir()
    (runtime / "link").symlink_to(runtime / "real")
    refused(runtime / "link")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_anothers_directory_is_refused(runtime: Path) -> None:
    (runtime / "theirs").mkdir(mode=0o777)
    os.chown(runtime / "theirs", NOBODY, NOBODY)
    assert "another user" in refused(runtime / "theirs").message


@given(st.integers(1, 160))
def test_a_path_is_taken_exactly_where_the_kernel_takes_its_socket(length: int) -> None:
    directory = Path("/tmp", "x" * length)
    try:
        path = desktop_path(directory, "default")
    except InvalidOption as error:
        assert error.code == "path-too-long"
        assert len(os.fsencode(directory / "default" / "rfb.sock")) > MAX_SOCKET_PATH
        return
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(FileNotFoundError):
        probe.connect(str(path / "rfb.sock"))  # "AF_UNIX path too long" is an OSError of another kind


def test_the_length_counts_bytes_not_letters() -> None:
    with pytest.raises(InvalidOption, match="107 bytes"):
        desktop_path(Path("/tmp", "ä" * 50), "default")


def test_a_bad_name_makes_no_path(runtime: Path) -> None:
    with pytest.raises(InvalidOption):
        desktop_path(runtime, "../elsewhere")


def test_named_servers_have_short_directories_of_their_own(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_server_directory("", "") == ""
    first, second = (Path(named_server_directory("", name)) for name in ("a@b [1]", "a@b [2]"))
    assert first != second
    assert first.parent == second.parent == runtime
    assert len(first.name) < 20
    with pytest.raises(InvalidOption):
        check_name(first.name)
    monkeypatch.setenv("JUPYTER_VNC_RUNTIME_DIR", str(first))
    assert named_server_directory("", "a@b [1]") == str(first), "as programs of that server see it"
