"""Incomplete uploads are removed, on a full disk too, and nothing else is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from support.mounts import in_namespace
from tornado.httpclient import HTTPClientError

FULL_DISK = """
import asyncio, base64, os, sys
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_vnc_proxy.server.files.tree import Tree

root = sys.argv[1]
contents = AsyncLargeFileManager(root_dir=root)
piece = base64.b64encode(bytes(2**20)).decode()

async def fill(name, **chunk):
    try:
        await contents.save({"type": "file", "format": "base64", "content": piece, **chunk}, name)
        return True
    except Exception as error:
        print(error)
        return False

async def main():
    chunk = 0
    while await fill("large.part-1", chunk=chunk + 1):
        chunk += 1
    assert chunk > 0
    await fill("small")
    assert sorted(os.listdir(root)) == ["large.part-1", "small"]
    tree = Tree(contents)
    for name in ("large.part-1", "small"):
        tree.discard(name)
    print(os.listdir(root))

asyncio.run(main())
"""


@pytest.fixture
def discard(vnc: Any, jp_fetch: Any) -> Any:
    async def discard(path: str, status: int = 204) -> None:
        try:
            response = await jp_fetch("api", "vnc", "upload", method="DELETE", params={"path": path})
        except HTTPClientError as error:
            assert error.code == status
        else:
            assert response.code == status

    return discard


async def test_a_file_and_what_jupyter_left_beside_it_are_removed(discard: Any, jp_root_dir: Path) -> None:
    folder = jp_root_dir / "a b"
    folder.mkdir()
    for name in ("ü.part-x", ".~ü.part-x", "other"):
        (folder / name).touch()
    await discard("a b/ü.part-x")
    assert [each.name for each in folder.iterdir()] == ["other"]


async def test_nothing_else_is_removed(discard: Any, jp_root_dir: Path) -> None:
    (jp_root_dir / "folder").mkdir()
    (jp_root_dir.parent / "outside").touch()
    (jp_root_dir / "link").symlink_to(jp_root_dir.parent / "outside")
    (jp_root_dir / ".hidden").touch()
    for path, status in (
        ("folder", 403),
        ("link", 403),
        ("../outside", 403),
        (".hidden", 404),
        ("none", 404),
        ("", 403),
    ):
        await discard(path, status)
    assert sorted(os.listdir(jp_root_dir)) == [".hidden", "folder", "link"]
    assert (jp_root_dir.parent / "outside").exists()


class MayNotWrite(Authorizer):
    """Lets users do everything except to write files."""

    async def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return (action, resource) != ("write", "contents")


async def test_a_user_who_may_not_write_files_removes_none(discard: Any, jp_root_dir: Path, jp_serverapp: Any) -> None:
    (jp_root_dir / "file").touch()
    jp_serverapp.web_app.settings["authorizer"] = MayNotWrite()
    await discard("file", 403)
    assert (jp_root_dir / "file").exists()


def test_they_are_removed_from_a_full_disk(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=3m none "$1"; "$2" -c "$3" "$1"'
    *failed, left = in_namespace(script, tmp_path, sys.executable, FULL_DISK)
    assert left == "[]"
    large, small = failed
    assert "[Errno 28] No space left on device" in large
    assert "[Errno 2] No such file or directory" in small and "/.~small' -> '" in small, "the front end knows this"
