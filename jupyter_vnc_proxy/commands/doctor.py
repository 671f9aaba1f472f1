"""Check what is installed and what is missing, and show how to install it.

Checks the backends and sessions, the directories that desktops write to, the machine or container, and both halves of
the extension. With --self-test it also starts a desktop in a temporary directory, draws a window, reads it back
through the VNC server and stops the desktop. With --report it writes a diagnostic report to share with support, in
which tokens, cookies, home directories, user names and host names are redacted.

If no desktop can start, the last line is the one command that fixes it. The exit status is 1 if no desktop can start,
or if a self-test failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Sequence

from ..doctor.checks import can_run, next_step, run_checks
from ..doctor.findings import Finding
from ..doctor.report import report
from ..doctor.selftest import self_test
from ..doctor.session_test import session_test
from . import add_json, add_runtime_directory

MARKS = {"ok": "✓", "note": "·", "warning": "!", "problem": "✗"}
COLOURS = {"ok": "32", "note": "36", "warning": "33", "problem": "31"}
"""ECMA-48 colours: green, cyan, yellow, red."""

INDENT = "    "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_runtime_directory(parser)
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="start a desktop, draw on it, read it back and stop it; then start the default session",
    )
    parser.add_argument(
        "--backend",
        action="append",
        metavar="NAME",
        help="the backend to self-test; may be repeated (default: the default backend)",
    )
    parser.add_argument(
        "--report",
        nargs="?",
        const="",
        metavar="NAME",
        help="write a diagnostic report, with the state and logs of the desktop NAME",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings, or the report."""
    if arguments.report is not None:
        text = report(arguments.runtime_dir, arguments.report)
        print(json.dumps({"report": text}) if arguments.json else text, end="" if not arguments.json else "\n")
        return 0
    findings = run_checks(arguments.runtime_dir)
    if arguments.self_test or arguments.backend:
        for backend in arguments.backend or ["auto"]:
            findings += self_test(backend)
        findings += session_test((arguments.backend or ["auto"])[0])
    good = can_run(findings)
    if arguments.json:
        answer = {"can_run": good, "next": next_step(findings), "findings": [each.to_json() for each in findings]}
        print(json.dumps(answer, indent=1))
    else:
        print(table(findings, _terminal_width(), colours=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
        if command := next_step(findings):
            print(f"\nNext\n{INDENT}{command}")
    return 0 if good else 1


def _terminal_width() -> int:
    try:
        return max(40, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return 100


def table(findings: Sequence[Finding], width: int, colours: bool) -> str:
    """Format the findings as text, by group, each with its fixes; ``width`` is in characters."""
    lines: list[str] = []
    group = ""
    for each in findings:
        if each.group != group:
            group = each.group
            lines += [*([""] if lines else []), group]
        mark = MARKS[each.status]
        if colours:
            mark = f"\x1b[{COLOURS[each.status]}m{mark}\x1b[0m"
        first, *rest = textwrap.wrap(each.message, width - len(INDENT), break_long_words=False, break_on_hyphens=False)
        lines += [f"  {mark} {first}", *(INDENT + line for line in rest)]
        lines += [f"{INDENT}{'try:' if index == 0 else 'or: '} {fix}" for index, fix in enumerate(each.fixes)]
        if each.status == "problem":
            lines += [f"{INDENT}| {line}" for line in each.facts.get("log", [])]
    return "\n".join(lines)
