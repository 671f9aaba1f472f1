"""Small files are read, and what only looks like one is refused without waiting for anybody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_vnc_proxy.system.files.reading import lock_holder, read_small


def test_a_small_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("file")
    assert read_small(tmp_path / "file", 3) == read_small(tmp_path / "link") == b"123"


def test_what_is_larger_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "to-fifo").symlink_to("fifo")
    refused: tuple[tuple[str, dict[str, Any]], ...] = (
        ("file", {"limit": 2}),
        ("link", {"follow": False}),
        *((name, {}) for name in ("fifo", "to-fifo", ".", "missing")),
    )
    for name, options in refused:
        with pytest.raises(OSError):
            read_small(tmp_path / name, **options)


@pytest.mark.parametrize("content", ["", "rubbish", "1" * 1000])
def test_a_lock_has_a_number(tmp_path: Path, content: str) -> None:
    (tmp_path / "lock").write_text("       702\n")
    assert lock_holder(tmp_path / "lock") == 702
    (tmp_path / "lock").write_text(content)
    with pytest.raises((OSError, ValueError)):
        lock_holder(tmp_path / "lock")
