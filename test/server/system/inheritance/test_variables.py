"""Variables that replace a part of the system: found, named, and without effect on the system's programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jupyter_vnc_proxy.system.inheritance.libraries import is_of_system, system_library_directories
from jupyter_vnc_proxy.system.inheritance.variables import (
    MODULE_PATHS,
    SCHEMAS,
    SCRIPT_PATHS,
    changes,
    for_system_programs,
    shadows,
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A directory with another C library of the system's name, which no program could use."""
    (tmp_path / "libc.so.6").write_bytes(b"not a library")
    return tmp_path


def test_a_library_path_that_replaces_one_is_named_with_the_library(old: Path) -> None:
    (shadow,) = shadows({"LD_LIBRARY_PATH": f"/usr/lib:{old}"})
    assert shadow == ("LD_LIBRARY_PATH", str(old), "libc.so.6")
    assert str(shadow) == f"LD_LIBRARY_PATH has {old}, which replaces libc.so.6"


def test_the_system_comes_before_it_and_the_rest_is_still_found(old: Path) -> None:
    environment = for_system_programs({"LD_LIBRARY_PATH": f"{old}:/opt/other", "PATH": "/usr/bin:/bin"})
    system = os.pathsep.join(system_library_directories())
    assert environment["LD_LIBRARY_PATH"] == f"{system}:{old}:/opt/other"
    broken = subprocess.run(["/bin/true"], env={"LD_LIBRARY_PATH": str(old)}, capture_output=True)
    assert broken.returncode != 0
    subprocess.run(["/bin/true"], env=environment, check=True)


def test_a_library_path_that_replaces_nothing_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "libmine.so.1").touch()
    environment = {"LD_LIBRARY_PATH": f"{tmp_path}:/no/such/directory"}
    assert shadows(environment) == []
    assert for_system_programs(environment) == environment


@pytest.mark.parametrize("variable", MODULE_PATHS)
def test_modules_from_elsewhere_are_removed_and_the_systems_stay(variable: str) -> None:
    environment = for_system_programs({variable: "/opt/spack/x:/usr/lib/y"})
    assert environment[variable] == "/usr/lib/y"
    assert variable not in for_system_programs({variable: "/opt/spack/x"})
    assert [each.variable for each in shadows({variable: "/opt/spack/x"})] == [variable]


@pytest.mark.parametrize("variable", SCRIPT_PATHS)
def test_modules_of_scripts_are_removed_only_for_sessions_with_scripts(variable: str) -> None:
    environment = {variable: "/opt/modules"}
    assert for_system_programs(environment) == environment
    assert for_system_programs(environment, scripts=True) == {}


def test_preloaded_libraries_stay_only_if_they_are_the_systems() -> None:
    value = "/opt/conda/lib/libstdc++.so.6 /usr/lib/libnss_wrapper.so:libjemalloc.so.2"
    assert for_system_programs({"LD_PRELOAD": value})["LD_PRELOAD"] == "/usr/lib/libnss_wrapper.so:libjemalloc.so.2"


def test_data_directories_keep_their_order_and_the_systems_are_never_missing() -> None:
    environment = for_system_programs({"XDG_DATA_DIRS": "/home/me/share", "XDG_CONFIG_DIRS": "/home/me/xdg:/etc/xdg/"})
    assert environment["XDG_DATA_DIRS"] == "/home/me/share:/usr/local/share:/usr/share"
    assert environment["XDG_CONFIG_DIRS"] == "/home/me/xdg:/etc/xdg/"
    assert for_system_programs({}) == {}


def test_schemas_of_another_gtk_come_after_the_systems(tmp_path: Path) -> None:
    (tmp_path / SCHEMAS).parent.mkdir(parents=True)
    (tmp_path / SCHEMAS).touch()
    environment = {"XDG_DATA_DIRS": f"{tmp_path}:/usr/share"}
    assert for_system_programs(environment)["XDG_DATA_DIRS"] == f"/usr/share:/usr/local/share:{tmp_path}"
    assert shadows(environment) == [("XDG_DATA_DIRS", str(tmp_path), SCHEMAS)]


def test_changes_restore_what_was() -> None:
    user, session = {"A": "1", "B": "2", "C": "3"}, {"A": "1", "B": "9", "D": "4"}
    assert changes(user, session) == {"B": "2", "C": "3", "D": None}


def test_a_relative_entry_and_a_parent_directory_are_not_the_systems() -> None:
    assert is_of_system("/usr/lib/x")
    assert is_of_system("/lib64")
    assert not is_of_system("lib")
    assert not is_of_system("/usr/../home/me/lib")
    assert not is_of_system("/usrlocal")
