"""One encoder and who watches it, with an engine that does as it is told."""

from __future__ import annotations

import pytest
from support.stream.engines import MemoryScreen, MemoryViewer, ToldEngine

from jupyter_vnc_proxy.rfb.server_messages import H264_RESET_CONTEXT
from jupyter_vnc_proxy.stream.status import Status
from jupyter_vnc_proxy.stream.video.decoder_fallback import Trust
from jupyter_vnc_proxy.stream.video.video import CHROMA_LASTS, Video


class Watched:
    """A video, its engine, and viewers with these quality levels."""

    def __init__(self, *levels: int, size: tuple[int, int] = (641, 481)) -> None:
        self.screen = MemoryScreen(*size)
        self.made: list[ToldEngine] = []
        self.video = Video(self.screen, self._make, lambda: None, Status())
        self.viewers = [MemoryViewer(self.screen, level) for level in levels]

    def _make(self, deliver):  # type: ignore[no-untyped-def]
        self.made.append(ToldEngine(deliver))
        return self.made[-1]

    @property
    def engine(self) -> ToldEngine:
        return self.made[-1]


async def test_the_first_who_joins_starts_the_engine_and_the_last_who_leaves_stops_it() -> None:
    watched = Watched(6, 6)
    first, second = watched.viewers
    assert not watched.engine.starts
    watched.video.join([first], 0.0)
    assert watched.engine.running
    assert watched.engine.starts[0][:2] == (640, 480)  # 4:2:0 has even sides
    watched.video.join([second], 1.0)
    assert (len(watched.engine.starts), watched.engine.keys) == (1, 1)
    watched.video.leave(first)
    assert watched.engine.running and not first.in_video and second.in_video
    watched.video.leave(second)
    assert not watched.engine.running
    watched.video.join([first], 2.0)
    assert len(watched.engine.starts) == 2


async def test_who_joins_is_sent_nothing_before_a_key_picture_and_told_to_begin_anew_with_that() -> None:
    watched = Watched(6, 6)
    first, second = watched.viewers
    watched.video.join([first], 0.0)
    watched.engine.picture(is_key=True)
    watched.engine.picture()
    assert first.pictures() == [(True, H264_RESET_CONTEXT), (False, 0)]
    watched.video.join([second], 1.0)
    watched.engine.picture()
    assert (first.pictures(), second.pictures()) == ([(False, 0)], [])
    assert watched.engine.keys == 2  # asked for again, as somebody still waits for it
    watched.engine.picture(is_key=True)
    assert (first.pictures(), second.pictures()) == ([(True, 0)], [(True, H264_RESET_CONTEXT)])


@pytest.mark.parametrize(("levels", "expected"), [([6], False), ([7], True), ([8, 9], True), ([9, 6], False)])
async def test_the_chroma_is_whole_where_all_who_watch_ask_for_it(levels: list[int], expected: bool) -> None:
    watched = Watched(*levels)
    watched.video.join([*watched.viewers], 0.0)
    assert watched.engine.look.full_colour is expected


async def test_one_whose_decoder_has_hung_on_whole_chroma_is_not_given_it_again() -> None:
    watched = Watched(8, 8)
    watched.viewers[1].trust = Trust.HALVED_COLOUR
    watched.video.join([*watched.viewers], 0.0)
    assert not watched.engine.look.full_colour


async def test_a_heavy_film_has_halved_chroma_and_each_change_begins_with_a_key_picture_and_anew() -> None:
    watched = Watched(8)
    video, engine, (viewer,) = watched.video, watched.engine, watched.viewers
    video.join([viewer], 0.0)
    now = 0.0
    for full_colour, size in ((False, 20_000), (True, 10)):
        engine.picture(is_key=True)
        for _ in range(200):
            engine.picture(size=size)
        viewer.pictures()
        starts = len(engine.starts)
        video.follow(now + CHROMA_LASTS / 2)
        assert len(engine.starts) == starts
        now += CHROMA_LASTS + 0.1
        video.follow(now)
        assert len(engine.starts) == starts + 1
        assert engine.look.full_colour is full_colour
        engine.picture()
        engine.picture(is_key=True)
        assert viewer.pictures() == [(True, H264_RESET_CONTEXT)]


@pytest.mark.parametrize(("load", "expected"), [(0.2, True), (0.7, False)])
async def test_a_large_screen_begins_with_halved_chroma_and_has_it_whole_where_the_browser_is_quick(
    load: float, expected: bool
) -> None:
    watched = Watched(8, size=(1920, 1080))
    video, engine, (viewer,) = watched.video, watched.engine, watched.viewers
    video.join([viewer], 0.0)
    assert not engine.look.full_colour
    viewer.pacer.load = load  # type: ignore[misc]
    for second in range(1, 10):
        engine.picture(is_key=True)
        video.follow(float(second))
    assert engine.look.full_colour is expected
    assert len(engine.starts) == 1 + expected
    video.leave(viewer)
    video.join([viewer], 20.0)
    assert not engine.look.full_colour


async def test_all_get_what_the_narrowest_link_of_those_who_watch_takes() -> None:
    watched = Watched(6)
    video, (viewer,) = watched.video, watched.viewers
    slow = MemoryViewer(watched.screen, kilobits=900)
    video.join([viewer, slow], 0.0)
    video.follow(1.0)
    assert watched.engine.rate.kilobits == 900
    video.leave(slow)
    video.follow(2.0)
    assert watched.engine.rate.kilobits > 3000
