"""A screen's pixels and copies of them: what they contain, and the memory that they take."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from jupyter_vnc_proxy.stream.picture.framebuffer import Tiles, tile_flags
from jupyter_vnc_proxy.stream.picture.pixel_memory import PixelCopy, PixelMemory, Pixels

WIDTH, HEIGHT = 1000, 700
SIZE = WIDTH * HEIGHT * 4


def used_bytes(memory: PixelMemory) -> int:
    """Return the bytes that the file of ``memory``, and private pages of it, take in this process."""
    assert memory._file is not None
    inode = str(os.fstat(memory._file).st_ino)
    used, is_pixels = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            is_pixels = fields[4] == inode and "memfd:pixels" in line
        elif fields[0] == "Pss:" and is_pixels:
            used += 1024 * int(fields[1])
    return used


def picture(number: int) -> Pixels:
    """Return a picture of stripes, which can be compressed."""
    values = np.arange(HEIGHT, dtype=np.uint32) // 10 * 1000 + number
    return (
        np.ascontiguousarray(np.broadcast_to(values[:, np.newaxis], (HEIGHT, WIDTH)))
        .view(np.uint8)
        .reshape(HEIGHT, WIDTH, 4)
    )


def noise() -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


def draw(memory: PixelMemory, part: Pixels, left: int = 0, top: int = 0) -> Tiles:
    changed = tile_flags(WIDTH, HEIGHT)
    memory.update(part, left, top, changed)
    return changed


def rest(memory: PixelMemory) -> None:
    while memory.rest():
        pass


@pytest.fixture
def memory() -> PixelMemory:
    made = PixelMemory(WIDTH, HEIGHT)
    made.pixels[...] = picture(1)
    return made


def test_an_equal_copy_takes_no_memory_and_keeps_what_changes_later(memory: PixelMemory) -> None:
    before = used_bytes(memory)
    copies = [memory.copy() for _ in range(3)]
    assert all((each.pixels == picture(1)).all() for each in copies)
    assert used_bytes(memory) <= before
    draw(memory, picture(2)[:200])
    assert all((each.pixels == picture(1)).all() for each in copies)
    assert (memory.pixels == np.concatenate([picture(2)[:200], picture(1)[200:]])).all()
    assert used_bytes(memory) < before + 3 * SIZE // 2


def test_a_copy_that_is_equal_again_gives_its_memory_back_at_rest(memory: PixelMemory) -> None:
    memory.pixels[...] = noise()
    before = used_bytes(memory)
    equal, other = memory.copy(), memory.copy()
    draw(memory, noise()[::-1].copy())
    equal.separate(memory.chunks(0, HEIGHT))
    equal.pixels[...] = memory.pixels
    equal.is_equal = True
    rest(memory)
    assert used_bytes(memory) <= before + SIZE + 4096
    assert (equal.pixels == noise()[::-1]).all() and (other.pixels == noise()).all()


def test_what_is_drawn_again_the_same_leaves_copies_equal(memory: PixelMemory) -> None:
    copy = memory.copy()
    assert not draw(memory, picture(1)).any()
    assert copy.is_equal and copy.is_merged(0, HEIGHT)


def test_pixels_at_rest_take_little_memory_and_are_the_same_when_loaded(memory: PixelMemory) -> None:
    copy = memory.copy()
    rest(memory)
    assert used_bytes(memory) < SIZE // 20
    changed = draw(memory, picture(2)[300:310, 70:80], 70, 300)
    assert [tuple(each) for each in np.argwhere(changed)] == [(4, 1)]
    assert used_bytes(memory) < SIZE // 2
    memory.load(0, HEIGHT)
    wanted = picture(1)
    assert (copy.pixels == wanted).all()
    wanted[300:310, 70:80] = picture(2)[300:310, 70:80]
    assert (memory.pixels == wanted).all()
    rest(memory)
    memory.load(0, HEIGHT)
    assert (copy.pixels == picture(1)).all() and (memory.pixels == wanted).all()


def test_photographs_stay_as_they_are_and_are_not_tried_again(memory: PixelMemory) -> None:
    memory.pixels[...] = noise()
    rest(memory)
    assert used_bytes(memory) >= SIZE and (memory.pixels == noise()).all()
    assert not memory.rest()


def _cannot_remove(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(mmap, "MADV_REMOVE", 9999)


def _no_files(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError("no such system call")

    patch.setattr(os, "memfd_create", refuse)


@pytest.mark.parametrize("limit", [_cannot_remove, _no_files])
def test_a_kernel_that_can_do_less_costs_memory_only(limit, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    limit(monkeypatch)
    memory = PixelMemory(WIDTH, HEIGHT)
    draw(memory, picture(1))
    copy: PixelCopy = memory.copy()
    rest(memory)
    draw(memory, picture(2))
    rest(memory)
    memory.load(0, HEIGHT)
    assert (copy.pixels == picture(1)).all() and (memory.pixels == picture(2)).all()


def test_its_files_are_closed() -> None:
    before = len(os.listdir("/proc/self/fd"))
    memory = PixelMemory(WIDTH, HEIGHT)
    copy = memory.copy()
    assert len(os.listdir("/proc/self/fd")) > before
    del memory, copy
    assert len(os.listdir("/proc/self/fd")) == before
