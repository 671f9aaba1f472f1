"""Fixtures of the runner's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_vnc_proxy.system import environment


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of the system's programs, which is empty."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setattr(environment, "SYSTEM_PATH", (str(directory),))
    return directory
