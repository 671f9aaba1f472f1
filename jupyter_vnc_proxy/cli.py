"""The command line: ``python -m jupyter_vnc_proxy`` and ``jupyter vnc``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from .commands import COMMANDS, STARTERS, load
from .errors import VncError, disk_error

EXIT_INTERRUPTED = 130
"""128 and SIGINT's number, as shells say it."""

EXIT_STATUS = """\
exit status:
  0    done
  1    failed
  2    what was asked for makes no sense
  3    no desktop has this name
  4    the desktop is in a state that forbids this, as a screenshot of one that is stopped
  130  interrupted by Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, as `EXIT_STATUS` says."""
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        status: int = load(arguments.command).run(arguments)
        sys.stdout.flush()
        return status
    except VncError as error:
        return _failed(error, arguments)
    except BrokenPipeError:  # whoever read us had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failure:
        return _failed(disk_error(failure), arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command's arguments; what stands behind ``--`` is the ``session_command`` of those that start desktops."""
    words = list(argv)
    parser = _parser(words)
    if not words or words[0] not in STARTERS or "--" not in words:
        return parser.parse_args(words)
    cut = words.index("--")
    arguments = parser.parse_args(words[:cut])
    arguments.session_command = words[cut + 1 :]
    return arguments


def _failed(error: VncError, arguments: argparse.Namespace) -> int:
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
        "jupyter-vnc", description="Linux desktops for Jupyter.", epilog=EXIT_STATUS, formatter_class=layout
    )
    subparsers = parser.add_subparsers(required=True, metavar="command", dest="command")
    for name, purpose in COMMANDS.items():
        chosen = load(name) if words[:1] == [name] else None  # importing the others takes time
        description = chosen.__doc__ if chosen else None
        subparser = subparsers.add_parser(
            name, help=purpose, description=description, epilog=EXIT_STATUS, formatter_class=layout
        )
        if chosen:
            chosen.add_arguments(subparser)
    return parser
