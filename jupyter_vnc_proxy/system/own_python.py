"""The command lines of our own Python programs, which import nothing from the current directory.

``python -m`` puts the current directory first on ``sys.path``, so a file there that is named like a module of the
standard library (``random.py``) would run in its place. The option ``-P`` prevents it from Python 3.11 on; before, and
for relative entries of ``PYTHONPATH`` (an empty one is the current directory), the first statement of the program does.
The environment stays as it is, because kernels and sessions inherit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The directory that our package is imported from."""

SAFE_FLAGS = ("-P",) if sys.version_info >= (3, 11) else ()

SAFE_PATH = (
    "import os, sys; sys.path[:] = [each for each in sys.path if each]; "  # both are imported already
    "relative = [each for each in os.environ.get('PYTHONPATH', '').split(os.pathsep) if not os.path.isabs(each)]; "
    "unsafe = [os.path.abspath(each) for each in relative if 'PYTHONPATH' in os.environ]; "
    "sys.path[:] = [each for each in sys.path if os.path.abspath(each) not in unsafe]; "
)
"""Removes the current directory from ``sys.path``. Without braces, because jupyter-server-proxy formats its command."""

RUN_MODULE = (
    "root = sys.argv[1]; del sys.argv[:2]; root in sys.path or sys.path.append(root); "
    "import runpy; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def own_python(module: str) -> tuple[str, ...]:
    """Return the argv that runs ``module`` as a program; append its arguments."""
    return (sys.executable, *SAFE_FLAGS, "-c", SAFE_PATH + RUN_MODULE, str(ROOT), module)


def own_python_code(code: str) -> tuple[str, ...]:
    """Return the argv that runs the statements ``code``, which begin on a line of their own."""
    return (sys.executable, *SAFE_FLAGS, "-c", f"{SAFE_PATH}\n{code}")
