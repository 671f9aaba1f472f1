"""Measure desktops in a browser: runs `scripts/bench`, which needs a clone of the repository."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from ..errors import VncError

REPOSITORY = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Pass all arguments on to the program, including ``--help``."""
    parser.prefix_chars = "\0"  # no argument starts with it, so argparse finds no options
    parser.add_argument("arguments", nargs="*", help="arguments of scripts/bench")


def run(arguments: argparse.Namespace) -> int:
    """Run the program in this process; raise `VncError` if it is not there."""
    if not (REPOSITORY / "bench" / "desktop" / "__main__.py").exists():
        raise VncError(
            "The installed package has no benchmarks: clone the project's repository and run scripts/bench there.",
            code="no-repository",
        )
    sys.path.insert(0, str(REPOSITORY))
    program = importlib.import_module("bench.desktop.__main__")
    return int(program.main(arguments.arguments))
