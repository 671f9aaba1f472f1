"""Let an assistant look at a desktop, and with --control also control it, over the Model Context Protocol (MCP).

Serves MCP on standard input and output: the assistant's program starts this command. The desktop must run. People who
look at it see what the assistant does, and can take over. Needs the package mcp: pip install "jupyter-vnc-proxy[mcp]"
"""

from __future__ import annotations

import argparse

from ..errors import VncError
from ..options import check_name
from . import add_runtime_directory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="?", default="default", help="the desktop's name (default: %(default)s)")
    parser.add_argument("--control", action="store_true", help="also let it click, type, copy and start programs")
    add_runtime_directory(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the assistant's program ends; raise `VncError` if a package is missing."""
    name = check_name(arguments.name)
    try:
        from ..assistants.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        message = "The package mcp is not installed, or is older than version 2."
        raise VncError(message, code="mcp-missing", fix='pip install "jupyter-vnc-proxy[mcp]"') from error
    serve(name, arguments.control, arguments.runtime_dir)
    return 0
