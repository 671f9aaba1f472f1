"""The runtime directory: which one is chosen, and that it is private."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.unprivileged import NOBODY, as_nobody

from jupyter_vnc_proxy.desktops import runtime as runtime_module
from jupyter_vnc_proxy.desktops.runtime import (
    MAX_SOCKET_PATH,
    desktop_path,
    find_runtime_directory,
    named_server_directory,
    runtime_directory,
)
from jupyter_vnc_proxy.errors import InvalidOption
from jupyter_vnc_proxy.options import check_name
from jupyter_vnc_proxy.system.files import private


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


def test_every_parent_that_is_made_is_private(runtime: Path) -> None:
    mask = os.umask(0)
    try:
        runtime_directory(str(runtime / "a" / "b" / "c"))
    finally:
        os.umask(mask)
    for parent in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((runtime / parent).stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o1777, 0o755, 0o750, 0o711])
def test_in_one_that_is_open_to_others_a_subdirectory_of_ours_is_used(runtime: Path, mode: int) -> None:
    runtime.chmod(mode)
    made = runtime_directory()
    assert made == runtime / f"jupyter-vnc-{os.getuid()}"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(runtime.stat().st_mode) == mode, "nothing that exists is changed"
    assert runtime_directory() == made
    assert runtime_directory(str(made)) == made, "the runner is given the subdirectory"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_shared_directory_of_roots_holds_a_subdirectory_for_each_user(runtime: Path) -> None:
    runtime.chmod(0o1777)
    code = "from jupyter_vnc_proxy.desktops.runtime import runtime_directory; print(runtime_directory())"
    assert as_nobody(code) == f"{runtime}/jupyter-vnc-{NOBODY}"
    assert (runtime / f"jupyter-vnc-{NOBODY}").stat().st_uid == NOBODY


def test_one_that_others_could_replace_is_refused_with_the_command_that_prevents_it(runtime: Path) -> None:
    runtime.chmod(0o777)
    error = refused(runtime / "mine")
    assert (error.fix, "replace" in error.message) == (f"chmod go-w {runtime}", True)
    assert not (runtime / "mine").exists()
    assert refused(runtime).fix == f"chmod go-w {runtime}", "and so is a subdirectory"
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o777


def test_a_parent_for_a_group_is_refused_unless_the_group_is_ours_alone(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.chmod(0o770)
    private._is_own_group.cache_clear()
    monkeypatch.setattr(private, "_is_own_group", lambda number: number != runtime.stat().st_gid)
    refused(runtime / "mine")
    monkeypatch.setattr(private, "_is_own_group", lambda number: number == runtime.stat().st_gid)
    assert runtime_directory(str(runtime / "mine")) == runtime / "mine"


def test_a_group_with_another_member_is_not_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    me = pwd.getpwuid(os.getuid())
    other = pwd.getpwnam("nobody")
    for members, primary, alone in (([], [me], True), ([other.pw_name], [me], False), ([], [me, other], False)):
        entry = grp.struct_group(("a-group", "x", 4711, members))
        users = [pwd.struct_passwd((*user[:3], 4711, *user[4:])) for user in primary]
        monkeypatch.setattr(grp, "getgrgid", lambda number, entry=entry: entry)
        monkeypatch.setattr(pwd, "getpwall", lambda users=users: users)
        private._is_own_group.cache_clear()
        assert private._is_own_group(4711) is alone
    private._is_own_group.cache_clear()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_parent_of_anothers_is_refused_also_behind_a_link(runtime: Path) -> None:
    theirs = runtime / "theirs"
    theirs.mkdir(mode=0o755)
    (theirs / "mine").mkdir(mode=0o700)
    os.chown(theirs, NOBODY, NOBODY)
    assert "another user" in refused(theirs / "mine").message
    (runtime / "link").symlink_to(theirs)
    assert "another user" in refused(runtime / "link" / "mine").message
    (runtime / "planted").symlink_to(runtime)
    os.lchown(runtime / "planted", NOBODY, NOBODY)
    assert "another user" in refused(runtime / "planted" / "mine").message


def test_a_link_of_ours_may_lead_to_it(runtime: Path) -> None:
    (runtime / "real").mkdir(mode=0o700)
    (runtime / "link").symlink_to("real")
    assert runtime_directory(str(runtime / "link" / "mine")) == runtime / "link" / "mine"
    (runtime / "loop").symlink_to("loop")
    refused(runtime / "loop" / "mine")


def test_in_a_user_namespace_real_root_owns_the_parents(runtime: Path) -> None:
    code = "from jupyter_vnc_proxy.desktops.runtime import runtime_directory; print(runtime_directory())"
    argv = ["unshare", "--user", "--map-root-user", sys.executable, "-c", code]
    if os.getuid() == 0:  # whose own number must not be that of root
        argv[1:3] = ["--user", "--map-user=1000"]
    probe = subprocess.run([*argv[:-3], "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip(f"no user namespace can be made here: {probe.stderr.strip()}")
    result = subprocess.run(argv, capture_output=True, text=True)
    assert result.stdout.strip() == str(runtime), result.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
@pytest.mark.parametrize("how", ["another's", "a file", "a link"])
def test_if_the_default_was_made_by_somebody_else_the_home_directory_is_used(
    unset: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    name = f"jupyter-vnc-{os.getuid()}"
    monkeypatch.setattr(runtime_module, "_defaults", lambda: [unset / name, unset / ".home" / ".cache" / "jupyter-vnc"])
    if how == "another's":
        (unset / name).mkdir()
    elif how == "a file":
        (unset / name).touch()
    else:
        (unset / name).symlink_to(unset / ".home")
    os.lchown(unset / name, NOBODY, NOBODY)
    assert runtime_directory() == unset / ".home" / ".cache" / "jupyter-vnc"
    assert stat.S_IMODE((unset / ".home" / ".cache").stat().st_mode) == 0o700
    found = find_runtime_directory()
    assert str(unset / name) in found.refused[0].message


def test_the_home_directory_is_the_last_of_the_defaults(unset: Path) -> None:
    assert runtime_module._defaults()[-1] == unset / ".home" / ".cache" / "jupyter-vnc"


def test_without_any_default_the_reason_of_the_first_is_given(unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (unset / "file").touch()
    monkeypatch.setattr(runtime_module, "_defaults", lambda: [unset / "file", unset / "file" / "below"])
    with pytest.raises(InvalidOption, match=f"{unset}/file could not be created") as raised:
        runtime_directory()
    assert "JUPYTER_VNC_RUNTIME_DIR" in (raised.value.fix or "")


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
