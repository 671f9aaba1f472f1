"""A desktop's state: alive, stopping, usable; and files that are no state."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from jupyter_vnc_proxy.backends import Plan
from jupyter_vnc_proxy.desktops.state import DesktopState, load
from jupyter_vnc_proxy.errors import Conflict


@pytest.mark.parametrize(
    ("phase", "step", "alive", "stopping", "usable"),
    [
        ("starting", "display", True, False, False),
        ("running", None, True, False, True),
        ("running", "session", True, False, True),
        ("running", "stopping", True, True, False),
        ("starting", "stopping", True, True, False),
        ("stopped", None, False, False, False),
        ("failed", None, False, False, False),
    ],
)
def test_life_is_told_by_phase_and_step(
    phase: Any, step: str | None, alive: bool, stopping: bool, usable: bool
) -> None:
    state = DesktopState("work", phase, step, display=":7")
    assert (state.is_alive, state.is_stopping, state.is_usable) == (alive, stopping, usable)
    if usable:
        assert state.usable_display() == ":7"
    else:
        with pytest.raises(Conflict, match="not running"):
            state.usable_display()


def test_a_plans_properties_are_fields_of_the_state() -> None:
    properties = Plan(()).properties()
    assert properties.keys() <= {each.name for each in fields(DesktopState)}
    assert {name: getattr(DesktopState("work"), name) for name in properties} == properties


@pytest.mark.parametrize(
    "damage", [{"full_chroma": "yes"}, {"scale": "2"}, {"x_screenshots": None}, {"resize_through": 1}]
)
def test_a_property_of_another_type_is_damage(tmp_path: Path, damage: dict[str, object]) -> None:
    file = tmp_path / "desktop.json"
    file.write_text(json.dumps({**asdict(DesktopState("work", "running")), **damage}))
    error = load(file, "work").error
    assert error is not None
    assert error["code"] == "state-damaged"


def test_the_state_of_an_older_version_is_read(tmp_path: Path) -> None:
    old = asdict(DesktopState("work", "running"))
    for name in ("full_chroma", "x_screenshots", "resize_through"):
        del old[name]
    (tmp_path / "desktop.json").write_text(json.dumps(old))
    assert load(tmp_path / "desktop.json", "work").phase == "running"
