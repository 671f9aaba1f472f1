"""What a backend lacks here, in words, and one command that brings it."""

from __future__ import annotations

from collections.abc import Iterable

from .base import APT, Program


def lacks(missing: Iterable[Program]) -> str:
    """Say in a sentence each what is missing, and what is there but can't be loaded."""
    absent: list[str] = []
    sentences: list[str] = []
    for program in missing:
        named = f"{program.names[0]} ({program.purpose})"
        if problem := program.problem():
            sentences.append(f"{named} can't be loaded: {problem}.")
        else:
            absent.append(named)
    if absent:
        sentences.insert(0, f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed.")
    return " ".join(sentences)


def install_command(missing: Iterable[Program]) -> str | None:
    """Return one command that brings all that is ``missing``, or ``None`` where no package is known."""
    packages: list[str] = []
    commands: list[str] = []
    for command in dict.fromkeys(program.install_command() for program in missing):
        if command is not None and command.startswith(APT):
            packages.append(command.removeprefix(APT))
        elif command is not None:
            commands.append(command)
    if packages:
        commands.insert(0, APT + " ".join(packages))
    return " && ".join(commands) or None
