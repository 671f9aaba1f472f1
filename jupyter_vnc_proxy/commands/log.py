"""Show the log of one of a desktop's processes: by default the one that failed, or the session."""

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
from ..desktops.secret_values import hide_secrets
from . import add_json, add_runtime_directory

POLL_SECONDS = 0.1
"""Polling interval of --follow."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the desktop's name")
    parser.add_argument(
        "--part", default="", metavar="NAME", help="the name of the process, such as display, vnc, session or runner"
    )
    parser.add_argument(
        "--lines", default=str(LOG_LINES), metavar="N", help="the number of last lines (default: %(default)s)"
    )
    parser.add_argument("--follow", action="store_true", help="print new lines until the desktop ends")
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the end of the log; raise `UnknownDesktop`, or `InvalidOption` for a process without a log."""
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    desktop.state()  # raises UnknownDesktop
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
        sys.stdout.write(hide_secrets(desktop.path, follower.read_new()))
        sys.stdout.flush()
        if ended:
            return
        time.sleep(POLL_SECONDS)


class _Follower:
    """Reads what is appended to a file, which may be truncated or replaced."""

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

    def read_new(self) -> str:
        """Return the text written since the last call."""
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
