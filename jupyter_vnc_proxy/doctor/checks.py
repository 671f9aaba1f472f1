"""The whole look: every finding, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Iterable

from . import directories, machine, programs
from .findings import Finding
from .jupyter import jupyter


def run_checks(runtime_dir: str = "") -> list[Finding]:
    """Return everything that is to be known without starting anything; takes a second or so, and blocks."""
    backends = programs.backends()
    return [
        *backends,
        programs.auto(backends),
        *programs.sessions(),
        directories.runtime(runtime_dir),
        directories.home(),
        directories.shared_memory(),
        directories.x11_directory(),
        directories.locks(),
        *machine.bus(),
        *machine.fonts(),
        machine.graphics(),
        machine.seccomp(),
        machine.container(),
        machine.lockers(),
        *jupyter(),
    ]


def can_run(findings: Iterable[Finding]) -> bool:
    """Tell whether a desktop can start, as far as the findings know."""
    return all(each.status != "problem" for each in findings)
