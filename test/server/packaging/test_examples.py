"""The examples, the Dockerfile and the recipe: consistent with the package, and valid as far as no build is needed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.archives import REPOSITORY, pip_version

from scripts import recipe_version

EXAMPLES = REPOSITORY / "examples"
DOCKERFILES = [REPOSITORY / "Dockerfile", EXAMPLES / "docker-stacks" / "Dockerfile"]
DEFINITION = EXAMPLES / "apptainer" / "desktop.def"
INSTALL = re.compile(r"apt-get install -y --no-install-recommends((?: [a-z0-9.+-]+)+)")


def run_packages() -> set[str]:
    """Return Debian's packages of a desktop."""
    lines = (REPOSITORY / "scripts/debian-packages.txt").read_text().splitlines()
    return {line.split()[1] for line in lines if line.startswith("run ")}


def joined(file: Path) -> str:
    """Return the text of a file, with its continued lines joined."""
    return re.sub(r"\s*\\\n\s*", " ", file.read_text())


def instructions(file: Path) -> list[tuple[str, str]]:
    """Return a Dockerfile's instructions: name, arguments."""
    lines = [line for line in joined(file).splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def check_shell(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def check_requirement(text: str) -> None:
    """Check that a requirement names this package and extras that it has."""
    requirement = Requirement(text)
    assert canonicalize_name(requirement.name) == "jupyter-vnc-proxy"
    metadata = importlib.metadata.metadata("jupyter-vnc-proxy")
    assert requirement.extras <= set(metadata.get_all("Provides-Extra") or [])


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_a_dockerfile_is_careful_with_bases_users_and_packages(file: Path) -> None:
    steps = instructions(file)
    assert {rest.split()[0] for name, rest in steps if name == "FROM"} == {"${BASE}"}, "anybody can set the base"
    assert [rest for name, rest in steps if name == "USER"][-1] not in ("root", "0")
    assert not any(name == "ADD" for name, _ in steps)
    for script in (rest for name, rest in steps if name == "RUN"):
        check_shell(script)
        if "apt-get" in script:
            assert "apt-get update &&" in script
            assert "--no-install-recommends" in script
            assert "rm -rf /var/lib/apt/lists/*" in script
        if "pip install" in script:
            assert "--no-cache-dir" in script
    for name, rest in steps:
        if name in ("CMD", "ENTRYPOINT"):
            json.loads(rest)  # not through a shell, which would not pass signals on


def test_each_example_installs_the_packages_of_a_desktop() -> None:
    assert set((EXAMPLES / "binder" / "apt.txt").read_text().split()) == run_packages()
    for file in (DOCKERFILES[1], DEFINITION):
        (installed,) = INSTALL.findall(joined(file))
        assert set(installed.split()) - {"python3", "python3-venv"} == run_packages()


def test_the_commands_of_the_documentation_install_the_packages_of_a_desktop() -> None:
    wayland = {"weston", "xwayland"}
    for page, left_out in (("README.md", {"xvfb", "x11vnc", *wayland}), ("docs/installation.md", wayland)):
        command = joined(REPOSITORY / page).partition("sudo apt-get install --no-install-recommends ")[2]
        assert set(command.partition("\n")[0].split()) == run_packages() - left_out, page


def test_each_example_installs_the_package_with_extras_that_it_has() -> None:
    check_requirement((EXAMPLES / "binder" / "requirements.txt").read_text().strip())
    (package,) = [rest for name, rest in instructions(DOCKERFILES[1]) if rest.startswith("PACKAGE=")]
    check_requirement(package.removeprefix("PACKAGE="))
    (quoted,) = re.findall(r"pip install --no-cache-dir '(.*)'", DEFINITION.read_text())
    check_requirement(quoted)


def test_binder_runs_a_script_last() -> None:
    script = EXAMPLES / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/bash\n")
    check_shell(script.read_text())


def test_the_sections_of_the_apptainer_definition_are_shell_scripts() -> None:
    header, *sections = re.split(r"^%", DEFINITION.read_text(), flags=re.MULTILINE)
    assert "Bootstrap: docker\nFrom: debian:" in header
    scripts = dict(section.split("\n", 1) for section in sections)
    assert set(scripts) == {"post", "environment", "runscript", "test"}
    for script in scripts.values():
        check_shell(script)


def test_a_new_version_reaches_the_recipe_as_pip_writes_it() -> None:
    text = recipe_version.with_version(recipe_version.RECIPE.read_text(), "2.0.0-rc.1")
    assert yaml.safe_load(text)["context"]["version"] == "2.0.0rc1"
    assert recipe_version.with_version(text, "2.0.0-rc.1") == text


def test_the_recipe_has_the_version_and_the_requirements_of_the_package() -> None:
    recipe = yaml.safe_load((REPOSITORY / "recipe" / "recipe.yaml").read_text())
    assert recipe["context"]["version"] == pip_version()
    metadata = importlib.metadata.metadata("jupyter-vnc-proxy")
    ours = {
        canonicalize_name(each.name): each.specifier
        for each in map(Requirement, metadata.get_all("Requires-Dist") or [])
        if not each.marker
    }
    theirs = {
        canonicalize_name(each.name): each.specifier
        for each in map(Requirement, recipe["requirements"]["run"][2:])  # after python and __linux
    }
    assert theirs == ours
    scripts = importlib.metadata.entry_points(group="console_scripts")
    assert recipe["build"]["python"]["entry_points"] == [
        f"{each.name} = {each.value}" for each in scripts if each.name.startswith("jupyter-vnc")
    ]
