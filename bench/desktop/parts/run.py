"""Measures the parts that the command line names, one configuration after another."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..command_line import durations_of
from ..servers.configurations import CONFIGURATIONS
from . import server

Log = Callable[[str], None]

DEFAULTS = {"server": ("stream", "tigervnc")}
"""The configurations of each part, unless the command line names some."""


def measure_part(part: str, found: argparse.Namespace, stderr: Path, log: Log) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each configuration of a part with its results, again whenever there are more of them."""
    for name in found.configuration or DEFAULTS[part]:
        result: dict[str, Any] = {"worker": CONFIGURATIONS[name].worker, "rows": []}
        if (obstacle := CONFIGURATIONS[name].obstacle()) is not None:
            yield name, {**result, "error": obstacle}
            continue
        for row in _rows(part, name, found, stderr):
            result["rows"].append(row)
            log(" ".join(str(word) for word in (part, name, row.get("size", ""), row.get("scene", "")) if word))
            yield name, result


def _rows(part: str, name: str, found: argparse.Namespace, stderr: Path) -> Iterator[dict[str, Any]]:
    sizes = found.size or (server.SIZES[:1] if found.quick else server.SIZES)
    return server.measure_server(name, sizes, found.scene, durations_of(found, server.DURATIONS), stderr)
