"""The command line: ``python -m jupyter_vnc_proxy`` and ``jupyter vnc``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from .commands import COMMANDS, SESSION_COMMANDS, load
from .errors import VncError, disk_error

EXIT_INTERRUPTED = 130
"""128 plus SIGINT's number, as shells do."""

EXIT_STATUS = {
    0: "success",
    1: "failure; for doctor: no desktop can start, or a self-test failed",
    2: "the arguments are invalid",
    3: "there is no desktop with this name",
    4: "not possible in the desktop's current state, such as a screenshot of a stopped desktop",
    EXIT_INTERRUPTED: "interrupted by Ctrl-C",
}

EPILOG = "\n".join(["exit status:", *(f"  {status:<4} {meaning}" for status, meaning in EXIT_STATUS.items())])


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status (see `EXIT_STATUS`)."""
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        status: int = load(arguments.command).run(arguments)
        sys.stdout.flush()
        return status
    except VncError as error:
        return _report_error(error, arguments)
    except BrokenPipeError:  # the reader closed the pipe, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failure:
        return _report_error(disk_error(failure), arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. For commands that start a desktop, the words after ``--`` are its ``session_command``."""
    words = list(argv)
    parser = _parser(words)
    if not words or words[0] not in SESSION_COMMANDS or "--" not in words:
        return parser.parse_args(words)
    cut = words.index("--")
    arguments = parser.parse_args(words[:cut])
    arguments.session_command = words[cut + 1 :]
    return arguments


def _report_error(error: VncError, arguments: argparse.Namespace) -> int:
    if getattr(arguments, "json", False):
        print(json.dumps({"error": error.body()}))
    else:
        print(f"jupyter-vnc: {error.message}", file=sys.stderr)
        if error.fix:
            print(f"  try: {error.fix}", file=sys.stderr)
    return error.exit_code


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "jupyter-vnc", description="Linux desktops in Jupyter.", epilog=EPILOG, formatter_class=layout
    )
    subparsers = parser.add_subparsers(required=True, metavar="command", dest="command")
    for name, purpose in COMMANDS.items():
        chosen = load(name) if words[:1] == [name] else None  # importing all of them takes time
        description = chosen.__doc__ if chosen else None
        subparser = subparsers.add_parser(
            name, help=purpose, description=description, epilog=EPILOG, formatter_class=layout
        )
        if chosen:
            chosen.add_arguments(subparser)
    return parser
