"""Whether an extension module can be loaded, with the real loader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.standins import break_engine

from jupyter_vnc_proxy.system import module_check
from jupyter_vnc_proxy.system.module_check import find_module, load_problem

LOOK = """
from jupyter_vnc_proxy.system.module_check import find_module, load_problem
file = find_module("pixelflux")
assert file is not None and file.endswith(".so")
assert load_problem(file) is None
assert "pixelflux" not in open("/proc/self/maps").read()
assert find_module("no_such_module_anywhere") is None
"""


def test_a_module_is_found_and_loads_without_being_loaded_here() -> None:
    subprocess.run([sys.executable, "-c", LOOK], check=True)


def test_a_module_of_python_has_nothing_to_load() -> None:
    assert load_problem("/nowhere/module.py") is None


def test_a_library_that_is_missing_is_named_and_may_be_brought_meanwhile(runtime: Path) -> None:
    break_engine(runtime)
    (broken,) = runtime.glob("*.so")
    assert load_problem(str(broken)) == "libgbm.so.9 is missing"
    assert load_problem(str(broken)) == "libgbm.so.9 is missing"
    broken.write_bytes(Path(find_module("pixelflux") or "").read_bytes())
    assert load_problem(str(broken)) is None


def test_what_is_no_library_is_told_in_the_loaders_words(runtime: Path) -> None:
    file = runtime / "thing.so"
    file.write_bytes(b"nothing that runs" * 100)
    assert "invalid ELF header" in (load_problem(str(file)) or "")


def test_what_loads_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    file = find_module("pixelflux") or ""
    assert load_problem(file) is None
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert load_problem(file) is None


@pytest.mark.parametrize(
    ("probe", "timeout", "expected"),
    [
        ("import time; time.sleep(60)", 0.5, None),
        ("import sys; sys.exit(1)", 60.0, None),
        ("import os; os.abort()", 60.0, "signal 6"),
    ],
)
def test_a_probe_that_goes_wrong_itself_forbids_nothing_but_a_crash_does(
    monkeypatch: pytest.MonkeyPatch, runtime: Path, probe: str, timeout: float, expected: str | None
) -> None:
    monkeypatch.setattr(module_check, "PROBE", probe)
    monkeypatch.setattr(module_check, "PROBE_TIMEOUT", timeout)
    problem = load_problem(str(runtime / "thing.so"))
    assert problem is None if expected is None else expected in (problem or "")
