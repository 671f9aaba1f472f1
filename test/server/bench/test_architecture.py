"""No module of the bench imports itself through others, no file is long, and no folder is large."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench.desktop.paths import REPOSITORY

BENCH = REPOSITORY / "bench"
MODULES = {
    file.relative_to(REPOSITORY).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): file
    for file in BENCH.rglob("*.py")
}


def imports(name: str) -> set[str]:
    """Return the modules of the bench that a module imports, anywhere in it."""
    found: set[str] = set()
    package = MODULES[name].parent.relative_to(REPOSITORY).parts
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found & MODULES.keys()


def reached(name: str) -> set[str]:
    """Return the modules of the bench that a module imports, directly or through others."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = imports(waiting.pop()) - seen
        seen |= new
        waiting += new
    return seen


def test_imports_are_found() -> None:
    assert {"bench.desktop.servers.jupyter_server", "bench.desktop.paths"} <= imports("bench.desktop.servers.peers")
    assert "bench.desktop.painter.stamp" in imports("bench.tight_client")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_imports_itself_through_others(name: str) -> None:
    assert name not in reached(name)


@pytest.mark.parametrize("file", sorted(BENCH.rglob("*.*")), ids=lambda file: file.relative_to(BENCH).as_posix())
def test_a_file_stays_readable(file: Path) -> None:
    if file.suffix in {".py", ".js", ".mjs"}:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


def test_no_folder_is_large() -> None:
    for folder in {file.parent for file in MODULES.values()}:
        assert len([file for file in folder.iterdir() if file.is_file()]) <= 15, folder
