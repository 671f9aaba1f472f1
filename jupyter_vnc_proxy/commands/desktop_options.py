"""The options of a desktop as command-line arguments."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from ..errors import InvalidOption
from ..options import OPTIONS, DesktopOptions


def add_desktop_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of one desktop; those that were not given are ``None``."""
    defaults = DesktopOptions()
    for option in OPTIONS:
        if option.name == "session_command":
            parser.add_argument_group(
                "session", "After a word --, the session's command and arguments: … -- xterm -maximized"
            )
            parser.set_defaults(session_command=[])  # the command line fills it: argparse has no such list in a switch
            continue
        parser.add_argument(
            option.switch,
            dest=option.name,
            action="append" if option.name == "extra" else "store",
            type=float if option.read is float else str,
            metavar=option.metavar,
            help=option.help.format(default=getattr(defaults, option.name)),
        )


def read_desktop_options(arguments: argparse.Namespace, defaults: DesktopOptions) -> DesktopOptions:
    """Return ``defaults`` with the given options; raise `InvalidOption` for a bad geometry or backend option."""
    given = {each.name: getattr(arguments, each.name) for each in OPTIONS}
    changes = {name: value for name, value in given.items() if value not in (None, [])}
    if "extra" in changes:
        changes["extra"] = {**defaults.extra, **_pairs(changes["extra"])}
    return defaults.replaced(**{each.name: each.read(changes[each.name]) for each in OPTIONS if each.name in changes})


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs = dict[str, str]()
    for word in words:
        name, sign, pairs[name] = word.partition("=")
        if not sign:
            raise InvalidOption(f"The option {word!r} is not of the form NAME=VALUE.", code="bad-option")
    return pairs


def any_given(arguments: argparse.Namespace) -> bool:
    """Return whether any option of the desktop was given."""
    return any(getattr(arguments, each.name) not in (None, []) for each in OPTIONS)
