"""The environment of a desktop's processes: no other session; the system's libraries for the system's programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.system.environment import (
    OTHER_SESSION,
    SYSTEM_PATH,
    conda_prefixes,
    find_program,
    program_environment,
    search_path,
    user_environment,
)
from jupyter_vnc_proxy.system.inheritance.variables import MODULE_PATHS

CONDA = {"CONDA_PREFIX": "/opt/conda/envs/lab"}
PYTHON = "/opt/python/bin/python3"
"""A Python that isn't the system's."""


@pytest.mark.parametrize("variable", [*MODULE_PATHS, "LD_LIBRARY_PATH"])
def test_conda_libraries_are_no_concern_of_our_own_python(variable: str) -> None:
    mixed = {**CONDA, variable: "/opt/conda/envs/lab/lib:/home/me/lib:/opt/conda/envs/lab"}
    assert program_environment(PYTHON, mixed)[variable] == "/home/me/lib"
    assert variable not in program_environment(PYTHON, {**CONDA, variable: "/opt/conda/envs/lab/lib"})


def test_a_directory_that_only_begins_alike_is_not_within() -> None:
    alike = {**CONDA, "LD_LIBRARY_PATH": "/opt/conda/envs/lab2/lib"}
    assert program_environment(PYTHON, alike)["LD_LIBRARY_PATH"]


def test_a_python_of_a_module_keeps_its_library_path() -> None:
    assert program_environment(PYTHON, {"LD_LIBRARY_PATH": "/opt/x/lib"})["LD_LIBRARY_PATH"] == "/opt/x/lib"


def test_a_python_that_is_part_of_conda_counts_where_nothing_is_activated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "conda-meta").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert conda_prefixes({}) == [tmp_path]
    assert "LD_LIBRARY_PATH" not in program_environment(PYTHON, {"LD_LIBRARY_PATH": str(tmp_path / "lib")})


@pytest.mark.parametrize("variable", OTHER_SESSION)
def test_traces_of_another_session_are_dropped(variable: str) -> None:
    assert variable not in user_environment({variable: "something", "HOME": "/home/me"})


def test_what_the_user_starts_sees_everything_else_as_it_is() -> None:
    kept = {
        **CONDA,
        "HOME": "/home/me",
        "LANG": "de_DE.UTF-8",
        "LD_LIBRARY_PATH": "/opt/conda/envs/lab/lib:/opt/x",
        "MY_TOKEN": "x",
        "PATH": "/opt/conda/envs/lab/bin:/home/me/bin:/usr/bin:/bin",
        "PYTHONPATH": "/home/me/modules",
        "XDG_RUNTIME_DIR": "/run/user/1000",
    }
    assert user_environment(kept).items() >= kept.items()


def test_the_environment_that_was_given_is_not_changed() -> None:
    given_environment = {**CONDA, "LD_LIBRARY_PATH": "/opt/conda/envs/lab/lib", "DBUS_SESSION_BUS_ADDRESS": "x"}
    before = dict(given_environment)
    user_environment(given_environment)
    program_environment(PYTHON, given_environment)
    program_environment("/usr/bin/Xvfb", given_environment)
    assert given_environment == before


ENTRIES = st.lists(st.sampled_from(["", "/opt/conda/bin", "/home/me/bin", "/usr/bin", "/bin", "relative"]), max_size=6)


@given(ENTRIES.map(os.pathsep.join))
def test_the_path_begins_with_the_systems_and_holds_the_users_once_in_order(path: str) -> None:
    entries = search_path(path).split(os.pathsep)
    assert tuple(entries[: len(SYSTEM_PATH)]) == SYSTEM_PATH
    assert len(entries) == len(set(entries))
    users = [entry for entry in dict.fromkeys(path.split(os.pathsep)) if entry and entry not in SYSTEM_PATH]
    assert entries[len(SYSTEM_PATH) :] == users


def test_our_own_programs_are_the_systems_and_else_the_users(tmp_path: Path) -> None:
    for name in ("sh", "only-mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert find_program("sh", f"{tmp_path}:/bin") in ("/usr/bin/sh", "/bin/sh")
    assert find_program("only-mine", str(tmp_path)) == str(tmp_path / "only-mine")
    assert find_program("nobody-has-this", str(tmp_path)) == "nobody-has-this"
