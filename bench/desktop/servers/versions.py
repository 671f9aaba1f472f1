"""Versions of installed packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def python_version(python: str | Path, package: str) -> str:
    """Return the version of a package in the environment of ``python``; empty if it is not installed."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([os.fspath(python), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def debian_version(package: str) -> str:
    """Return the version of a Debian package; empty if it is not installed."""
    query = shutil.which("dpkg-query")
    if query is None:
        return ""
    return subprocess.run(
        [query, "-Wf", "${Version}", package], capture_output=True, text=True, check=False
    ).stdout.strip()
