"""Mounts that only a test sees: each in a mount namespace of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


def in_namespace(script: str, *arguments: str | Path) -> list[str]:
    """Run a shell script, which may mount, in a mount namespace of its own; return what it prints."""
    namespace = ["unshare", "--mount", "--propagation=private"]
    if os.getuid() != 0:
        namespace.append("--map-root-user")
    probe = subprocess.run([*namespace, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {probe.stderr.strip()}")
    argv = [*namespace, "sh", "-euc", script, "sh", *(os.fspath(each) for each in arguments)]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()
