"""Measure desktops in a browser: the same as `scripts/bench`, and only in a clone of the repository."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from ..errors import VncError

REPOSITORY = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Pass all arguments to the program, including ``--help``."""
    parser.prefix_chars = "\0"  # no argument begins with it, so argparse parses no options
    parser.add_argument("arguments", nargs="*")


def run(arguments: argparse.Namespace) -> int:
    """Run the program in this process; raise `VncError` if this is not a clone."""
    if not (REPOSITORY / "bench" / "desktop" / "__main__.py").exists():
        raise VncError(
            "The benchmark is not part of the installed package: clone the repository, and run scripts/bench there.",
            code="no-repository",
        )
    sys.path.insert(0, str(REPOSITORY))
    program = importlib.import_module("bench.desktop.__main__")
    return int(program.main(arguments.arguments))
