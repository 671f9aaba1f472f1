"""Measure desktops in a browser: runs `scripts/bench` of a clone of the repository, which no wheel holds."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from ..errors import VncError

REPOSITORY = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take all that follows for the program, its ``--help`` too."""
    parser.prefix_chars = "\0"  # nothing that is typed begins with it, so nothing is an option of ours
    parser.add_argument("arguments", nargs="*")


def run(arguments: argparse.Namespace) -> int:
    """Run the program in this process; raise `VncError` where it isn't there."""
    if not (REPOSITORY / "bench" / "desktop" / "__main__.py").exists():
        raise VncError(
            "The bench is no part of an installed package: clone the project's repository and run scripts/bench there.",
            code="no-repository",
        )
    sys.path.insert(0, str(REPOSITORY))
    program = importlib.import_module("bench.desktop.__main__")
    return int(program.main(arguments.arguments))
