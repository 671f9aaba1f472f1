"""Rights and their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_vnc_proxy.rfb.rights import Right, parse_rights, right_names

NAMES = ["see", "keys", "pointer", "clipboard-in", "clipboard-out", "resize", "hear", "speak"]


def test_each_right_has_a_name() -> None:
    assert right_names(Right.ALL) == NAMES
    assert right_names(Right.VIEW) == ["see", "hear"]
    assert right_names(Right(0)) == []


@given(st.lists(st.sampled_from(NAMES)))
def test_names_become_rights_and_back(names: list[str]) -> None:
    assert right_names(parse_rights(names)) == [name for name in NAMES if name in names]


@pytest.mark.parametrize("name", ["", "all", "SEE", "clipboard", "clipboard_in"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a right"):
        parse_rights(["see", name])
