"""Save a screenshot of a desktop as a PNG; the file ``-`` means standard output."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..desktops.desktop import Desktop
from ..desktops.runtime import desktop_path, runtime_directory
from ..desktops.screenshot import screenshot
from . import add_json, add_runtime_directory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the desktop's name")
    parser.add_argument("file", metavar="FILE.png", help="the file to write, or - for standard output")
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Save the screenshot; raise `Conflict` if the desktop is not running."""
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    png = screenshot(desktop)
    if arguments.file == "-":
        sys.stdout.buffer.write(png)
    else:
        Path(arguments.file).write_bytes(png)
        if arguments.json:
            state = desktop.state()
            print(json.dumps({"name": state.name, "file": arguments.file, "geometry": state.geometry}))
    return 0
