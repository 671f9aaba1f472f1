"""Our own Python programs import nothing from the current directory, whatever it contains."""

from __future__ import annotations

import ast
import os
import site
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
from jupyter_vnc_proxy.runner.diagnosis import process_failed
from jupyter_vnc_proxy.system.environment import user_environment
from jupyter_vnc_proxy.system.own_python import hidden_module, own_python, own_python_code

PROGRAMS = (
    "jupyter_vnc_proxy",
    "jupyter_vnc_proxy.stream",
    "jupyter_vnc_proxy.backends.programs.sway",
    "jupyter_vnc_proxy.backends.programs.rdp_client",
    "websockify",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a file for each module of the standard library, and of our dependencies."""
    directory = tmp_path_factory.mktemp("hostile")
    dependencies = {"numpy", "xcffib", "PIL", "websockify", "jupyter_vnc_proxy", "pixelflux"}
    for name in {*sys.stdlib_module_names, *dependencies, "sitecustomize", "usercustomize"}:
        (directory / f"{name}.py").write_text(f"import os\nos.write(2, b'HOSTILE {name}')\nos._exit(77)\n")
    (directory / "lib").symlink_to(directory)
    return directory


def run(argv: Sequence[str], directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(directory), **variables}
    return subprocess.run(argv, cwd=directory, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("module", PROGRAMS)
def test_no_program_of_ours_imports_from_the_current_directory(module: str, hostile: Path) -> None:
    done = run([*own_python(module), "--help"], hostile)
    assert done.returncode == 0, done.stderr
    assert "HOSTILE" not in done.stderr
    assert "usage" in done.stdout.lower()


@pytest.mark.parametrize("entries", ["", ":", ":/nowhere", ".", "lib", "./lib:/nowhere", "{here}", "/nowhere:{here}/"])
def test_no_entry_of_pythonpath_leads_to_the_current_directory_or_home(entries: str, hostile: Path) -> None:
    python_path = entries.format(here=hostile)
    for argv in ([*own_python("jupyter_vnc_proxy"), "--help"], own_python_code("import random, numpy")):
        done = run(argv, hostile, PYTHONPATH=python_path)
        assert (done.returncode, done.stderr) == (0, "")
        done = run(argv, Path("/"), PYTHONPATH=python_path, HOME=str(hostile))
        assert (done.returncode, done.stderr) == (0, "")


def test_no_directory_of_pythonpath_hides_the_standard_library(hostile: Path) -> None:
    done = run(own_python_code("import random, secrets"), Path("/"), PYTHONPATH=str(hostile))
    assert (done.returncode, done.stderr) == (0, "")


def test_packages_of_pythonpath_and_of_the_users_site_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "at_my_place.py").touch()
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "for_me_alone.py").touch()
    mine = {"PYTHONPATH": str(tmp_path / "mine")}
    assert run(own_python_code("import at_my_place"), Path("/"), **mine).returncode == 0
    assert run(own_python_code("import for_me_alone"), Path("/")).returncode == 1
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "user")])
    assert run(own_python_code("import for_me_alone"), Path("/")).returncode == 0


@pytest.mark.parametrize("python_path", ["", ":x", ".", "lib:/opt/mine:"])
def test_children_get_pythonpath_as_it_was(python_path: str, tmp_path: Path) -> None:
    code = "import os; print([os.environ[name] for name in sorted(os.environ) if name.startswith('PYTHON')])"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**bare, "PYTHONPATH": python_path}
    for argv in (
        own_python_code(code),
        own_python_code(f"import subprocess\nsubprocess.run(['python3', '-c', {code!r}])"),
    ):
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert done.stdout == f"{[python_path]}\n"
    assert user_environment(environment)["PYTHONPATH"] == python_path


def test_a_failed_program_names_the_file_that_hides_a_module(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("")
    done = run(own_python_code("import numpy; numpy.zeros(1)"), Path("/"), PYTHONPATH=str(tmp_path))
    log = done.stderr.splitlines()
    assert hidden_module(log) == (str(tmp_path / "numpy.py"), "numpy")
    error = process_failed("vnc", "ended while starting (exit status 1)", log)
    assert error.code == "module-hidden"
    assert f"The file {tmp_path}/numpy.py is imported in place of the module numpy" in error.message
    assert hidden_module(run(own_python_code("raise ValueError"), Path("/")).stderr.splitlines()) is None


def test_a_desktop_whose_runner_cannot_start_says_which_file_is_in_the_way(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "jupyter_vnc_proxy"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("raise ImportError('this is another package')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    desktop = Desktop(runtime / "work")
    desktop.start(DesktopOptions(), orphan_timeout=5)
    assert desktop._spawned is not None
    desktop._spawned.wait(60)
    error = desktop.state().error
    assert error is not None
    assert error["code"] == "module-hidden"
    assert str(package / "__init__.py") in error["message"]
    (desktop.log_directory / "runner.log").unlink()  # the fixture allows no tracebacks


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


def test_nothing_else_starts_a_python() -> None:
    package = Path(jupyter_vnc_proxy.__file__).parent
    users = set()
    for file in package.rglob("*.py"):
        tree = ast.parse(file.read_text())
        assert "-m" not in {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}, file
        if any(isinstance(node, ast.Attribute) and node.attr == "executable" for node in ast.walk(tree)):
            users.add(str(file.relative_to(package)))
    # Which name it in a command, ask for its environment, or have a terminal's shell started without the package.
    others = {
        *("backends/module.py", "desktops/recordings/requirements.py", "sound/encoder.py"),
        *("server/recordings/process.py", "system/module_check.py"),
        "server/terminals/preferences.py",
    }
    assert users == {"system/own_python.py", *others}
