"""Removal of trees: it enters no mount, follows no link, and says what stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.mounts import in_namespace

from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.system.files import removal
from jupyter_vnc_proxy.system.files.removal import remove_tree

REMOVE = """
import sys
from pathlib import Path
from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.system.files.removal import remove_tree
try:
    remove_tree(Path(sys.argv[1]), last=["desktop.json"])
except Conflict as error:
    print(error.code, error.message, error.fix, sep="\\n")
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A desktop's directory, and beside it one that is somebody's own."""
    for name in ("desktop/run/deep", "desktop/log", "precious"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("desktop/desktop.json", "desktop/run/file", "desktop/run/deep/file", "precious/data"):
        (tmp_path / name).write_text("data")
    return tmp_path / "desktop"


def test_a_tree_without_mounts_goes_with_all_that_is_in_it(tree: Path) -> None:
    (tree / "run" / "pipe").touch()
    os.mkfifo(tree / "run" / "fifo")
    remove_tree(tree, last=["desktop.json"])
    assert not tree.exists()
    remove_tree(tree)  # there is none


def test_links_are_removed_and_not_followed(tree: Path) -> None:
    (tree / "run" / "link").symlink_to(tree.parent / "precious")
    (tree / "link").symlink_to("/")
    remove_tree(tree)
    assert not tree.exists()
    assert (tree.parent / "precious" / "data").read_text() == "data"
    tree.symlink_to(tree.parent / "precious")
    with pytest.raises(Conflict):
        remove_tree(tree)
    assert (tree.parent / "precious" / "data").read_text() == "data"


@pytest.mark.parametrize(
    "mount",
    [
        pytest.param('mount --bind "$3" "$2/run/deep"', id="a bind mount of the same file system"),
        pytest.param('mount --rbind "$3" "$2/run"', id="on the session's own directory"),
        pytest.param('mount -t tmpfs none "$2/run/deep"; echo data > "$2/run/deep/data"', id="a tmpfs"),
        pytest.param('mount --bind "$3/data" "$2/run/file"', id="a file"),
        pytest.param(
            'mount -t tmpfs none "$2/run/deep"; cp "$3/data" "$2/run/deep"; cd "$2/run/deep"', id="one in use"
        ),
    ],
)
def test_a_mount_stays_with_its_contents_and_is_named(tree: Path, mount: str) -> None:
    script = f'{mount}\n"$1" -c "$4" "$2"\ncat "$2"/run/deep/data "$2"/run/data "$2"/run/file 2>/dev/null || true'
    said = in_namespace(script, sys.executable, tree, tree.parent / "precious", REMOVE)
    assert said[0] == "mounted"
    place = said[2].removeprefix("umount ")
    assert place in (f"{tree}/run/deep", f"{tree}/run", f"{tree}/run/file")
    assert said[1] == f"{place} is a mount, so {tree} was not removed."
    assert said[3] == "data", "what is mounted is as it was"
    assert (tree.parent / "precious" / "data").read_text() == "data"
    assert not (tree / "log").exists()
    assert (tree / "desktop.json").exists(), "so that the desktop can be removed again"
    remove_tree(tree, last=["desktop.json"])
    assert not tree.exists()


def test_all_mounts_are_named(tree: Path) -> None:
    script = """mount -t tmpfs none "$2/run/deep"; mount -t tmpfs none "$2/log"; "$1" -c "$3" "$2" """
    said = in_namespace(script, sys.executable, tree, REMOVE)
    assert set(said[2].split("; ")) == {f"umount {tree}/run/deep", f"umount {tree}/log"}


def test_a_mount_whose_file_system_does_not_answer_is_not_asked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a FUSE mount whose daemon is dead or hangs."""
    real, asked = removal._mount_of, []

    def mount_of(descriptor: int) -> object:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith("/deep"):
            return "a mount"
        return real(descriptor)

    def identity(descriptor: int) -> tuple[int, int]:
        asked.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        return os.fstat(descriptor).st_dev, os.fstat(descriptor).st_ino

    monkeypatch.setattr(removal, "_mount_of", mount_of)
    monkeypatch.setattr(removal, "_identity", identity)
    with pytest.raises(Conflict) as raised:
        remove_tree(tree)
    assert raised.value.fix == f"umount {tree}/run/deep"
    assert f"{tree}/run" in asked
    assert f"{tree}/run/deep" not in asked


def test_a_deep_tree_needs_neither_recursion_nor_open_files(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    os.mkdir("top", dir_fd=directory)
    for _ in range(3 * sys.getrecursionlimit()):
        inner = os.open("top", os.O_RDONLY, dir_fd=directory)
        os.close(directory)
        directory = inner
        os.mkdir("top", dir_fd=directory)
    os.close(directory)
    try:
        remove_tree(tmp_path / "top")
        assert os.listdir(tmp_path) == []
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "top"], check=True)  # pytest itself could not remove it


def test_a_directory_that_is_moved_away_meanwhile_ends_the_removal(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = removal._Removal._leave

    def leave(self: removal._Removal) -> None:
        if self._levels[-1].name == "deep":
            (tree / "run").rename(tree.parent / "precious" / "run")
        real(self)

    monkeypatch.setattr(removal._Removal, "_leave", leave)
    with pytest.raises(Conflict):
        remove_tree(tree)
    assert (tree.parent / "precious" / "data").exists()


def test_what_cannot_be_removed_is_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlink(name: str, *, dir_fd: int) -> None:
        if name == "file":
            raise PermissionError(1, "Operation not permitted")
        real(name, dir_fd=dir_fd)

    real = os.unlink
    monkeypatch.setattr(os, "unlink", unlink)
    with pytest.raises(Conflict, match="file could not be removed: Operation not permitted") as raised:
        remove_tree(tree, last=["desktop.json"])
    assert raised.value.code == "not-removed"
    assert (tree / "desktop.json").exists()
