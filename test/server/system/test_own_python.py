"""Our own Python programs import nothing from the current directory, whatever it contains."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import jupyter_vnc_proxy
from jupyter_vnc_proxy.backends.base import Paths
from jupyter_vnc_proxy.backends.websockify import websockify
from jupyter_vnc_proxy.desktops.desktop import Desktop
from jupyter_vnc_proxy.options import DesktopOptions
from jupyter_vnc_proxy.proxy.serverproxy import setup_desktop
from jupyter_vnc_proxy.system.own_python import own_python, own_python_code

PROGRAMS = (
    "jupyter_vnc_proxy",
    "jupyter_vnc_proxy.stream",
    "jupyter_vnc_proxy.backends.programs.sway",
    "jupyter_vnc_proxy.backends.programs.rdp_client",
    "websockify",
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A directory with a file for each module of the standard library, and of our dependencies."""
    names = {*sys.stdlib_module_names, "numpy", "xcffib", "PIL", "websockify", "jupyter_vnc_proxy", "pixelflux"}
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"import os\nos.write(2, b'HOSTILE {name}')\nos._exit(77)\n")
    return tmp_path


def run(argv: Sequence[str], directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(directory), **variables}
    return subprocess.run(argv, cwd=directory, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("module", PROGRAMS)
def test_no_program_of_ours_imports_from_the_current_directory(module: str, hostile: Path) -> None:
    done = run([*own_python(module), "--help"], hostile)
    assert done.returncode == 0, done.stderr
    assert "HOSTILE" not in done.stderr
    assert "usage" in done.stdout.lower()


def test_the_statement_alone_is_enough_for_older_pythons(hostile: Path) -> None:
    argv = [word for word in own_python("jupyter_vnc_proxy") if word != "-P"]
    assert run([*argv, "--help"], hostile).returncode == 0


def test_an_empty_entry_of_pythonpath_is_not_the_current_directory(tmp_path: Path) -> None:
    code = "import sys; print(sys.path)"
    shown = run(own_python_code(code), tmp_path, PYTHONPATH=f"/opt/mine{os.pathsep}").stdout
    assert "/opt/mine" in shown
    assert str(tmp_path) not in shown


def test_children_get_pythonpath_as_it_was(tmp_path: Path) -> None:
    code = "import os; print(os.environ['PYTHONPATH'], os.environ.get('PYTHONSAFEPATH'))"
    assert run(own_python_code(code), tmp_path, PYTHONPATH="/opt/mine:").stdout == "/opt/mine: None\n"


def test_the_page_server_and_websockify_are_started_that_way(runtime: Path) -> None:
    start = list(own_python("jupyter_vnc_proxy"))
    assert setup_desktop()["command"][: len(start)] == start
    paths = Paths(runtime, runtime / "rfb.sock", runtime / "Xauthority")
    assert websockify(paths).argv[: len(start)] == own_python("websockify")


def test_a_desktop_starts_in_a_directory_of_such_files(
    hostile: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("HOME", str(hostile))
    desktop = Desktop(runtime / "work")
    desktop.start(DesktopOptions(backend="unknown"), orphan_timeout=5)
    assert desktop._spawned is not None
    desktop._spawned.wait(60)
    said = (desktop.log_directory / "runner.log").read_text()
    assert "unknown" in said
    assert "HOSTILE" not in said


def test_nothing_else_builds_such_a_command_line() -> None:
    package = Path(jupyter_vnc_proxy.__file__).parent
    for file in package.rglob("*.py"):
        if file.name != "own_python.py":
            words = [node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)]
            assert "-m" not in words, file
