"""The whole look: every finding, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Iterable

from . import places, programs, surroundings
from .findings import Finding
from .jupyter import jupyter


def examine(runtime_dir: str = "") -> list[Finding]:
    """Return everything that is to be known without starting anything; takes a second or so, and blocks."""
    backends = programs.backends()
    return [
        *backends,
        programs.auto(backends),
        *programs.sessions(),
        places.runtime(runtime_dir),
        places.home(),
        places.shared_memory(),
        places.x11_directory(),
        places.locks(),
        *surroundings.bus(),
        *surroundings.fonts(),
        surroundings.graphics(),
        surroundings.seccomp(),
        surroundings.container(),
        surroundings.lockers(),
        *jupyter(),
    ]


def can_run(findings: Iterable[Finding]) -> bool:
    """Tell whether a desktop can start, as far as the findings know."""
    return all(each.status != "problem" for each in findings)
