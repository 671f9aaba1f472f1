"""Start a desktop and leave it running.

Waits until the desktop runs, or says why it doesn't. A desktop that is there already is started with the options
that it was made with, unless others are given; one that runs is left as it is.

A desktop that was started here belongs to nobody but itself: it runs until its session ends (a log-out), somebody
stops it, here or in a panel, or the machine goes down. A Jupyter server shows it and connects to it, and leaves it
alone when that server ends. With --orphan-timeout it is like one that a Jupyter server started: the server that finds
it looks after it and takes it along when it is stopped, and without a server it ends after so many seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time

from ..backends import environment_options
from ..desktops.desktop import Desktop
from ..desktops.manager import DEFAULT_NAME, DesktopManager
from ..desktops.runtime import desktop_path
from ..desktops.state import DesktopState
from ..desktops.wait import wait_until_up
from ..errors import Conflict
from . import add_json, add_runtime_directory
from .desktop_options import add_desktop_options, any_given, read_desktop_options
from .list import model

SETTLE = 1.0
"""Seconds in which most sessions end that can't start."""

PARTS = 4
"""Parts that may take their time one after the other: display, VNC server, session, websockify."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="?", default=DEFAULT_NAME, help="the desktop's name (default: %(default)s)")
    add_runtime_directory(parser)
    parser.add_argument(
        "--orphan-timeout",
        type=float,
        metavar="SECONDS",
        help="end after so long without a Jupyter server that looks after it (default: run until stopped)",
    )
    parser.add_argument("--no-wait", action="store_true", help="don't wait until it runs")
    add_json(parser)
    add_desktop_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start it; return 0 once it runs."""
    options = read_desktop_options(arguments, environment_options(os.environ))
    manager = DesktopManager(options, arguments.runtime_dir, arguments.orphan_timeout)
    desktop = Desktop(desktop_path(manager.runtime, arguments.name))
    began = time.monotonic()
    try:
        asyncio.run(_start(manager, desktop, any_given(arguments)))
        if not arguments.no_wait:
            progress = _Progress() if sys.stdout.isatty() and not arguments.json else None
            wait_until_up(manager.get(arguments.name), PARTS * options.start_timeout, SETTLE, progress)
    finally:
        manager.let_live()
    state = desktop.state()
    if arguments.json:
        print(json.dumps(model(desktop), indent=1))
    elif state.phase == "running":
        print(f"{state.name} runs on {state.display} ({state.backend}) after {time.monotonic() - began:.1f} s.")
    else:
        print(f"{state.name} is {state.phase}.")
    return 0


async def _start(manager: DesktopManager, desktop: Desktop, own_options: bool) -> None:
    if desktop.exists() and own_options and desktop.runner_pid() is not None:
        raise Conflict(
            f"The desktop {desktop.name!r} runs already, with the options that it has.",
            code="already-running",
            fix=f"jupyter vnc stop {desktop.name}",
        )
    if not own_options and (desktop.exists() or desktop.name == DEFAULT_NAME):
        await manager.start(desktop.name)
        return
    if desktop.exists():
        desktop.remove()
    await manager.create(desktop.name, manager.defaults)


class _Progress:
    """Writes what is being waited for, each step once, on one line of a terminal."""

    def __init__(self) -> None:
        self._step: str | None = None

    def __call__(self, state: DesktopState) -> None:
        if state.phase != "starting":
            if self._step is not None:
                print(file=sys.stderr)
            self._step = None
        elif state.step is not None and state.step != self._step:
            print(state.step if self._step is None else f" … {state.step}", end="", file=sys.stderr, flush=True)
            self._step = state.step
