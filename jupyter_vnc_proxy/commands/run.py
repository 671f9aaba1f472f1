"""Run one desktop in the foreground; Ctrl-C ends it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING

from ..options import DesktopOptions
from ..plain_asyncio import asyncio
from . import add_runtime_directory
from .desktop_options import add_desktop_options, read_desktop_options

if TYPE_CHECKING:
    from ..backends import AnyBackend
    from ..system.fork.standby import Standby

LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--name", default="default", metavar="NAME", help="the desktop's name (default: %(default)s)")
    add_runtime_directory(parser)
    life = parser.add_mutually_exclusive_group()
    life.add_argument(
        "--orphan-timeout",
        type=float,
        metavar="SECONDS",
        help="keep running this long without a server that owns the desktop (default: end with the parent process)",
    )
    life.add_argument("--keep", action="store_true", help="run until stopped, with or without a server")
    parser.add_argument(
        "--options-from-stdin",
        action="store_true",
        help="read the desktop's options from standard input, as the field ``options`` of desktop.json has them",
    )
    add_desktop_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the desktop; return once it has ended."""
    parent = os.getppid()  # before the imports, because it may end meanwhile
    from ..backends import select
    from ..backends.sessions import choose_session
    from ..desktops.desktop import Desktop
    from ..desktops.locks import disown
    from ..desktops.runtime import desktop_path, runtime_directory
    from ..runner.runner import Runner
    from ..system.inheritance.limits import lower_descriptor_limit

    logging.basicConfig(format=LOG_FORMAT, level=logging.INFO)
    lower_descriptor_limit()
    given = DesktopOptions.from_text(sys.stdin.buffer.read()) if arguments.options_from_stdin else DesktopOptions()
    options = read_desktop_options(arguments, given)
    backend, notes = select(options)
    if options.session:
        choose_session(options)
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    orphan_timeout = float("inf") if arguments.keep else arguments.orphan_timeout
    runner = Runner(desktop, options, backend, orphan_timeout, parent, notes, _standby(backend))
    if not arguments.keep:
        return asyncio.run(runner.run())
    desktop.prepare()
    with desktop.own() as own:  # a desktop that owns itself is not orphaned, and no server stops it
        try:
            return asyncio.run(runner.run())
        finally:
            disown(own)


def _standby(backend: AnyBackend) -> Standby | None:
    """Fork a child for our own server, if ``backend`` has it; it loads its modules while the display starts."""
    if not getattr(backend, "forks_server", False):
        return None
    from ..runner.root_window import load_modules
    from ..stream.__main__ import load, main
    from ..system.fork.standby import Standby

    load_modules()  # which both need
    return Standby.fork("jupyter_vnc_proxy.stream", load, main)
