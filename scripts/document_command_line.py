"""Write the reference at the end of docs/command-line.md from the parsers of the commands."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from jupyter_vnc_proxy.cli import EXIT_STATUS
from jupyter_vnc_proxy.commands import COMMANDS, load

FILE = Path(__file__).parents[1] / "docs" / "command-line.md"

MARKER = "<!-- Generated from here on by scripts/document_command_line.py; edit the help of the commands instead. -->\n"
"""Separates what people write from what is generated."""


def render(text: str) -> str:
    """Return the document ``text`` with a new reference; raise ``ValueError`` if it has no `MARKER`."""
    written, marker, _ = text.partition(MARKER)
    if not marker:
        raise ValueError(f"{FILE} has no line {MARKER!r}")
    statuses = [f"| {status} | {meaning} |" for status, meaning in EXIT_STATUS.items()]
    reference = ["## Exit status", "", "| status | meaning |", "|---|---|", *statuses]
    for name in COMMANDS:
        reference += ["", *_command(name)]
    return "\n".join([written + marker, *reference]) + "\n"


def _command(name: str) -> Iterator[str]:
    module = load(name)
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    yield f"## jupyter vnc {name}"
    yield ""
    yield _markdown((module.__doc__ or "").strip())
    rows = [f"| {_spelling(action)} | {_help(action)} |" for action in parser._actions]
    if rows:
        yield from ("", "| argument | meaning |", "|---|---|", *rows)
    yield from (f"\n{_markdown(group.description)}" for group in parser._action_groups if group.description)


def _spelling(action: argparse.Action) -> str:
    placeholder = str(action.metavar or action.dest)
    optional = {"?": f"[{placeholder}]", "*": f"[{placeholder} …]"}.get(str(action.nargs), placeholder)
    if not action.option_strings:
        return f"`{optional}`"
    return f"`{' '.join([action.option_strings[0], *([optional] if action.nargs != 0 else [])])}`"


def _help(action: argparse.Action) -> str:
    return _markdown((action.help or "") % vars(action))


def _markdown(text: str) -> str:
    """Mark options and reStructuredText literals as code."""
    return re.sub(r"(?<![\w`-])--(?:[a-z][\w-]*)?(?![\w-])", r"`\g<0>`", text.replace("``", "`"))


if __name__ == "__main__":
    FILE.write_text(render(FILE.read_text(encoding="utf-8")), encoding="utf-8")
