"""Registers a backend that only the bench has."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def install(directory: Path, backend: type[Any]) -> None:
    """Write package metadata to ``directory``, which registers a backend if it is in ``PYTHONPATH``."""
    package = directory / "desktop_bench-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: desktop-bench\nVersion: 0\n")
    entry = f"{backend.name} = {backend.__module__}:{backend.__name__}\n"
    (package / "entry_points.txt").write_text(f"[jupyter_vnc_proxy.backends]\n{entry}")
