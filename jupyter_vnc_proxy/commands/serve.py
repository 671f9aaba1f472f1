"""Serve the page and the desktop's WebSocket on a unix socket, for jupyter-server-proxy."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from ..options import HANDED_OVER, DesktopOptions
from ..rfb.rights import CLIPBOARD_RIGHTS, allowed_rights
from ..server.web.headers import OWN_FRAMES, frame_ancestors, is_hub
from ..system.process_identity import ProcessIdentity
from . import add_runtime_directory
from .desktop_options import add_desktop_options, read_desktop_options
from .run import LOG_FORMAT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_runtime_directory(parser)
    parser.add_argument("--unix-socket", type=Path, required=True, metavar="PATH", help="the socket to listen on")
    parser.add_argument(
        "--orphan-timeout",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="keep desktops running this long after the server has crashed (default: %(default)g)",
    )
    parser.add_argument("--keep", action="store_true", help="keep the desktops running when the server shuts down")
    parser.add_argument(
        "--max-desktops",
        type=int,
        default=0,
        metavar="NUMBER",
        help="run at most this many desktops (default: no limit)",
    )
    parser.add_argument(
        "--max-clients", type=int, default=0, metavar="NUMBER", help="viewers per desktop at most (default: no limit)"
    )
    parser.add_argument(
        "--idle-disconnect",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="disconnect a viewer after this long without input (default: never)",
    )
    parser.add_argument(
        "--clipboard",
        choices=tuple(CLIPBOARD_RIGHTS),
        default="both",
        help="the directions of the clipboard that viewers may use (default: %(default)s)",
    )
    parser.add_argument(
        "--frame-ancestors",
        default=OWN_FRAMES,
        metavar="SOURCES",
        help="the pages that may frame ours (default: 'self')",
    )
    add_desktop_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal arrives."""
    from ..backends import choose
    from ..desktops.manager import DesktopManager
    from ..proxy.page_handler import PageLimits
    from ..proxy.page_server import serve

    logging.basicConfig(format=LOG_FORMAT, level=logging.INFO)
    handed_over = os.environ.pop(HANDED_OVER, "")  # and so no process that we start gets it
    given = DesktopOptions.from_text(handed_over) if handed_over else DesktopOptions()
    options = read_desktop_options(arguments, given)
    choose(options)
    manager = DesktopManager(
        options,
        arguments.runtime_dir,
        arguments.orphan_timeout,
        max_desktops=arguments.max_desktops,
        server=_server(),
    )
    limits = PageLimits(
        idle_disconnect=arguments.idle_disconnect,
        max_clients=arguments.max_clients,
        allowed=allowed_rights(arguments.clipboard),
        frame_ancestors=frame_ancestors(f"frame-ancestors {arguments.frame_ancestors}", is_hub(os.environ)),
    )
    serve(manager, arguments.unix_socket, limits, stop_with_server=not arguments.keep)
    return 0


def _server() -> ProcessIdentity:
    """Return our parent, the Jupyter server, or ourselves if it has just ended."""
    try:
        return ProcessIdentity.of(os.getppid())
    except ProcessLookupError:
        return ProcessIdentity.own()
