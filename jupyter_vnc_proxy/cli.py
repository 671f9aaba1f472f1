"""The command line: ``python -m jupyter_vnc_proxy`` and ``jupyter vnc``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import InvalidOption, VncError
from .options import DesktopOptions, Geometry

EXIT_BAD_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 failed, 2 bad input."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except VncError as error:
        print(f"jupyter-vnc: {error.message}", file=sys.stderr)
        if error.fix:
            print(f"  try: {error.fix}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jupyter-vnc", description="Linux desktops for Jupyter.")
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="run one desktop in the foreground")
    _add_desktop_options(run)
    run.add_argument(
        "--orphan-timeout",
        type=float,
        metavar="SECONDS",
        help="live on this long when no server looks after the desktop (default: end with the parent process)",
    )
    run.add_argument("session_command", nargs="*", metavar="argv", help="after --: the session's command and arguments")
    run.set_defaults(command=_run)

    serve = commands.add_parser(
        "serve", help="serve the page and a WebSocket (websockify) on a unix socket, starting the desktop"
    )
    _add_desktop_options(serve)
    serve.add_argument("--unix-socket", type=Path, required=True, metavar="PATH")
    serve.add_argument("--orphan-timeout", type=float, default=600.0, metavar="SECONDS")
    serve.add_argument("--keep", action="store_true", help="let the desktops live on when this ends")
    serve.add_argument("session_command", nargs="*", metavar="argv")
    serve.set_defaults(command=_serve)
    return parser


def _add_desktop_options(parser: argparse.ArgumentParser) -> None:
    defaults = DesktopOptions()
    parser.add_argument("--name", default="default", help="the desktop's name (default: %(default)s)")
    parser.add_argument("--runtime-dir", default="", metavar="PATH", help="the directory for the desktops")
    parser.add_argument("--backend", default=defaults.backend, help="default: %(default)s")
    parser.add_argument("--transport", default=defaults.transport, help="default: %(default)s")
    parser.add_argument("--session", default=defaults.session, help="default: the best that is installed")
    parser.add_argument(
        "--geometry", default=str(defaults.geometry), metavar="WxH", help="in pixels (default: %(default)s)"
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the backend's own, as in xserver=xdummy; may be given again",
    )
    parser.add_argument(
        "--start-timeout",
        type=float,
        default=defaults.start_timeout,
        metavar="SECONDS",
        help="for each part (default: %(default)g)",
    )


def _options(arguments: argparse.Namespace) -> DesktopOptions:
    extra = dict[str, str]()
    for word in map(str, arguments.option):
        name, sign, extra[name] = word.partition("=")
        if not sign:
            raise InvalidOption(f"The option {word!r} is not of the form NAME=VALUE.", code="bad-option")
    return DesktopOptions(
        backend=arguments.backend,
        transport=arguments.transport,
        session=arguments.session,
        session_command=tuple(arguments.session_command),
        geometry=Geometry.parse(str(arguments.geometry)),  # argparse makes a list of "--"
        start_timeout=arguments.start_timeout,
        extra=extra,
    )


def _run(arguments: argparse.Namespace) -> int:
    parent = os.getppid()  # before the imports: it may end meanwhile
    from .backends import choose
    from .desktop import Desktop
    from .runner import Runner
    from .runtime import desktop_path, runtime_directory
    from .sessions import choose_session

    options = _options(arguments)
    backend = choose(options)
    if options.session:
        choose_session(options)
    desktop = Desktop(desktop_path(runtime_directory(arguments.runtime_dir), arguments.name))
    return asyncio.run(Runner(desktop, options, backend, arguments.orphan_timeout, parent).run())


def _serve(arguments: argparse.Namespace) -> int:
    from .backends import choose
    from .manager import DesktopManager
    from .page_server import serve

    options = _options(arguments)
    choose(options)
    manager = DesktopManager(options, arguments.runtime_dir, arguments.orphan_timeout, server=os.getppid())
    serve(manager, arguments.unix_socket, stop_with_server=not arguments.keep)
    return 0
