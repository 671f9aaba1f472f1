"""Runs all checks, and sorts their findings for reading."""

from __future__ import annotations

from collections.abc import Iterable

from ..system.inheritance.account import home_directory, may_enter
from ..system.packages import next_command
from . import directories, machine, programs
from .features.recording import recording
from .features.sound import sound
from .findings import Finding
from .jupyter import jupyter


def run_checks(runtime_dir: str = "") -> list[Finding]:
    """Return the findings of all checks that start no desktop. Blocks for about a second."""
    backends = programs.backends()
    return [
        *backends,
        programs.auto(backends),
        *programs.display(backends),
        *programs.sessions(),
        *sound(),
        directories.runtime(runtime_dir),
        *directories.planted(runtime_dir),
        directories.home(),
        *directories.inherited(),
        directories.shared_memory(),
        directories.x11_directory(),
        directories.locks(),
        *machine.bus(),
        *machine.shadowed(),
        *machine.fonts(),
        machine.scripts(),
        *machine.pictures(),
        recording(),
        machine.graphics(),
        machine.seccomp(),
        machine.container(),
        machine.lockers(),
        *(jupyter() if (home := home_directory()) and may_enter(home) else ()),  # Jupyter looks for its files there
    ]


def can_run(findings: Iterable[Finding]) -> bool:
    """Return whether a desktop can start, according to ``findings``."""
    return all(each.status != "problem" for each in findings)


def next_step(findings: Iterable[Finding]) -> str | None:
    """Return the one command that fixes all problems that a command fixes, or ``None``."""
    return next_command(each.fixes[0] for each in findings if each.status == "problem" and each.fixes)
