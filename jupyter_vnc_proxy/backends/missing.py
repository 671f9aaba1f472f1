"""The programs that a backend lacks here: in a sentence, and as one command that installs them."""

from __future__ import annotations

from collections.abc import Iterable

from ..system.packages import install_commands, merge_packages
from .base import Program


def describe_missing(missing: Iterable[Program]) -> str:
    """Return sentences on what is not installed, what can't be loaded, and which requirement no package can meet."""
    absent: list[str] = []
    sentences: list[str] = []
    for program in missing:
        named = f"{program.names[0]} ({program.purpose})"
        if program.obstacle:
            sentences.append(f"{program.obstacle}.")
        elif problem := program.problem():
            sentences.append(f"{named} can't be loaded: {problem}.")
        else:
            absent.append(named)
    if absent:
        sentences.insert(0, f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed.")
    return " ".join(sentences)


def commands_for(missing: Iterable[Program]) -> list[str]:
    """Return alternative commands, each of which installs everything in ``missing``; the likeliest first."""
    every = list(missing)
    packaged = [each.required_packages() for each in every if each.required_packages()]
    others = filter(None, (each.install_command() for each in every if not each.required_packages()))
    rest = list(dict.fromkeys(others))
    commands = install_commands(merge_packages(packaged))
    if packaged and not commands:
        return rest
    return [" && ".join([command, *rest]) for command in commands] or ([" && ".join(rest)] if rest else [])


def command_for(missing: Iterable[Program]) -> str | None:
    """Return the first of `commands_for`, or ``None`` if no package is known."""
    return next(iter(commands_for(missing)), None)
