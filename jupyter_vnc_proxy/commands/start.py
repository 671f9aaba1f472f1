"""Start a desktop and leave it running.

Waits until the desktop runs, and prints the reason if it fails. A stopped desktop starts with the options that it was
created with, unless you give others; a running desktop is left as it is.

The desktop owns itself: it runs until its session ends (you log out), until you stop it, here or in JupyterLab, or
until the machine shuts down. A Jupyter server shows it and connects to it, but does not stop it when the server shuts
down. With --orphan-timeout it behaves like a desktop that a Jupyter server started: the server that finds it owns it
and stops it when it shuts down, and without a server the desktop ends after that many seconds.
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
from ..desktops.display_number import remember, remembered
from ..desktops.manager import DEFAULT_NAME, DesktopManager
from ..desktops.model import model_of
from ..desktops.runtime import desktop_path
from ..desktops.state import DesktopState, in_words
from ..desktops.waiting import SETTLE_SECONDS, up_timeout, wait_until_up
from ..errors import Conflict
from . import add_json, add_runtime_directory
from .desktop_options import add_desktop_options, any_given, read_desktop_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="?", default=DEFAULT_NAME, help="the desktop's name (default: %(default)s)")
    add_runtime_directory(parser)
    parser.add_argument(
        "--orphan-timeout",
        type=float,
        metavar="SECONDS",
        help="end after this time without a Jupyter server that owns it (default: run until stopped)",
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait until the desktop runs")
    add_json(parser)
    add_desktop_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start the desktop; return 0 once it runs."""
    options = read_desktop_options(arguments, environment_options(os.environ))
    manager = DesktopManager(options, arguments.runtime_dir, arguments.orphan_timeout)
    desktop = Desktop(desktop_path(manager.runtime, arguments.name))
    began = time.monotonic()
    try:
        asyncio.run(_start(manager, desktop, any_given(arguments)))
        if not arguments.no_wait:
            progress = _Progress() if sys.stdout.isatty() and not arguments.json else None
            wait_until_up(manager.get(arguments.name), up_timeout(options), SETTLE_SECONDS, progress)
    finally:
        manager.let_live()
    state = desktop.state()
    if arguments.json:
        print(json.dumps(model_of(desktop), indent=1))
    elif state.phase == "running":
        print(f"{state.name} runs on {state.display} ({state.backend}) after {time.monotonic() - began:.1f} s.")
    else:
        print(f"{state.name} is {in_words(state.phase)}.")
    return 0


async def _start(manager: DesktopManager, desktop: Desktop, own_options: bool) -> None:
    desktop.check_here()
    if desktop.exists() and own_options and desktop.holder() is not None:
        raise Conflict(
            f"The desktop {desktop.name!r} is already running, so its options cannot change.",
            code="already-running",
            fix=f"jupyter vnc stop {desktop.name}",
        )
    if not own_options and (desktop.exists() or desktop.name == DEFAULT_NAME):
        await manager.start(desktop.name)
        return
    if desktop.exists():
        display = remembered(desktop.path)
        await asyncio.to_thread(desktop.remove)
        if display is not None:
            desktop.prepare()
            remember(desktop.path, display)
    await manager.create(desktop.name, manager.defaults)


class _Progress:
    """Prints each step that the desktop waits for, on one line of a terminal."""

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
