"""Checks whether an extension module can be loaded, without loading it into this process."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
import sys

from .environment import program_environment
from .own_python import bare_python

NOT_LOADED = 3
"""Exit status of `PROBE` if the loader fails; it prints the loader's message."""

PROBE = f"""
import _ctypes, sys
try:
    _ctypes.dlopen(sys.argv[1], 2)
except OSError as error:
    print(error)
    sys.exit({NOT_LOADED})
"""
"""Loads a library as an import does (2 is RTLD_NOW, from <dlfcn.h>), without running any of its Python."""

PROBE_TIMEOUT = 10.0
"""Seconds; a module that takes longer counts as loadable, and the process that imports it will report any error."""

MISSING = "is missing"
"""The end of a `load_problem` about a shared library that isn't installed."""

SUFFIXES = (".so", ".pyd")


def find_module(name: str) -> str | None:
    """Return the file that this interpreter would import for ``name``, a top-level module, or ``None``."""
    spec = importlib.util.find_spec(name)
    return spec.origin if spec is not None else None


def load_problem(file: str) -> str | None:
    """Return why the extension module ``file`` can't be loaded, as in ``libgbm.so.1 is missing``; ``None`` if it can.

    A short-lived process of the same interpreter calls the loader, which takes some 15 ms and leaves none of the
    library's memory and threads here. Success is cached; a failure may be fixed while this process runs.
    """
    if not file.endswith(SUFFIXES):
        return None
    try:
        _load(file)
    except OSError as error:
        missing = re.match(r"(\S+): cannot open shared object file", str(error))
        return f"{missing[1]} {MISSING}" if missing else str(error)
    return None


@functools.cache
def _load(file: str) -> None:
    """Load ``file`` in another process; raise ``OSError`` with the loader's message if it fails."""
    argv = [*bare_python(PROBE), file]
    try:
        env = program_environment(sys.executable, os.environ)  # of the process that will import it
        probe = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=PROBE_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return
    if probe.returncode == NOT_LOADED:
        raise OSError(probe.stdout.strip())
    if probe.returncode < 0:
        raise OSError(f"the loader ended with signal {-probe.returncode}")
