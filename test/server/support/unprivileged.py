"""Python as a user without any rights, for tests that run as root."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

NOBODY = 65534

REPOSITORY = Path(__file__).parents[3]


def become(uid: int, gid: int) -> tuple[str, ...]:
    """Return what begins the argv of a program that another user runs."""
    return ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--")


BECOME_NOBODY = become(NOBODY, NOBODY)


def python_of(prefix: tuple[str, ...]) -> str:
    """Return a Python of our version that the user of `become` may run; skip the test if there is none."""
    for python in (sys.executable, "/usr/bin/python3"):  # root's own may lie where nobody else gets to
        probe = [*prefix, "env", python, "-c", "import sys; print(sys.version_info[:2])"]
        if subprocess.run(probe, capture_output=True, text=True).stdout.strip() == str(sys.version_info[:2]):
            return python
    pytest.skip("other users may run no Python of this version here")


def python_path() -> str:
    """Return the ``PYTHONPATH`` with which another Python finds our package and those that it needs."""
    return os.pathsep.join([*site.getsitepackages(), os.fspath(REPOSITORY)])


def as_nobody(code: str) -> str:
    """Return what the statements ``code`` print, run by nobody in a directory of everybody's."""
    argv = [*BECOME_NOBODY, "env", python_of(BECOME_NOBODY), "-c", code]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    result = subprocess.run(argv, capture_output=True, text=True, cwd="/", env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()
