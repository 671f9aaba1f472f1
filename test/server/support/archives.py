"""The wheel and the source distribution of this tree, built as pip builds them, without Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

REPOSITORY = Path(__file__).parents[3]
SOURCE_DATE_EPOCH = 1_700_000_000
BUILD_SECONDS = 60
NOT_SOURCES = (
    *(".git", ".venv", ".cache", "node_modules", "reports", "build", "dist", "coverage", "test-results"),
    *("*.egg-info", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
)


@dataclass(frozen=True)
class Built:
    """The archives of one version."""

    sdist: Path
    wheel: Path


def build(source: Path, what: str, out: Path) -> Path:
    """Build ``what`` (wheel or sdist) in ``source`` with a PATH that has no Node.js; return the archive."""
    empty = out / "bin"
    empty.mkdir(parents=True, exist_ok=True)
    code = f"import setuptools.build_meta as b; print(b.build_{what}({str(out)!r}))"
    environment = {**os.environ, "PATH": str(empty), "SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return out / done.stdout.splitlines()[-1]


def pip_version() -> str:
    """Return the version of package.json as pip writes it, which conda can read, too: 1.0.0rc1 for 1.0.0-rc.1."""
    return str(Version(json.loads((REPOSITORY / "package.json").read_text())["version"]))


def copy_of_tree(directory: Path, version: str | None = None) -> Path:
    """Copy the sources and the built front end; optionally, with another version."""
    assert (REPOSITORY / "jupyter_vnc_proxy/page/index.html").exists(), "scripts/install builds the front end"
    shutil.copytree(REPOSITORY, directory, ignore=shutil.ignore_patterns(*NOT_SOURCES), symlinks=True)
    if version:
        file = directory / "package.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "version": version}))
    return directory


def unpack(sdist: Path, directory: Path) -> Path:
    """Unpack a source distribution; return its only folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(directory, filter="data")
    (folder,) = directory.iterdir()
    return folder
