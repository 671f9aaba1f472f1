"""A Python module that a backend's own server needs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..system.module_check import MISSING, find_module, load_problem
from .base import Program

HOST_LIBRARIES = {"apt": "libgbm1 libpixman-1-0 libxkbcommon0", "dnf": "mesa-libgbm pixman libxkbcommon"}
"""The packages with the system libraries that pixelflux needs; its wheels bring the rest."""


@dataclass(frozen=True)
class Module(Program):
    """A required Python module that can be loaded; ``libraries`` are the packages that loading it needs."""

    libraries: Mapping[str, str] = field(default_factory=dict)

    def find(self) -> str | None:
        """Return the path of the first alternative that this interpreter would import, or ``None``."""
        return self._file if self.problem() is None else None

    def problem(self) -> str | None:
        """Return why an installed module can't be loaded, or ``None``."""
        return self._problem

    def install_command(self) -> str | None:
        """Return the command that installs it into this environment, or the library that it lacks."""
        if self.problem() is None:
            return f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"
        return super().install_command() or f"{sys.executable} -m pip install --force-reinstall {self.names[0]}"

    def required_packages(self) -> Mapping[str, str]:
        """Return the packages of the libraries that it lacks, if libraries are the problem."""
        problem = self.problem()
        return self.libraries if problem is not None and problem.endswith(MISSING) else {}

    @cached_property
    def _file(self) -> str | None:
        return next(filter(None, map(find_module, self.names)), None)

    @cached_property
    def _problem(self) -> str | None:
        return None if self._file is None else load_problem(self._file)


def stream_modules(engine_purpose: str) -> list[Module]:
    """Return the modules that `jupyter_vnc_proxy.stream` needs; ``engine_purpose`` says what pixelflux does in it."""
    return [
        Module(("numpy",), "the picture's arithmetic"),
        Module(("pixelflux",), engine_purpose, libraries=HOST_LIBRARIES),
    ]
