"""What a backend lacks here, in words, and one command that brings it."""

from __future__ import annotations

from collections.abc import Iterable

from ..system.packages import install_commands, together
from .base import Program


def lacks(missing: Iterable[Program]) -> str:
    """Say in a sentence each what is missing, what is there but can't be loaded, and what no package mends."""
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
    """Return the commands of which each brings all that is ``missing``, the likeliest first."""
    every = list(missing)
    packaged = [each.mending() for each in every if each.mending()]
    others = filter(None, (each.install_command() for each in every if not each.mending()))
    rest = list(dict.fromkeys(others))
    commands = install_commands(together(packaged))
    if packaged and not commands:
        return rest
    return [" && ".join([command, *rest]) for command in commands] or ([" && ".join(rest)] if rest else [])


def command_for(missing: Iterable[Program]) -> str | None:
    """Return the first of them, or ``None`` where no package is known."""
    return next(iter(commands_for(missing)), None)
