"""Desktops with something mounted in their directory, which is removed with none of it."""

from __future__ import annotations

import sys
from pathlib import Path

from support.mounts import in_namespace

from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.desktops.state import DesktopState

SCRIPT = """
mount --bind "$2" "$3/work/run"
"$1" -m jupyter_vnc_proxy stop --remove work 2>&1 || echo "status $?"
"$1" -m jupyter_vnc_proxy list
umount "$3/work/run"
"$1" -m jupyter_vnc_proxy stop --remove work
"$1" -m jupyter_vnc_proxy list
"""


def test_a_desktop_with_a_mount_in_it_is_kept_until_that_is_gone(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "data").write_text("data")
    desktop = Desktop(runtime / "work")
    desktop.prepare()
    (desktop.path / "run").mkdir()
    desktop.write_state(DesktopState(name="work", phase="stopped"))
    said = in_namespace(SCRIPT, sys.executable, tmp_path / "precious", runtime)
    assert (tmp_path / "precious" / "data").read_text() == "data"
    assert f"umount {runtime}/work/run" in "\n".join(said)
    assert "status 4" in said
    assert sum(line.startswith("work ") for line in said) == 1, "it is listed until it is removed"
    assert not desktop.path.exists()
