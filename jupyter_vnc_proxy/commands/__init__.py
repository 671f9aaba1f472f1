"""The subcommands of ``jupyter vnc``, one module each, which is imported when its command is given.

A module says `add_arguments` and `run`; its docstring is the description that ``--help`` shows. What a program would
read has a switch ``--json``, which `add_json` adds; errors are JSON then, too.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol

COMMANDS = {
    "doctor": "say what is here, what is missing, and the command that installs it",
    "list": "list the desktops",
    "start": "start a desktop and leave it running",
    "stop": "stop desktops",
    "log": "show what a desktop's parts wrote",
    "screenshot": "save what is on a desktop as a PNG",
    "nginx": "write an nginx configuration that shows a desktop with no Jupyter in the way",
    "bench": "measure desktops in a browser, in a clone of the repository",
    "run": "run one desktop in the foreground",
    "serve": "serve the page and a WebSocket (websockify) on a unix socket, starting the desktop",
}
"""Each command's name, which is its module's too, and what it does in one line."""

STARTERS = ("start", "run", "serve")
"""Those that start a desktop, and take its session's command behind ``--``."""


class Command(Protocol):
    """A module of this package."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status, or raise `VncError`, which knows its own."""


def load(name: str) -> Command:
    """Return the module of a command."""
    module: Command = import_module(f"{__name__}.{name}")
    return module


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the switch ``--json``."""
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


def add_runtime_directory(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the directory for the desktops, which the server must have as well."""
    parser.add_argument(
        "--runtime-dir",
        default="",
        metavar="PATH",
        help="the directory for the desktops (default: as the server's, from the environment)",
    )
