"""Places that another user or an ended job left in the environment are recognized."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.unprivileged import as_nobody

from jupyter_vnc_proxy.system.inheritance.places import unusable_places


def test_places_of_ones_own_are_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(0o700)
    names = {"XDG_RUNTIME_DIR": "run", "TMPDIR": ".", "XDG_CONFIG_HOME": "not/yet", "ICEAUTHORITY": ".ICEauthority"}
    assert unusable_places({name: str(tmp_path / path) for name, path in names.items()}) == {}
    assert unusable_places({"TMPDIR": "", "XDG_RUNTIME_DIR": "", "LANG": "C"}) == {}


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert unusable_places(
        {
            "TMPDIR": str(tmp_path / "gone"),
            "XDG_RUNTIME_DIR": str(tmp_path / "gone"),
            "XDG_CACHE_HOME": "relative",
            "XDG_DATA_HOME": str(tmp_path / "file"),
            "ICEAUTHORITY": str(tmp_path / "gone" / ".ICEauthority"),
        }
    ) == {
        "TMPDIR": "does not exist",
        "XDG_RUNTIME_DIR": "does not exist",
        "XDG_CACHE_HOME": "is not an absolute path",
        "XDG_DATA_HOME": "is not a directory",
        "ICEAUTHORITY": "does not exist",
    }


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_places_of_another_user_are_not_used() -> None:
    home = Path("/tmp") / f"jupyter-vnc-{os.getpid()}-places"
    home.mkdir(mode=0o700)
    try:
        names = ("ICEAUTHORITY", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        variables = {
            **{name: str(home / name) for name in names},
            "XDG_RUNTIME_DIR": str(home),
            "XDG_DATA_HOME": "/n/s",
        }
        code = "from jupyter_vnc_proxy.system.inheritance.places import unusable_places;"
        assert eval(as_nobody(f"{code}print(unusable_places({variables!r}))")) == {
            "ICEAUTHORITY": "is closed to this user",
            "TMPDIR": "is closed to this user",
            "XDG_CONFIG_HOME": "is closed to this user",
            "XDG_DATA_HOME": "can't be created",
            "XDG_RUNTIME_DIR": "belongs to another user",
            "XDG_STATE_HOME": "is closed to this user",
        }
    finally:
        home.rmdir()
