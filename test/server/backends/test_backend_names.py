"""No module outside ``backends/`` names a backend: what differs between them is in their plans and programs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import jupyter_vnc_proxy
from jupyter_vnc_proxy.backends import BUILT_IN

PACKAGE = Path(jupyter_vnc_proxy.__file__).parent

OTHER_MEANINGS = {
    "doctor/versions.py": {"x11vnc"},  # the program, whose version is read
    "runner/diagnosis.py": {"wayland"},  # conda's package of a library
    "stream/wayland/source.py": {"wayland"},  # a directory
    "server/sound/handler.py": {"stream"},  # as in the next
    "server/websocket.py": {"stream"},  # an attribute of tornado's connections
    "stream/wayland/weston.py": {"wayland"},  # a value of XDG_SESSION_TYPE
}
"""Strings that are spelt like a backend's name."""

MODULES = sorted(
    file.relative_to(PACKAGE).as_posix()
    for file in PACKAGE.rglob("*.py")
    if file.relative_to(PACKAGE).parts[0] not in ("backends", "labextension")
)

NAMED = re.compile(rf"({'|'.join(BUILT_IN)})( [a-z]+)?")
"""A backend's name, alone or with a transport."""


@pytest.mark.parametrize("module", MODULES)
def test_no_module_names_a_backend(module: str) -> None:
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {each for each in strings if NAMED.fullmatch(each)} == OTHER_MEANINGS.get(module, set())


def test_no_module_imports_a_backend() -> None:
    backend_modules = {factory.__module__.rpartition(".")[2] for factory in BUILT_IN.values()}
    for module in MODULES:
        for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                words = (node.module or "").split(".")
                names = {alias.name for alias in node.names}
                assert "backends" not in words or not {*words, *names} & backend_modules, module


def test_the_programs_know_no_backend() -> None:
    for file in (PACKAGE / "backends" / "programs").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level in (0, 1, 3), f"{file.name} imports {node.module} of backends"
