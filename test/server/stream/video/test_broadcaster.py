"""The frames that each client gets while the screen is in motion, in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from support.stream.engines import Clock, FakeEngine, MemoryClient, MemoryFramebuffer
from support.stream.listeners import Listener
from support.waiting import until

from jupyter_vnc_proxy.rfb.server_messages import H264_RESET_CONTEXT
from jupyter_vnc_proxy.stream import client
from jupyter_vnc_proxy.stream.picture.change_rate import REST_SECONDS
from jupyter_vnc_proxy.stream.status import Status
from jupyter_vnc_proxy.stream.video import broadcaster
from jupyter_vnc_proxy.stream.video.broadcaster import MIN_STAY_SECONDS, Broadcaster
from jupyter_vnc_proxy.stream.video.decoder_fallback import DecoderFallback, VideoLevel
from jupyter_vnc_proxy.stream.video.motion_detector import MIN_LARGE_CHANGES
from jupyter_vnc_proxy.stream.video.pacing import HUNG_DECODER_SECONDS


class Stage:
    """A broadcaster, its engines in the order of their creation, and the time."""

    def __init__(self, clock: Clock, engines: list[FakeEngine], listener: Listener) -> None:
        self.clock = clock
        self.engines = engines
        self.framebuffer = MemoryFramebuffer()
        self.clients: list[client.Client] = []
        self.fallback = DecoderFallback()
        self.broadcaster = Broadcaster(self.framebuffer, self.clients, self.fallback, Status(listener.writer))
        self.broadcaster.find_engine()

    def add(self, quality: int = 6, h264: bool = True, kbps: int = 1_000_000) -> MemoryClient:
        made = MemoryClient(self.framebuffer, quality, h264, kbps)
        self.clients.append(made)
        return made

    def move(self) -> None:
        """Start motion: change much of the screen several times."""
        for _ in range(MIN_LARGE_CHANGES):
            self.clock.now += 0.02
            self.broadcaster.changed(self.framebuffer.tiles(True))

    def paint(self) -> None:
        """Have all clients paint what they were sent."""
        for each in self.clients:
            assert isinstance(each, MemoryClient)
            each.paint()
            self.broadcaster.acknowledged(each)

    async def play(self, seconds: float) -> None:
        """Play for so long, with clients that paint at once."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += REST_SECONDS / 3
            await self.tick()
            self.paint()

    async def end(self) -> None:
        """Stop all that runs."""
        self.clients.clear()
        self.broadcaster.stop()

    async def tick(self) -> None:
        """Deliver a frame, and wait for the next tick."""
        for engine in self.engines:
            if engine.running:
                engine.deliver_frame(is_key=True)
        before = self.broadcaster._ticks
        await until(lambda: self.broadcaster._ticks > before or self.broadcaster._ticker is None)


@pytest.fixture
def stage(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Stage]:
    clock, engines = Clock(), list[FakeEngine]()

    class RecordedEngine(FakeEngine):
        def __init__(self, *arguments, **named) -> None:  # type: ignore[no-untyped-def]
            super().__init__(*arguments, **named)
            engines.append(self)

    monkeypatch.setattr(broadcaster, "PixelfluxEngine", RecordedEngine)
    monkeypatch.setattr(broadcaster, "TICK_SECONDS", 0.005)  # of the event loop's time
    for module in (broadcaster, client):
        monkeypatch.setattr(module, "time", clock)
    made = Stage(clock, engines, listener)
    yield made
    jp_asyncio_loop.run_until_complete(made.end())


async def test_motion_starts_the_video_for_clients_that_decode_it_and_rest_ends_it(stage: Stage) -> None:
    watching, plain = stage.add(), stage.add(h264=False)
    stage.move()
    watching.out.clear()
    (engine,) = stage.engines
    assert engine.running and watching.in_video and not plain.in_video
    assert stage.framebuffer.is_tracked
    await stage.play(0.5)
    assert watching.take_frames()[0] == (True, H264_RESET_CONTEXT)
    assert plain.out and not plain.take_frames()
    stage.clock.now += REST_SECONDS + 0.1
    await until(lambda: not engine.running)
    assert not watching.in_video
    assert watching.out and not watching.take_frames()  # exact tiles


async def test_no_engine_starts_if_no_client_decodes_video(stage: Stage) -> None:
    stage.add(h264=False)
    stage.move()
    assert not stage.engines


async def test_a_slow_client_gets_a_video_of_its_own_and_the_fast_one_keeps_its_rate(
    stage: Stage,
) -> None:
    quick, slow = stage.add(kbps=3000), stage.add(kbps=1000)
    stage.move()
    await stage.play(1)
    assert stage.engines[0].rate.kbps == 1000
    await stage.play(MIN_STAY_SECONDS + 0.5)
    first, second = stage.engines
    assert quick in stage.broadcaster._videos[0].clients and slow in stage.broadcaster._videos[1].clients
    assert (first.rate.kbps, second.rate.kbps) == (3000, 1000)

    slow.pacer.kbps = 2900  # type: ignore[attr-defined]
    await stage.play(MIN_STAY_SECONDS + 0.5)
    assert first.running and not second.running
    assert slow in stage.broadcaster._videos[0].clients


async def test_a_client_too_slow_for_both_videos_is_sent_tiles_and_slows_no_other(stage: Stage) -> None:
    stage.add(kbps=3000)
    stage.add(kbps=1400)
    third = stage.add(kbps=400)
    stage.move()
    await stage.play(3 * MIN_STAY_SECONDS)
    assert [engine.rate.kbps for engine in stage.engines] == [3000, 1400]
    assert not third.in_video
    third.take_frames()
    stage.move()
    assert third.out and not third.take_frames()
    third.pacer.kbps = 3000  # type: ignore[attr-defined]
    await stage.play(MIN_STAY_SECONDS)
    assert third in stage.broadcaster._videos[0].clients


async def test_a_slow_client_is_sent_tiles_if_the_display_can_be_captured_only_once(stage: Stage) -> None:
    stage.framebuffer.max_captures = 1
    quick, slow = stage.add(kbps=3000), stage.add(kbps=1000)
    stage.move()
    await stage.play(MIN_STAY_SECONDS + 0.5)
    (engine,) = stage.engines
    assert engine.rate.kbps == 3000
    assert quick.in_video and not slow.in_video
    stage.clock.now += REST_SECONDS + 0.1
    await until(lambda: not engine.running)
    stage.move()
    assert slow.in_video  # the next motion is another try


async def test_clients_with_similar_links_share_one_video(stage: Stage) -> None:
    stage.add(kbps=3000)
    stage.add(kbps=2000)
    stage.move()
    await stage.play(MIN_STAY_SECONDS + 0.5)
    assert len(stage.engines) == 1
    assert stage.engines[0].rate.kbps == 2000


async def test_a_client_that_falls_behind_leaves_and_joins_again_when_it_has_caught_up(stage: Stage) -> None:
    quick, slow = stage.add(), stage.add()
    stage.move()
    await stage.tick()
    stage.paint()
    slow.take_frames()
    for _ in range(10):
        stage.clock.now += 0.05
        await stage.tick()
        quick.paint()
    assert quick.in_video and not slow.in_video
    sent = len(slow.out)
    await stage.tick()
    assert len(slow.out) == sent  # neither video nor tiles
    requests = stage.engines[0].key_frame_requests
    slow.paint()
    stage.broadcaster.acknowledged(slow)
    assert slow.in_video and stage.engines[0].key_frame_requests > requests
    slow.take_frames()
    await stage.tick()
    assert slow.take_frames()[0] == (True, H264_RESET_CONTEXT)


async def test_changes_are_not_tracked_while_the_only_client_catches_up(stage: Stage) -> None:
    only = stage.add()
    stage.move()
    await stage.tick()
    for _ in range(20):
        stage.clock.now += 0.05
        await stage.tick()
    assert not only.in_video and not stage.engines[0].running
    assert not stage.framebuffer.is_tracked
    only.paint()
    stage.broadcaster.acknowledged(only)
    assert only.in_video and stage.engines[0].running


async def test_an_engine_that_cannot_start_is_replaced_by_tiles_and_a_note(
    stage: Stage, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the encoder is gone")

    monkeypatch.setattr(FakeEngine, "start", fail)
    watching = stage.add()
    stage.move()
    assert not watching.in_video
    (message,) = [each for each in listener.messages() if "notes" in each]
    assert "H.264 has failed" in message["notes"][0] and "the encoder is gone" in message["notes"][0]
    stage.paint()
    watching.out.clear()
    stage.move()
    assert watching.out and not watching.take_frames()


async def test_an_engine_that_fails_while_it_runs_is_replaced_by_tiles_and_a_note(
    stage: Stage, listener: Listener
) -> None:
    watching = stage.add()
    stage.move()
    await stage.play(0.5)
    assert watching.in_video
    stage.engines[0].broken = True
    await until(lambda: not watching.in_video)
    assert any("H.264 has failed" in note for each in listener.messages() for note in each.get("notes", ()))
    watching.paint()
    watching.out.clear()
    stage.move()
    assert watching.out and not watching.take_frames()


async def test_a_hung_decoder_is_reset_once_and_then_its_client_disconnected_even_after_motion_ended(
    stage: Stage, listener: Listener
) -> None:
    watching = stage.add()
    stage.move()
    await stage.tick()
    assert watching.take_frames() == [(True, H264_RESET_CONTEXT)]
    await stage.tick()
    watching.read()
    watching.take_frames()
    stage.clock.now += HUNG_DECODER_SECONDS / 2
    await stage.tick()
    assert not watching.out.aborted
    stage.framebuffer.damaged = 0.0  # motion ends
    stage.clock.now += HUNG_DECODER_SECONDS
    await until(lambda: stage.broadcaster._ticker is None or watching.take_frames() == [(True, H264_RESET_CONTEXT)])
    watching.read()
    stage.clock.now += HUNG_DECODER_SECONDS + 0.1
    await until(lambda: watching.out.aborted)
    assert stage.fallback.level_for_next(stage.clock.now) == VideoLevel.NO_VIDEO
    assert any("stopped decoding" in note for each in listener.messages() for note in each.get("notes", ()))
