"""The environment of a desktop's processes: no conda, no other session, the system's directories first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.system.environment import (
    LOADER_VARIABLES,
    OTHER_SESSION,
    SYSTEM_PATH,
    clean_environment,
    conda_prefixes,
    search_path,
)

CONDA = {"CONDA_PREFIX": "/opt/conda/envs/lab"}


@pytest.mark.parametrize("variable", LOADER_VARIABLES)
def test_what_points_into_a_conda_environment_goes_and_the_users_own_stays(variable: str) -> None:
    mixed = {**CONDA, variable: "/opt/conda/envs/lab/lib:/home/me/lib:/opt/conda/envs/lab"}
    assert clean_environment(mixed)[variable] == "/home/me/lib"
    assert variable not in clean_environment({**CONDA, variable: "/opt/conda/envs/lab/lib"})


def test_a_directory_that_only_begins_alike_is_not_within() -> None:
    assert clean_environment({**CONDA, "LD_LIBRARY_PATH": "/opt/conda/envs/lab2/lib"})["LD_LIBRARY_PATH"]


def test_without_conda_the_users_library_path_is_left_alone() -> None:
    assert clean_environment({"LD_LIBRARY_PATH": "/opt/x/lib"})["LD_LIBRARY_PATH"] == "/opt/x/lib"


def test_a_python_that_is_part_of_conda_counts_where_nothing_is_activated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "conda-meta").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert conda_prefixes({}) == [tmp_path]
    assert "LD_LIBRARY_PATH" not in clean_environment({"LD_LIBRARY_PATH": str(tmp_path / "lib")})


@pytest.mark.parametrize("variable", OTHER_SESSION)
def test_traces_of_another_session_are_dropped(variable: str) -> None:
    assert variable not in clean_environment({variable: "something", "HOME": "/home/me"})


def test_everything_else_is_kept() -> None:
    kept = {"HOME": "/home/me", "LANG": "de_DE.UTF-8", "MY_TOKEN": "x", "XDG_RUNTIME_DIR": "/run/user/1000"}
    assert clean_environment(kept).items() >= kept.items()


def test_the_environment_that_was_given_is_not_changed() -> None:
    given_environment = {**CONDA, "LD_LIBRARY_PATH": "/opt/conda/envs/lab/lib", "DBUS_SESSION_BUS_ADDRESS": "x"}
    before = dict(given_environment)
    clean_environment(given_environment)
    assert given_environment == before


ENTRIES = st.lists(st.sampled_from(["", "/opt/conda/bin", "/home/me/bin", "/usr/bin", "/bin", "relative"]), max_size=6)


@given(ENTRIES.map(os.pathsep.join))
def test_the_path_begins_with_the_systems_and_holds_the_users_once_in_order(path: str) -> None:
    entries = search_path(path).split(os.pathsep)
    assert tuple(entries[: len(SYSTEM_PATH)]) == SYSTEM_PATH
    assert len(entries) == len(set(entries))
    users = [entry for entry in dict.fromkeys(path.split(os.pathsep)) if entry and entry not in SYSTEM_PATH]
    assert entries[len(SYSTEM_PATH) :] == users
