"""The memory that the machine, or its container, has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_vnc_proxy.system import memory

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("1073741824\n", 1 << 30), ("max\n", MACHINE), (f"{1 << 62}\n", MACHINE), (None, MACHINE)],
    ids=["a container's limit", "no limit", "version 1 without a limit", "no such file"],
)
def test_a_containers_limit_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, expected: int
) -> None:
    file = tmp_path / "memory.max"
    if limit is not None:
        file.write_text(limit)
    monkeypatch.setattr(memory, "CGROUP_LIMITS", (file, tmp_path / "none"))
    assert memory.memory_limit() == expected


@pytest.mark.parametrize(
    ("gibibytes", "size", "expected"),
    [
        (1, (5120, 1440), (5120, 1440)),
        (1, (1080, 3840), (1080, 3840)),
        (1, (7680, 4320), (3840, 2160)),
        (4, (8192, 8192), (4096, 4096)),
        (16, (7680, 4320), (7680, 4320)),
        (64, (8192, 8192), (8192, 8192)),
    ],
)
def test_a_screen_has_the_size_that_the_memory_has_room_for(
    monkeypatch: pytest.MonkeyPatch, gibibytes: int, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    monkeypatch.setattr(memory, "memory_limit", lambda: gibibytes << 30)
    assert memory.largest_size(*size) == expected
