"""Who is sent what while the screen is in motion, in a time of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from support.stream.engines import Clock, MemoryScreen, MemoryViewer, ToldEngine
from support.stream.listeners import Listener
from support.waiting import until

from jupyter_vnc_proxy.rfb.server_messages import H264_RESET_CONTEXT
from jupyter_vnc_proxy.stream import client
from jupyter_vnc_proxy.stream.status import Status
from jupyter_vnc_proxy.stream.video import broadcaster
from jupyter_vnc_proxy.stream.video.broadcaster import STAYS, Broadcaster
from jupyter_vnc_proxy.stream.video.decoder_fallback import DecoderFallback, VideoLevel
from jupyter_vnc_proxy.stream.video.motion_detector import CHANGES, REST
from jupyter_vnc_proxy.stream.video.pacing import STUCK


class Stage:
    """A shared stream, its engines in the order in which they were made, and the time."""

    def __init__(self, clock: Clock, engines: list[ToldEngine], listener: Listener) -> None:
        self.clock = clock
        self.engines = engines
        self.screen = MemoryScreen()
        self.viewers: list[client.Client] = []
        self.recovery = DecoderFallback()
        self.stream = Broadcaster(self.screen, self.viewers, self.recovery, Status(listener.writer))
        self.stream.load_engine()

    def add(self, quality: int = 6, h264: bool = True, kilobits: int = 1_000_000) -> MemoryViewer:
        made = MemoryViewer(self.screen, quality, h264, kilobits)
        self.viewers.append(made)
        return made

    def move(self) -> None:
        """Have much of the screen change."""
        for _ in range(CHANGES):
            self.clock.now += 0.02
            self.stream.changed(self.screen.tiles(True))

    def paint(self) -> None:
        """Have all viewers paint what they were sent, again and again until nothing more comes."""
        for each in self.viewers:
            assert isinstance(each, MemoryViewer)
            each.paint()
            self.stream.acknowledged(each)

    async def play(self, seconds: float) -> None:
        """Let so much time go by in which the film goes on and everybody paints at once; the server looks at it."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += REST / 3
            await self.look()
            self.paint()

    async def end(self) -> None:
        """Leave nothing that runs."""
        self.viewers.clear()
        self.stream.stop()

    async def look(self) -> None:
        """Deliver a picture, and wait until the server has looked at what that means."""
        for engine in self.engines:
            if engine.running:
                engine.picture(is_key=True)
        before = self.stream._ticks
        await until(lambda: self.stream._ticks > before or self.stream._ticker is None)


@pytest.fixture
def stage(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Stage]:
    clock, engines = Clock(), list[ToldEngine]()

    class Told(ToldEngine):
        def __init__(self, *arguments, **named) -> None:  # type: ignore[no-untyped-def]
            super().__init__(*arguments, **named)
            engines.append(self)

    monkeypatch.setattr(broadcaster, "PixelfluxEngine", Told)
    monkeypatch.setattr(broadcaster, "TICK", 0.005)  # the loop's own time
    for module in (broadcaster, client):
        monkeypatch.setattr(module, "time", clock)
    made = Stage(clock, engines, listener)
    yield made
    jp_asyncio_loop.run_until_complete(made.end())


async def test_motion_starts_the_video_for_those_who_take_it_and_rest_ends_it(stage: Stage) -> None:
    watching, plain = stage.add(), stage.add(h264=False)
    stage.move()
    watching.out.clear()
    (engine,) = stage.engines
    assert engine.running and watching.in_video and not plain.in_video
    assert stage.screen.followed
    await stage.play(0.5)
    assert watching.pictures()[0] == (True, H264_RESET_CONTEXT)
    assert plain.out and not plain.pictures()
    stage.clock.now += REST + 0.1
    await until(lambda: not engine.running)
    assert not watching.in_video
    assert watching.out and not watching.pictures()  # what the video left inexact


async def test_without_anybody_who_takes_it_no_engine_is_started(stage: Stage) -> None:
    stage.add(h264=False)
    stage.move()
    assert not stage.engines[0].starts


async def test_a_viewer_with_half_the_link_gets_a_video_of_its_own_and_the_quick_one_keeps_its_rate(
    stage: Stage,
) -> None:
    quick, slow = stage.add(kilobits=3000), stage.add(kilobits=1000)
    stage.move()
    await stage.play(1)
    assert stage.engines[0].rate.kilobits == 1000
    await stage.play(STAYS + 0.5)
    first, second = stage.engines
    assert quick in stage.stream._videos[0].viewers and slow in stage.stream._videos[1].viewers
    assert (first.rate.kilobits, second.rate.kilobits) == (3000, 1000)

    slow.pacer.kilobits = 2900  # type: ignore[attr-defined]
    await stage.play(STAYS + 0.5)
    assert first.running and not second.running
    assert slow in stage.stream._videos[0].viewers


async def test_a_third_class_of_viewers_is_sent_tiles_and_slows_nobody(stage: Stage) -> None:
    stage.add(kilobits=3000)
    stage.add(kilobits=1400)
    third = stage.add(kilobits=400)
    stage.move()
    await stage.play(3 * STAYS)
    assert [engine.rate.kilobits for engine in stage.engines] == [3000, 1400]
    assert not third.in_video
    third.pictures()
    stage.move()
    assert third.out and not third.pictures()
    third.pacer.kilobits = 3000  # type: ignore[attr-defined]
    await stage.play(STAYS)
    assert third in stage.stream._videos[0].viewers


async def test_where_a_display_can_be_captured_but_once_a_slow_viewer_is_sent_tiles(stage: Stage) -> None:
    stage.screen.max_captures = 1
    quick, slow = stage.add(kilobits=3000), stage.add(kilobits=1000)
    stage.move()
    await stage.play(STAYS + 0.5)
    (engine,) = stage.engines
    assert engine.rate.kilobits == 3000
    assert quick.in_video and not slow.in_video
    stage.clock.now += REST + 0.1
    await until(lambda: not engine.running)
    stage.move()
    assert slow.in_video  # another film, another try


async def test_viewers_that_differ_little_share_one_video(stage: Stage) -> None:
    stage.add(kilobits=3000)
    stage.add(kilobits=2000)
    stage.move()
    await stage.play(STAYS + 0.5)
    assert len(stage.engines) == 1
    assert stage.engines[0].rate.kilobits == 2000


async def test_a_viewer_that_falls_behind_leaves_and_joins_again_when_it_has_caught_up(stage: Stage) -> None:
    quick, slow = stage.add(), stage.add()
    stage.move()
    await stage.look()
    stage.paint()
    slow.pictures()
    for _ in range(10):
        stage.clock.now += 0.05
        await stage.look()
        quick.paint()
    assert quick.in_video and not slow.in_video
    sent = len(slow.out)
    await stage.look()
    assert len(slow.out) == sent  # neither video nor tiles
    keys = stage.engines[0].keys
    slow.paint()
    stage.stream.acknowledged(slow)
    assert slow.in_video and stage.engines[0].keys > keys
    slow.pictures()
    await stage.look()
    assert slow.pictures()[0] == (True, H264_RESET_CONTEXT)


async def test_while_the_only_viewer_catches_up_with_a_film_nobody_compares_the_screen(stage: Stage) -> None:
    only = stage.add()
    stage.move()
    await stage.look()
    for _ in range(20):
        stage.clock.now += 0.05
        await stage.look()
    assert not only.in_video and not stage.engines[0].running
    assert not stage.screen.followed
    only.paint()
    stage.stream.acknowledged(only)
    assert only.in_video and stage.engines[0].running


async def test_an_engine_that_can_not_start_leaves_tiles_and_a_note(stage: Stage, listener: Listener) -> None:
    watching = stage.add()
    stage.engines[0].broken = True
    stage.move()
    assert not watching.in_video
    (message,) = [each for each in listener.told() if "notes" in each]
    assert "There is no H.264 any more" in message["notes"][0] and "the encoder is gone" in message["notes"][0]
    stage.paint()
    watching.out.clear()
    stage.move()
    assert watching.out and not watching.pictures()


async def test_an_engine_that_breaks_while_it_runs_leaves_tiles_and_a_note(stage: Stage, listener: Listener) -> None:
    watching = stage.add()
    stage.move()
    await stage.play(0.5)
    assert watching.in_video
    stage.engines[0].broken = True
    await until(lambda: not watching.in_video)
    assert any("There is no H.264 any more" in note for each in listener.told() for note in each.get("notes", ()))
    watching.paint()
    watching.out.clear()
    stage.move()
    assert watching.out and not watching.pictures()


async def test_a_decoder_that_hangs_gets_one_reset_and_is_then_sent_away_though_the_film_has_ended(
    stage: Stage, listener: Listener
) -> None:
    watching = stage.add()
    stage.move()
    await stage.look()
    assert watching.pictures() == [(True, H264_RESET_CONTEXT)]
    await stage.look()
    watching.read()
    watching.pictures()
    stage.clock.now += STUCK / 2
    await stage.look()
    assert not watching.out.aborted
    stage.screen.drawn = 0.0  # nothing moves any more
    stage.clock.now += STUCK
    await until(lambda: stage.stream._ticker is None or watching.pictures() == [(True, H264_RESET_CONTEXT)])
    watching.read()
    stage.clock.now += STUCK + 0.1
    await until(lambda: watching.out.aborted)
    assert stage.recovery.level_for_next(stage.clock.now) == VideoLevel.NO_VIDEO
    assert any("stopped decoding" in note for each in listener.told() for note in each.get("notes", ()))
