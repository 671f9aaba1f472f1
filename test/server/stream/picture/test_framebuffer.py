"""The pixels and the changed tiles of a real display."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.displays import Display, paint
from support.waiting import until

from jupyter_vnc_proxy.options import Geometry
from jupyter_vnc_proxy.stream.picture.framebuffer import TILE, Rectangle, Tiles, rectangles_of
from jupyter_vnc_proxy.stream.x11 import screen, shared_memory
from jupyter_vnc_proxy.stream.x11.screen import XScreen
from jupyter_vnc_proxy.system.randr.size import resize


class TrackedScreen:
    """A display whose changes are tracked, and the events so far."""

    def __init__(self, display: Display) -> None:
        self._events: asyncio.Queue[Tiles | str] = asyncio.Queue()
        self.screen = XScreen(
            display.name, display.xauthority, self._events.put_nowait, lambda: self._events.put_nowait("resized")
        )
        self.screen.start(lambda: self._events.put_nowait("gone"))

    async def next(self) -> Tiles | str:
        return await asyncio.wait_for(self._events.get(), 60)


async def test_a_change_has_its_tiles_and_pixels(display: Display) -> None:
    tracked = TrackedScreen(display)
    paint(display, Rectangle(100, 70, 30, 10), 0x123456)
    tiles = await tracked.next()
    assert isinstance(tiles, np.ndarray)
    assert [tuple(each) for each in np.argwhere(tiles)] == [(1, 1), (1, 2)]
    assert tracked.screen.memory.pixels[75, 110, :3].tolist() == [0x56, 0x34, 0x12]
    tracked.screen.close()


async def test_drawing_the_same_pixels_is_no_change(display: Display) -> None:
    tracked = TrackedScreen(display)
    paint(display, Rectangle(0, 0, 10, 10), 0xFF0000)
    await tracked.next()
    paint(display, Rectangle(0, 0, 10, 10), 0xFF0000)
    paint(display, Rectangle(640, 320, 10, 10), 0x00FF00)
    tiles = await tracked.next()
    assert isinstance(tiles, np.ndarray)
    assert int(tiles.sum()) == 1
    tracked.screen.close()


async def test_a_resize_is_reported_and_the_pixels_have_the_new_size(display: Display) -> None:
    tracked = TrackedScreen(display)
    assert tracked.screen.resize(1000, 701) == (1000, 701)
    assert await tracked.next() == "resized"
    assert tracked.screen.memory.pixels.shape == (701, 1000, 4)
    paint(display, Rectangle(999, 700, 1, 1), 0x0000FF)
    tiles = await tracked.next()
    assert isinstance(tiles, np.ndarray)
    assert tiles[-1, -1]
    tracked.screen.close()


async def test_a_screen_that_shrinks_before_it_is_read_has_its_last_size(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked = TrackedScreen(display)
    later = [Geometry(600, 500)]

    def shrink(size: int) -> shared_memory.SharedMemory:
        if later:
            resize(display.name, display.xauthority, later.pop())
        return shared_memory.SharedMemory(size)

    monkeypatch.setattr(screen, "SharedMemory", shrink)
    tracked.screen.resize(1000, 701)
    assert [await tracked.next() for _ in range(2)] == ["resized", "resized"]
    assert tracked.screen.memory.pixels.shape == (500, 600, 4)
    paint(display, Rectangle(599, 499, 1, 1), 0x0000FF)
    tiles = await tracked.next()
    assert isinstance(tiles, np.ndarray)
    assert tiles[-1, -1]
    tracked.screen.close()


def shared_bytes() -> int:
    """Return the bytes that are in use of the shared memory that this process has made."""
    lines = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()]
    creator, used = lines[0].index("cpid"), lines[0].index("rss")
    return sum(int(line[used]) for line in lines[1:] if line[creator] == str(os.getpid()))


async def test_a_screen_at_rest_shares_no_memory_with_the_x_server(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "REST_SECONDS", 0.05)
    tracked = TrackedScreen(display)
    for colour in (0x123456, 0x654321):
        paint(display, Rectangle(0, 0, 1000, 1000), colour)
        await tracked.next()
        assert tracked.screen.memory.pixels[999, 999, :3].tolist() == list(colour.to_bytes(3, "little"))
        await until(lambda: shared_bytes() == 0)
    monkeypatch.setattr(shared_memory, "REST_SECONDS", 1000.0)
    paint(display, Rectangle(0, 0, 1000, 1000), 0xFF0000)
    await tracked.next()
    assert shared_bytes() >= 4_000_000
    tracked.screen.close()


async def test_a_resize_that_is_read_while_the_memory_is_given_back_is_reported(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked = TrackedScreen(display)
    connection = tracked.screen.connection
    tracked.screen.track_changes(False)

    def flush() -> None:
        monkeypatch.undo()
        connection.flush()
        resize(display.name, display.xauthority, Geometry(600, 500))
        connection.core.GetInputFocus().reply()  # xcb reads whatever has come, and keeps the events

    monkeypatch.setattr(connection, "flush", flush)
    tracked.screen.release()
    assert await tracked.next() == "resized"
    assert (tracked.screen.width, tracked.screen.height) == (600, 500)
    tracked.screen.close()


async def test_a_screen_at_rest_keeps_its_pixels_in_less_memory(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "REST_SECONDS", 0.05)
    tracked = TrackedScreen(display)
    for colour in (0x123456, 0x654321):
        paint(display, Rectangle(100, 70, 30, 10), colour)
        tiles = await tracked.next()
        assert isinstance(tiles, np.ndarray) and int(tiles.sum()) == 2
        await until(lambda: len(tracked.screen.memory.packed) > 20)
        tracked.screen.memory.load(0, 720)
        assert tracked.screen.memory.pixels[75, 110, :3].tolist() == list(colour.to_bytes(3, "little"))
    tracked.screen.close()


async def test_the_end_of_the_display_is_reported(display: Display) -> None:
    tracked = TrackedScreen(display)
    display.close()
    assert await tracked.next() == "gone"


@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))), st.integers(0, 63), st.integers(0, 63))
def test_rectangles_cover_the_flagged_tiles_once_and_nothing_else(tiles: Tiles, cut_x: int, cut_y: int) -> None:
    height, width = tiles.shape[0] * TILE - cut_y, tiles.shape[1] * TILE - cut_x
    covered = np.zeros((height, width), np.int64)
    for x, y, w, h in rectangles_of(tiles, width, height):
        assert w > 0 and h > 0
        covered[y : y + h, x : x + w] += 1
    wanted = np.kron(tiles, np.ones((TILE, TILE), np.int64))[:height, :width]
    assert (covered == wanted).all()
