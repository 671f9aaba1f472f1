"""The image's packages have versions that this package allows, and each of them is pinned."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import pin_versions

ROOT = Path(__file__).parents[2]
PINS = dict(line.split("==") for line in pin_versions.FILE.read_text().splitlines() if not line.startswith("#"))
UNCHECKED = {"packaging", "setuptools"}
"""What is used by its public interface alone, so that no newer version is expected to break it."""


@pytest.mark.parametrize("requirement", pin_versions.declared(), ids=str)
def test_each_requirement_has_an_upper_bound_and_a_pin_within_its_bounds(requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    assert PINS[name] in requirement.specifier
    if name not in UNCHECKED:
        assert any(each.operator in ("<", "<=", "==", "~=") for each in requirement.specifier), "no upper bound"


def required_by_some_pythons() -> set[str]:
    """Return the packages that others require depending on Python's version, such as backports."""
    found = set()
    for name in PINS:
        try:
            texts = requires(name) or []
        except PackageNotFoundError:  # it is such a package
            continue
        found |= {each.name for each in map(Requirement, texts) if "python_" in str(each.marker)}
    return {canonicalize_name(name) for name in found}


def test_everything_that_is_required_is_pinned() -> None:
    required = {name for name, _ in pin_versions.closure(pin_versions.declared())}
    # The pins are of one version of Python; the tests run with others, too.
    assert (required ^ PINS.keys()) - required_by_some_pythons() == set(), "run scripts/pin_versions.py"


def test_the_image_installs_the_pinned_versions_on_a_base_that_can_be_pinned() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^ARG CONSTRAINTS=(.*)$", text, re.MULTILINE) == ["constraints.txt"]
    assert 'PIP_CONSTRAINT="/src/${CONSTRAINTS}"' in text
    lines = text.replace("\\\n", " ").splitlines()
    commands = [line for line in lines if re.search(r"^RUN.*pip (install|wheel) ", line)]
    assert len(commands) == 2
    for line in commands:
        assert "PIP_CONSTRAINT=" in line or "--constraint /tmp/wheels/constraints.txt" in line, line
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${BASE}"}
