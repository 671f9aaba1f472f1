"""Several monitors on one display, as its programs see them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.displays import Display, listed_monitors

from jupyter_vnc_proxy.errors import Conflict
from jupyter_vnc_proxy.options import Area, Geometry
from jupyter_vnc_proxy.system.randr.monitors import set_monitors
from jupyter_vnc_proxy.system.randr.size import resize

LEFT, RIGHT = Area(0, 0, 900, 700), Area(900, 0, 800, 600)


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


def monitors(display: Display) -> list[str]:
    return listed_monitors(display.name, display.xauthority)


def test_programs_see_the_monitors_and_no_other(display: Display) -> None:
    set_monitors(display.name, display.xauthority, [LEFT, RIGHT], None)
    assert monitors(display) == ["900x700+0+0", "800x600+900+0"]
    heads = subprocess.run(
        ["xdpyinfo", "-ext", "XINERAMA"], env=display.environment(), capture_output=True, text=True, check=True
    ).stdout
    assert [line.strip() for line in heads.splitlines() if "head #" in line] == [
        "head #0: 900x700 @ 0,0",
        "head #1: 800x600 @ 900,0",
    ]


def test_they_can_be_changed_and_removed(display: Display) -> None:
    third = Area(1700, 0, 300, 200)
    set_monitors(display.name, display.xauthority, [LEFT, RIGHT, third], None)
    assert monitors(display) == ["900x700+0+0", "800x600+900+0", "300x200+1700+0"]
    set_monitors(display.name, display.xauthority, [Area(0, 0, 500, 400), Area(500, 0, 600, 500)], None)
    assert monitors(display) == ["500x400+0+0", "600x500+500+0"]
    set_monitors(display.name, display.xauthority, [], Geometry(640, 480))
    assert monitors(display) == ["640x480+0+0"]


def test_nothing_is_removed_where_there_are_none(display: Display) -> None:
    resize(display.name, display.xauthority, Geometry(640, 480))
    set_monitors(display.name, display.xauthority, [], Geometry(1000, 900))
    assert monitors(display) == ["640x480+0+0"]


def test_more_than_the_virtual_screen_is_refused_in_words_and_changes_nothing(display: Display) -> None:
    set_monitors(display.name, display.xauthority, [LEFT, RIGHT], None)
    with pytest.raises(Conflict, match="need 2100x700 pixels together") as raised:
        set_monitors(display.name, display.xauthority, [LEFT, Area(900, 0, 1200, 600)], None)
    assert raised.value.code == "desktop-too-large"
    assert monitors(display) == ["900x700+0+0", "800x600+900+0"]


def test_no_other_request_changes_their_size(display: Display) -> None:
    set_monitors(display.name, display.xauthority, [LEFT, RIGHT], None)
    with pytest.raises(Conflict) as raised:
        resize(display.name, display.xauthority, Geometry(640, 480))
    assert raised.value.code == "several-monitors"
    assert monitors(display) == ["900x700+0+0", "800x600+900+0"]
