"""Run one desktop in the foreground; Ctrl-C ends it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os

from ..options import DesktopOptions
from . import add_runtime_directory
from .desktop_options import add_desktop_options, read_desktop_options

LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--name", default="default", help="the desktop's name (default: %(default)s)")
    add_runtime_directory(parser)
    life = parser.add_mutually_exclusive_group()
    life.add_argument(
        "--orphan-timeout",
        type=float,
        metavar="SECONDS",
        help="live on this long when no server looks after the desktop (default: end with the parent process)",
    )
    life.add_argument("--keep", action="store_true", help="live until stopped, whoever looks after the desktop")
    add_desktop_options(parser, DesktopOptions())


def run(arguments: argparse.Namespace) -> int:
    """Return when the desktop has ended."""
    parent = os.getppid()  # before the imports: it may end meanwhile
    from ..backends import select
    from ..backends.sessions import choose_session
    from ..desktops.desktop import Desktop
    from ..desktops.runtime import desktop_path, runtime_directory
    from ..runner.runner import Runner

    logging.basicConfig(format=LOG_FORMAT, level=logging.INFO)
    options = read_desktop_options(arguments, DesktopOptions())
    backend, notes = select(options)
    if options.session:
        choose_session(options)
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    orphan_timeout = float("inf") if arguments.keep else arguments.orphan_timeout
    runner = Runner(desktop, options, backend, orphan_timeout, parent, notes)
    if not arguments.keep:
        return asyncio.run(runner.run())
    desktop.prepare()
    with desktop.own() as own:  # as its own owner it is nobody's orphan, and no server's to stop
        try:
            return asyncio.run(runner.run())
        finally:
            os.unlink(own.name)
