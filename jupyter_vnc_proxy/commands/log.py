"""Show what a desktop's parts wrote: the part that failed, else the session, unless one is named."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from ..desktops.desktop import Desktop
from ..desktops.logs import LOG_LINES
from ..desktops.runtime import desktop_path, runtime_directory
from . import add_json, add_runtime_directory

POLL = 0.1
"""Seconds between two looks at a log that is followed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the desktop's name")
    parser.add_argument("--part", default="", help="as in display, vnc, session or runner")
    parser.add_argument("--lines", default=str(LOG_LINES), metavar="N", help="the last lines (default: %(default)s)")
    parser.add_argument("--follow", action="store_true", help="go on with what is written, until the desktop ends")
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the end of the log; raise `UnknownDesktop`, or `InvalidOption` for a part that has no log."""
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    desktop.state()  # raises where there is none
    follower = None
    if arguments.follow and not arguments.json:
        part = desktop.log_model(arguments.part, "0")["part"]
        follower = _Follower(desktop.log_directory / f"{part}.log")
    shown = desktop.log_model(arguments.part, arguments.lines)
    if arguments.json:
        print(json.dumps(shown, indent=1))
        return 0
    for line in shown["lines"]:
        print(line)
    if follower is not None:
        _follow(desktop, follower)
    return 0


def _follow(desktop: Desktop, follower: _Follower) -> None:
    while True:
        ended = desktop.stopped()
        sys.stdout.write(follower.fresh())
        sys.stdout.flush()
        if ended:
            return
        time.sleep(POLL)


class _Follower:
    """Reads on in a file that is appended to, and may be emptied or replaced meanwhile."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = self._identity()[1]
        self._inode = self._identity()[0]

    def _identity(self) -> tuple[int, int]:
        try:
            info = os.stat(self._file)
        except FileNotFoundError:
            return 0, 0
        return info.st_ino, info.st_size

    def fresh(self) -> str:
        """Return what was written since the last call."""
        inode, size = self._identity()
        if inode != self._inode or size < self._seen:
            self._inode, self._seen = inode, 0
        if size == self._seen:
            return ""
        with open(self._file, "rb") as stream:
            stream.seek(self._seen)
            data = stream.read()
        self._seen += len(data)
        return data.decode("utf-8", "replace")
