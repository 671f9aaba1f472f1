"""Install, upgrade and uninstall with pip: what appears, and that nothing is left."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support.archives import Built, build, copy_of_tree

PIP_SECONDS = 60


def pip(environment: Path, *arguments: str) -> None:
    """Run pip for an environment, without the network."""
    command = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)
    assert done.returncode == 0, done.stderr


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*")}


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An empty environment with folders that Jupyter's packages share."""
    directory = tmp_path / "environment"
    venv.create(directory, with_pip=False)
    for shared in ("etc/jupyter/jupyter_server_config.d", "share/jupyter/labextensions"):
        (directory / shared).mkdir(parents=True)
        (directory / shared / "other.json").write_text("{}")
    return directory


def test_an_upgrade_leaves_one_version_and_an_uninstall_leaves_nothing(
    built: Built, environment: Path, tmp_path: Path
) -> None:
    before = files(environment)
    pip(environment, "install", "--no-index", "--no-deps", str(built.wheel))
    assert "etc/jupyter/jupyter_server_config.d/jupyter_vnc_proxy.json" in files(environment)
    assert "bin/jupyter-vnc" in files(environment)
    python = environment / "bin" / "python"
    subprocess.run([python, "-c", "import jupyter_vnc_proxy.options, jupyter_vnc_proxy.rfb"], check=True)

    newer = copy_of_tree(tmp_path / "newer", version="9.0.0")
    (entry,) = newer.glob("jupyter_vnc_proxy/labextension/static/remoteEntry.*.js")
    entry.rename(entry.with_name("remoteEntry.newer.js"))
    (newer / "jupyter_vnc_proxy" / "options.py").rename(newer / "jupyter_vnc_proxy" / "choices.py")
    wheel = build(newer, "wheel", tmp_path / "wheels")
    pip(environment, "install", "--no-index", "--no-deps", "--upgrade", str(wheel))
    after = files(environment)
    assert len([each for each in after if "remoteEntry" in each]) == 1
    assert not any(Path(each).stem.startswith("options") and "jupyter_vnc_proxy/" in each for each in after)
    assert len([each for each in after if each.endswith(".dist-info")]) == 1

    pip(environment, "uninstall", "--yes", "jupyter-vnc-proxy")
    assert files(environment) - before == set()
    assert before - files(environment) == set()
