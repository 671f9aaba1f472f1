"""The subcommands of ``jupyter vnc``, one module each, imported on demand.

A module defines `add_arguments` and `run`; ``--help`` shows its docstring. Commands whose output is useful to programs
have the option ``--json``, which `add_json` adds; their errors are JSON, too.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol

COMMANDS = {
    "doctor": "check what is installed and what is missing, and show how to install it",
    "list": "list the desktops",
    "start": "start a desktop and leave it running",
    "stop": "stop desktops",
    "log": "show the log of one of a desktop's processes",
    "screenshot": "save a screenshot of a desktop as a PNG",
    "mcp": "let an assistant look at a desktop, or control it, over MCP",
    "nginx": "write an nginx configuration that serves a desktop without Jupyter",
    "bench": "measure desktops in a browser; needs a clone of the repository",
    "run": "run one desktop in the foreground",
    "serve": "serve the page and the desktop's WebSocket on a unix socket, for jupyter-server-proxy",
}
"""The name of each command and of its module, and a one-line description."""

SESSION_COMMANDS = ("start", "run", "serve")
"""The commands that start a desktop, and accept its session's command after ``--``."""


class Command(Protocol):
    """A module of this package."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the command; return its exit status, or raise `VncError`."""


def load(name: str) -> Command:
    """Import the module of a command."""
    module: Command = import_module(f"{__name__}.{name}")
    return module


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--json``."""
    parser.add_argument("--json", action="store_true", help="write JSON")


def add_runtime_directory(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--runtime-dir``, which must match the server's."""
    parser.add_argument(
        "--runtime-dir",
        default="",
        metavar="PATH",
        help="the directory that holds the desktops; must be the server's (default: from the environment)",
    )
