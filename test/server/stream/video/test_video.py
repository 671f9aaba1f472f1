"""One encoder and the clients that watch it."""

from __future__ import annotations

import pytest
from support.stream.engines import OUR_FENCE, FakeEngine, FixedPacer, MemoryClient, MemoryFramebuffer

from jupyter_vnc_proxy.rfb.server_messages import FENCE_BLOCK_BEFORE, H264_RESET_CONTEXT
from jupyter_vnc_proxy.stream.client import Asked
from jupyter_vnc_proxy.stream.status import Status
from jupyter_vnc_proxy.stream.video.decoder_fallback import VideoLevel
from jupyter_vnc_proxy.stream.video.encoder_profile import MAX_FPS
from jupyter_vnc_proxy.stream.video.frame_chain import MAX_SKIPS
from jupyter_vnc_proxy.stream.video.video import MIN_CHROMA_SECONDS, Video

pytestmark = pytest.mark.alone


class Watched:
    """A video, its engine, and clients with these quality levels."""

    def __init__(self, *levels: int, size: tuple[int, int] = (641, 481)) -> None:
        self.framebuffer = MemoryFramebuffer(*size)
        self._engines: list[FakeEngine] = []
        self.video = Video(self.framebuffer, self._make, lambda: 0.0, Status())
        self.clients = [MemoryClient(self.framebuffer, level) for level in levels]

    def _make(self, deliver):  # type: ignore[no-untyped-def]
        self._engines.append(FakeEngine(deliver))
        return self._engines[-1]

    @property
    def engine(self) -> FakeEngine:
        return self._engines[-1]


async def test_the_first_client_starts_the_engine_and_the_last_one_stops_it() -> None:
    watched = Watched(6, 6)
    first, second = watched.clients
    assert not watched.engine.starts
    watched.video.join([first], 0.0)
    assert watched.engine.running
    assert watched.engine.starts[0][:2] == (640, 480)  # 4:2:0 has even sides
    watched.video.join([second], 1.0)
    assert (len(watched.engine.starts), watched.engine.key_frame_requests) == (1, 1)
    watched.video.leave(first)
    assert watched.engine.running and not first.in_video and second.in_video
    watched.video.leave(second)
    assert not watched.engine.running
    watched.video.join([first], 2.0)
    assert len(watched.engine.starts) == 2


async def test_a_client_begins_with_a_key_frame_that_resets_its_decoder() -> None:
    watched = Watched(6, 6)
    first, second = watched.clients
    watched.video.join([first], 0.0)
    watched.engine.deliver_frame(is_key=True)
    watched.engine.deliver_frame()
    assert first.take_frames() == [(True, H264_RESET_CONTEXT), (False, 0)]
    watched.video.join([second], 1.0)
    watched.engine.deliver_frame()
    assert (first.take_frames(), second.take_frames()) == ([(False, 0)], [])
    assert watched.engine.key_frame_requests == 2  # requested again, as the second client still waits
    watched.engine.deliver_frame(is_key=True)
    assert (first.take_frames(), second.take_frames()) == ([(True, 0)], [(True, H264_RESET_CONTEXT)])


async def test_only_the_answer_that_confirms_painting_has_to_wait_for_what_precedes_it() -> None:
    watched = Watched(6)
    watched.video.join(watched.clients, 0.0)
    watched.engine.deliver_frame(is_key=True)
    watched.clients[0].ping()
    blocks = {fence[1][0]: fence[0][7] for fence in OUR_FENCE.finditer(watched.clients[0].out)}
    assert blocks == {Asked.ARRIVED: 0, Asked.PAINTED: FENCE_BLOCK_BEFORE, Asked.DELAY: 0}


@pytest.mark.parametrize(("levels", "expected"), [([6], False), ([7], True), ([8, 9], True), ([9, 6], False)])
async def test_the_chroma_is_full_if_all_clients_take_it(levels: list[int], expected: bool) -> None:
    watched = Watched(*levels)
    watched.video.join(watched.clients, 0.0)
    assert watched.engine.profile.full_chroma is expected


async def test_a_client_whose_decoder_hung_on_full_chroma_gets_halved_chroma() -> None:
    watched = Watched(8, 8)
    watched.clients[1].video_level = VideoLevel.HALVED_CHROMA
    watched.video.join(watched.clients, 0.0)
    assert not watched.engine.profile.full_chroma


async def test_a_heavy_video_gets_halved_chroma_and_each_change_begins_with_a_key_frame() -> None:
    watched = Watched(8)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    now = 0.0
    for full_chroma, size in ((False, 20_000), (True, 10)):
        engine.deliver_frame(is_key=True)
        for _ in range(200):
            engine.deliver_frame(size=size)
        client.take_frames()
        starts = len(engine.starts)
        video.update(now + MIN_CHROMA_SECONDS / 2)
        assert len(engine.starts) == starts
        now += MIN_CHROMA_SECONDS + 0.1
        video.update(now)
        assert len(engine.starts) == starts + 1
        assert engine.profile.full_chroma is full_chroma
        engine.deliver_frame()
        engine.deliver_frame(is_key=True)
        assert client.take_frames() == [(True, H264_RESET_CONTEXT)]


@pytest.mark.parametrize(("load", "expected"), [(0.2, True), (0.7, False)])
async def test_a_large_screen_begins_with_halved_chroma_and_gets_full_chroma_if_the_browser_is_fast(
    load: float, expected: bool
) -> None:
    watched = Watched(8, size=(1920, 1080))
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    assert not engine.profile.full_chroma
    client.pacer.paint_load = load  # type: ignore[misc]
    for second in range(1, 10):
        engine.deliver_frame(is_key=True)
        video.update(float(second))
    assert engine.profile.full_chroma is expected
    assert len(engine.starts) == 1 + expected
    video.leave(client)
    video.join([client], 20.0)
    assert not engine.profile.full_chroma


async def test_the_slowest_link_sets_the_bitrate() -> None:
    watched = Watched(6)
    video, (client,) = watched.video, watched.clients
    slow = MemoryClient(watched.framebuffer, kbps=900)
    video.join([client, slow], 0.0)
    video.update(1.0)
    assert watched.engine.rate.kbps == 900
    video.leave(slow)
    video.update(2.0)
    assert watched.engine.rate.kbps > 3000


async def test_a_frame_that_would_queue_is_skipped_and_the_encoder_predicts_past_it() -> None:
    watched = Watched(6)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    engine.deliver_frame(is_key=True, number=1, reference=-1)
    engine.deliver_frame(number=2, reference=1)
    client.give_room(False)
    engine.deliver_frame(number=3, reference=2)
    client.give_room(True)
    engine.deliver_frame(number=4, reference=3)  # was encoded before the engine knew
    engine.deliver_frame(number=5, reference=2)
    assert client.sent_numbers() == [1, 2, 5]
    assert engine.skips == [3, 4]
    assert engine.key_frame_requests == 0


async def test_a_key_frame_is_sent_always_and_frames_of_an_encoder_that_cannot_predict_past_any() -> None:
    watched = Watched(6)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    client.give_room(False)
    engine.deliver_frame(is_key=True, number=1, reference=-1)
    engine.deliver_frame(number=2)
    assert client.sent_numbers() == [1, 2]
    assert not engine.skips


async def test_no_more_frames_are_skipped_than_the_encoder_can_predict_past() -> None:
    watched = Watched(6)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    engine.deliver_frame(is_key=True, number=1, reference=-1)
    client.give_room(False)
    for number in range(2, 3 + MAX_SKIPS):
        engine.deliver_frame(number=number, reference=1)
    assert client.sent_numbers() == [1, 2 + MAX_SKIPS]


async def test_a_client_is_skipped_alone_and_the_other_one_is_sent_every_frame_that_it_decodes() -> None:
    watched = Watched(6, 6)
    video, engine, (quick, slow) = watched.video, watched.engine, watched.clients
    video.join([quick, slow], 0.0)
    engine.deliver_frame(is_key=True, number=1, reference=-1)
    slow.give_room(False)
    engine.deliver_frame(number=2, reference=1)
    slow.give_room(True)
    engine.deliver_frame(number=3, reference=1)
    assert quick.sent_numbers() == [1, 2, 3]
    assert slow.sent_numbers() == [1, 3]


async def test_the_frame_rate_is_kept_while_frames_can_be_skipped() -> None:
    watched = Watched(6)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    engine.deliver_frame(is_key=True, number=0, reference=-1)
    for number in range(1, 100):
        engine.deliver_frame(size=100_000, number=number, reference=number - 1)
        video.update(number / 60)
    assert engine.rate.fps == MAX_FPS


@pytest.mark.parametrize(("kbps", "expected"), [(1_500, False), (2_500, True)])
async def test_a_link_on_which_a_key_frame_of_full_chroma_takes_long_gets_halved_chroma(
    kbps: int, expected: bool
) -> None:
    watched = Watched(8, size=(1280, 720))
    watched.clients[0].pacer = FixedPacer(kbps)
    watched.video.join(watched.clients, 0.0)
    assert watched.engine.profile.full_chroma is expected


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [
        ((1280, 720), 0.004, True),  # begins with 4:4:4
        ((1280, 720), 0.012, False),
        ((1920, 1080), 0.004, True),  # begins with 4:2:0
        ((1920, 1080), 0.007, False),  # 4:4:4 takes twice as long
    ],
)
async def test_a_video_gets_full_chroma_only_if_the_encoder_has_time_for_it(
    size: tuple[int, int], seconds: float, expected: bool
) -> None:
    watched = Watched(8, size=size)
    video, engine, (client,) = watched.video, watched.engine, watched.clients
    video.join([client], 0.0)
    for second in range(1, 10):
        for _ in range(50):
            engine.deliver_frame(encoding_seconds=seconds)
        video.update(float(second))
    assert engine.profile.full_chroma is expected


async def test_an_encoder_that_is_too_slow_gets_fewer_frames() -> None:
    watched = Watched(6)
    video, engine = watched.video, watched.engine
    video.join(watched.clients, 0.0)
    engine.deliver_frame(is_key=True)
    for second in range(1, 4):
        for _ in range(50):
            engine.deliver_frame(waiting_seconds=0.02, encoding_seconds=0.025)
        video.update(float(second))
    assert engine.rate.fps <= 1 / 0.025


async def test_a_busy_encoder_gets_a_lower_bitrate() -> None:
    watched = Watched(6)
    video, engine = watched.video, watched.engine
    video.join(watched.clients, 0.0)
    rates = []
    for now, seconds in ((1.0, 0.005), (2.0, 0.014), (3.0, 0.2)):
        engine.deliver_frame(is_key=True)
        for _ in range(100):
            engine.deliver_frame(encoding_seconds=seconds)
        video.update(now)
        rates.append(engine.rate.kbps)
    assert rates[0] > rates[1] > rates[2] > rates[0] / 4
