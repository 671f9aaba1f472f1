"""The parts of the program that records: its clock, its pictures, its files."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.displays import Display, paint
from support.recordings import play

from jupyter_vnc_proxy.desktops.recordings.files import publish
from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.recording.clock import Clock
from jupyter_vnc_proxy.recording.film import Film
from jupyter_vnc_proxy.recording.partial_file import PartialFile
from jupyter_vnc_proxy.recording.screen import Pixels, Screen, blend
from jupyter_vnc_proxy.stream.picture.framebuffer import Rectangle
from jupyter_vnc_proxy.system.randr.size import set_size
from jupyter_vnc_proxy.system.x_display import connect

RED, GREEN, BLACK = "ff0000", "00ff00", "000000"


def plain(width: int, height: int, colour: str) -> Pixels:
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = np.frombuffer(bytes.fromhex(colour), np.uint8)[::-1]
    return pixels


def test_the_clock_leaves_pauses_out() -> None:
    times = iter([0.0, 2.0, 5.0, 6.0])
    clock = Clock(lambda: next(times))
    clock.pause()
    clock.pause()
    assert (clock.seconds, clock.paused) == (2.0, True)
    clock.resume()
    assert (clock.seconds, clock.paused) == (3.0, False)


@pytest.mark.parametrize("media_format", ["mp4", "webm"])
def test_pictures_of_other_sizes_are_fitted_into_the_first(tmp_path: Path, media_format: str) -> None:
    path = tmp_path / "film"
    file = PartialFile(path)
    film = Film(file, media_format, 321, 201)
    for second, (size, colour) in enumerate([((321, 201), RED), ((642, 201), GREEN), ((100, 201), RED)]):
        film.add(plain(*size, colour), second)
    film.finish()
    file.close()
    played = play(path)
    assert [frame.shape for frame in played.frames] == [(202, 322, 3)] * 3
    assert played.shows(0, (10, 10), RED)
    assert played.shows(1, (160, 100), GREEN)
    assert played.shows(1, (160, 10), BLACK)
    assert played.shows(2, (160, 100), RED)
    assert played.shows(2, (10, 100), BLACK)
    assert played.times == pytest.approx([0, 1, 2], abs=0.001)


@pytest.mark.parametrize("media_format", ["mp4", "webm"])
def test_the_file_can_be_played_wherever_the_disk_was_full(
    tmp_path: Path, media_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(1)
    pictures = [noise.integers(0, 256, (120, 160, 4), np.uint8) for _ in range(12)]
    write, room = os.pwrite, 0

    def limited(descriptor: int, data: bytes, position: int) -> int:
        if position + len(data) > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data, position)

    monkeypatch.setattr(os, "pwrite", limited)
    lengths = []
    for room in itertools.count(1000, 9000):
        path = tmp_path / f"{room}"
        file = PartialFile(path)
        film = Film(file, media_format, 160, 120)
        failed = False
        try:
            for number, picture in enumerate(pictures):
                film.add(picture, number / 2)
        except OSError as error:
            failed = True
            assert error.errno == errno.ENOSPC
        try:
            film.finish()
        except OSError as error:
            failed = True
            assert error.errno == errno.ENOSPC
        file.close()
        assert file.size == path.stat().st_size <= room
        lengths.append(len(play(path).frames) if file.is_playable else 0)
        if not failed:
            break
    assert lengths[0] == 0
    assert lengths[-1] == len(pictures)
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 3


def test_a_file_never_replaces_another(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("other")
    for expected in ("a (2).mp4", "a (3).mp4"):
        partial = tmp_path / "a.mp4.part-1~"
        partial.write_text(expected)
        assert publish(partial, tmp_path / "a.mp4") == tmp_path / expected
        assert (tmp_path / expected).read_text() == expected
        assert not partial.exists()
    assert (tmp_path / "a.mp4").read_text() == "other"


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    test_a_file_never_replaces_another(tmp_path)


def test_the_pointer_is_drawn_over_the_picture() -> None:
    pixels = plain(4, 4, RED)
    shape = np.zeros((3, 3, 4), np.uint8)
    shape[0, 0] = (0, 255, 0, 255)
    shape[1, 1] = (100, 0, 0, 128)
    blend(pixels, shape, 1, 1)
    assert pixels[1, 1, :3].tolist() == [0, 255, 0]
    assert pixels[2, 2, :3].tolist() == [100, 0, 127]
    assert pixels[3, 3, :3].tolist() == [0, 0, 255]
    for x, y in ((-2, -2), (3, 3), (-9, 0), (0, 9)):
        blend(pixels, shape, x, y)


@pytest.fixture
def display(runtime: Path) -> Iterator[Display]:
    made = Display(runtime)
    yield made
    made.close()


@pytest.mark.parametrize("shares_memory", [True, False])
def test_the_screen_has_another_picture_if_something_was_drawn_or_its_size_has_changed(
    display: Display, shares_memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(display.name, display.xauthority)
    if not shares_memory:
        monkeypatch.setattr(screen, "_shared", None)
    assert screen.picture().shape == (1500, 2000, 4)
    screen.has_changed()  # takes what came before
    screen.picture()
    assert not screen.has_changed()
    paint(display, Rectangle(10, 20, 30, 40), 0xFF0000)
    assert screen.has_changed()
    picture = screen.picture()
    assert picture[20, 10, :3].tolist() == [0, 0, 255]
    assert picture[19, 10, :3].tolist() == [0, 0, 0]
    assert not screen.has_changed()
    connection = connect(display.name, display.xauthority)
    set_size(connection, Geometry(800, 600))
    connection.disconnect()
    assert screen.has_changed()
    assert screen.picture().shape == (600, 800, 4)
    screen.close()
