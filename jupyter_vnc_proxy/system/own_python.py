"""Our own Python programs: their command lines, and the first code that they run.

A file in the current directory that is named like a module of the standard library (``random.py``), or
``sitecustomize.py``, would run in a Python that is started as usual. Ours start isolated (``-I``): without that
directory, the variables ``PYTHON…`` and the user's site directory. Then this file, as a script, adds what may be
imported: the absolute entries of ``PYTHONPATH``, after the standard library, the user's site directory, and the
directory of our package. The environment stays as it is, because kernels and sessions inherit it.
"""

from __future__ import annotations

import importlib.machinery
import os
import re
import runpy
import site
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = os.fspath(Path(__file__).resolve().parents[2])
"""The directory that our package is imported from."""

NO_USER_SITE = "-"

IN_PLACE = "is imported in place of the module"
"""Joins a file and a module in the line that a failed program writes."""


def own_python(module: str) -> tuple[str, ...]:
    """Return the argv that runs ``module`` as a program; append its arguments."""
    filters = os.environ.get("PYTHONWARNINGS", "")  # an isolated Python would ignore it
    warnings = [f"-W{each}" for each in filters.split(",") if each]
    return (sys.executable, "-I", *warnings, os.path.abspath(__file__), _user_site(), module)


def own_python_code(code: str) -> tuple[str, ...]:
    """Return the argv that runs the statements ``code``, which may import what our programs import."""
    return (*own_python("-c"), code)


def bare_python(code: str) -> tuple[str, ...]:
    """Return the argv that runs the statements ``code`` with the standard library only; append its arguments."""
    return (sys.executable, "-I", "-S", "-c", code)


def _user_site() -> str:
    """Return the user's site directory if this process imports from it, else `NO_USER_SITE`."""
    directory = site.getusersitepackages()
    return directory if directory in sys.path else NO_USER_SITE


def hidden_module(log: Iterable[str]) -> tuple[str, str] | None:
    """Return the file and the module that a failed program of ours names in its log as hidden by it, or ``None``."""
    for line in log:
        match = re.fullmatch(rf"\s*(/.+) {IN_PLACE} (\w+)\s*", line)
        if match is not None:
            return match[1], match[2]
    return None


def explain_hidden_module(file: str, module: str) -> str:
    """Return a sentence on a file that our programs import in place of an installed module."""
    return f"The file {file} {IN_PLACE} {module}; rename it, or remove its directory from PYTHONPATH."


# -- in the new process -----------------------------------------------------------------------------------------------


def load_asyncio() -> None:
    """Import asyncio without TLS, as in a Python without it: a desktop's programs use none.

    That saves each of them 10 ms of CPU time and 1.3 MB. The module ``ssl`` can be imported afterwards.
    """
    if "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # its import raises ImportError (importlib's reference)
    try:
        import asyncio

        del asyncio
    finally:
        del sys.modules["ssl"]


def usable_entries(python_path: str) -> list[str]:
    """Return the entries of ``PYTHONPATH`` that our programs use: absolute, not the current directory nor the home."""
    unwanted = {os.path.realpath(each) for each in (os.curdir, os.path.expanduser("~"))}
    entries = dict.fromkeys(entry for entry in python_path.split(os.pathsep) if os.path.isabs(entry))
    return [entry for entry in entries if os.path.realpath(entry) not in unwanted]


def extend_path(python_path: str, user_site: str) -> None:
    """Extend ``sys.path``: the standard library stays first, and our own package is found last."""
    sites = {os.path.realpath(each) for each in site.getsitepackages()}
    installed = next((n for n, each in enumerate(sys.path) if os.path.realpath(each) in sites), len(sys.path))
    sys.path[installed:installed] = usable_entries(python_path)
    if user_site != NO_USER_SITE:
        site.addsitedir(user_site)
    if ROOT not in sys.path:
        sys.path.append(ROOT)


def imported_in_place(python_path: str) -> dict[str, str]:
    """Return the imported files of ``PYTHONPATH`` that hide an installed module: file → module."""
    entries = set(usable_entries(python_path))
    others = [each for each in sys.path if each not in entries]
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is None or "." in name or not any(Path(file).is_relative_to(each) for each in entries):
            continue
        if importlib.machinery.PathFinder.find_spec(name, others) is not None:
            found[file] = name
    return found


def main() -> None:
    """Run the program of ``own_python.py USER_SITE (MODULE | -c CODE) …``.

    If it fails, write the files that are imported in place of an installed module.
    """
    python_path = os.environ.get("PYTHONPATH", "")
    user_site, module = sys.argv[1:3]
    extend_path(python_path, user_site)
    del sys.argv[:2]
    try:
        if module == "-c":
            exec(compile(sys.argv.pop(1), "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except BaseException as error:
        if not isinstance(error, SystemExit) or error.code:
            for file, name in imported_in_place(python_path).items():
                print(f"{file} {IN_PLACE} {name}", file=sys.stderr, flush=True)
        raise


if __name__ == "__main__":
    main()
