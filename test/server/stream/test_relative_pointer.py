"""Relative motion: programs that move the pointer themselves get what the hand does, and clients learn where it is."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.displays import Display
from support.stream import warper
from support.stream.clients import pointer, ready, set_encodings
from support.stream.raw_client import RawClient
from support.waiting import wait_until

from jupyter_vnc_proxy.rfb.encodings import PSEUDO_RELATIVE_POINTER, RELATIVE_ORIGIN
from jupyter_vnc_proxy.rfb.events import PointerEvent, PointerMotion

MIDDLE = (1000, 750)


def motion(dx: int, dy: int, buttons: int = 0) -> bytes:
    return pointer(buttons, RELATIVE_ORIGIN + dx, RELATIVE_ORIGIN + dy)


class Warper:
    """The program, and what it has printed."""

    def __init__(self, display: Display) -> None:
        self._process = subprocess.Popen(
            [sys.executable, warper.__file__], stdout=subprocess.PIPE, env=display.environment(), text=True
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        assert self._output.readline() == "shown\n"

    def read_until(self, line: str) -> list[str]:
        """Return the lines up to this one."""
        lines: list[str] = []
        while not lines or lines[-1] != line:
            lines.append(self._output.readline().strip())
            assert lines[-1], "the program has ended"
        return lines

    def close(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._output.close()


@pytest.fixture
def program(display: Display) -> Iterator[Warper]:
    made = Warper(display)
    yield made
    made.close()


class RelativeClient(RawClient):
    """A client that is told where the pointer is."""

    def __init__(self, path: Path, *encodings: int) -> None:
        super().__init__(path)
        self.places: list[tuple[int, int]] = []
        self.send(set_encodings(0, *encodings))

    def update(self, incremental: bool = True) -> None:
        self.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))
        kind, count = struct.unpack(">BxH", self._read(4))
        assert kind == 0
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
            if encoding == PSEUDO_RELATIVE_POINTER:
                self.places.append((x, y))
            else:
                self._read(width * height * 4)

    def place(self) -> tuple[int, int]:
        """Return where the pointer is, when that has been told."""
        known = len(self.places)
        while len(self.places) == known:
            self.update()
        return self.places[-1]


def test_a_program_that_warps_the_pointer_gets_what_the_hand_does(served: Path, program: Warper) -> None:
    client = RelativeClient(served, PSEUDO_RELATIVE_POINTER)
    assert client.place() == MIDDLE
    for _ in range(15):
        client.send(motion(10, -2))
    program.read_until("moved 150 -30")
    client.send(motion(0, 0, 1) + motion(0, 0, 0))
    assert program.read_until("buttons 0") == ["buttons 1", "buttons 0"]
    client.close()


def test_positions_are_absolute_again_when_the_client_says_so(served: Path, display: Display) -> None:
    client = RelativeClient(served, PSEUDO_RELATIVE_POINTER)
    client.place()
    client.send(motion(-3000, -3000) + motion(40, 30))
    while client.place() != (40, 30):
        pass
    watcher = RelativeClient(served, PSEUDO_RELATIVE_POINTER)
    client.send(set_encodings(0) + pointer(0, 300, 200))
    while watcher.place() != (300, 200):
        pass
    client.close()
    watcher.close()


def test_hostile_motion_keeps_the_pointer_on_the_screen(served: Path) -> None:
    client = RelativeClient(served, PSEUDO_RELATIVE_POINTER)
    client.place()
    client.send(pointer(0, 0xFFFF, 0xFFFF))
    while client.place() != (1999, 1499):
        pass
    client.send(pointer(0, 0, 0))
    while client.place() != (0, 0):
        pass
    client.close()


def test_a_client_that_goes_away_in_the_middle_of_a_motion_leaves_no_button_down(served: Path, program: Warper) -> None:
    client = RelativeClient(served, PSEUDO_RELATIVE_POINTER)
    client.place()
    client.send(motion(0, 0, 1) + motion(5, 0, 5)[:-1])
    assert program.read_until("buttons 1") == ["buttons 1"]
    client.close()
    assert program.read_until("buttons 0") == ["buttons 0"]


def test_a_client_that_announces_nothing_is_told_nothing(served: Path) -> None:
    client, other = RelativeClient(served, PSEUDO_RELATIVE_POINTER), RelativeClient(served)
    client.place()
    other.update(incremental=False)
    client.send(motion(-7, 0))
    client.place()
    assert other.places == []
    other.close()
    client.send(motion(-7, 0))
    assert wait_until(client.place)
    client.close()


@pytest.mark.parametrize(
    ("x", "y", "dx", "dy"), [(0x7FFF, 0x7FFF, 0, 0), (0, 0, -32767, -32767), (0xFFFF, 0x8000, 32768, 1)]
)
def test_a_position_is_a_motion_only_while_the_client_says_so(x: int, y: int, dx: int, dy: int) -> None:
    protocol = ready()
    assert protocol.receive(pointer(1, x, y)) == [PointerEvent(x, y, 1)]
    protocol.receive(set_encodings(PSEUDO_RELATIVE_POINTER))
    assert protocol.receive(pointer(1, x, y)[:-1]) == []
    assert protocol.receive(pointer(1, x, y)[-1:]) == [PointerMotion(dx, dy, 1)]
    protocol.receive(set_encodings())
    assert protocol.receive(pointer(1, x, y)) == [PointerEvent(x, y, 1)]
