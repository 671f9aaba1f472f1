"""The bench's viewer without a browser: what it answers, and what a recording tells afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from support.stream.clients import fence
from support.stream.server_messages import compact, rectangle
from support.waiting import until

from bench.desktop.painter import stamp
from bench.desktop.parts.browser import presented
from bench.desktop.parts.server import clicks, each_frame, moving
from bench.desktop.replay.__main__ import MAX_UNPAINTED, PAINTED, Replay, messages_of
from bench.desktop.rfb import messages, recording
from bench.desktop.rfb.decode import Update, updates
from bench.desktop.rfb.viewer import Viewer

SIZE = (stamp.WIDTH, 64)
HELLO = (
    b"RFB 003.008\n\1\1\0\0\0\0"
    + struct.pack(">HHBBBBHHHBBB3xI", *SIZE, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 4)
    + b"Desk"
)
FENCE = fence(1 << 31 | 1, b"12345")
END_OF_CONTINUOUS_UPDATES = b"\x96"


def update(*rectangles: bytes) -> bytes:
    return struct.pack(">BxH", 0, len(rectangles)) + b"".join(rectangles)


def tight(pixels: stamp.Pixels, y: int) -> bytes:
    """A rectangle of the whole width in Tight, without a palette."""
    height, width = pixels.shape[:2]
    content = zlib.compress(pixels[..., :3].tobytes())
    head = struct.pack(">HHHHi", 0, y, width, height, 7)
    return head + b"\x10" + compact(len(content)) + content  # resets stream 0


def raw(pixels: stamp.Pixels, y: int) -> bytes:
    head = struct.pack(">HHHHi", 0, y, *pixels.shape[1::-1], 0)
    return head + pixels.tobytes()


def pieces(*data: bytes, interval: float = 1.0) -> list[recording.Piece]:
    """One piece a second, from the hundredth on."""
    return [recording.Piece(100.0 + interval * number, each) for number, each in enumerate(data)]


def screen_with(frame: int, time: float, presses: int = 0) -> stamp.Pixels:
    pixels = np.full((SIZE[1], SIZE[0], 4), 90, np.uint8)
    top = stamp.place(SIZE[1]).y
    pixels[top : top + stamp.HEIGHT] = stamp.draw(stamp.Stamp.of(frame, time, presses))
    pixels[..., 3] = 255
    return pixels


def test_the_viewer_answers_as_novnc_does_that_paints_at_once() -> None:
    viewer = Viewer(8)
    first = viewer.receive(recording.Piece(0, HELLO))
    assert first.endswith(messages.update_request(*SIZE, incremental=False))
    announced = struct.unpack_from(">xxH", first, 20)[0]
    assert {1, 50, 7, 0, -24, -312, -313} <= set(struct.unpack_from(f">{announced}i", first, 24))
    assert viewer.receive(recording.Piece(0, update())) == messages.update_request(*SIZE, incremental=True)
    assert viewer.receive(recording.Piece(0, END_OF_CONTINUOUS_UPDATES)) == messages.continuous_updates(*SIZE)
    assert viewer.receive(recording.Piece(0, update())) == b""
    for part in (b"", FENCE[:1], FENCE[1:7]):
        assert viewer.receive(recording.Piece(0, part)) == b""
    assert viewer.receive(recording.Piece(0, FENCE[7:])) == fence(1, b"12345")
    assert viewer.updates == 2


def test_a_recording_is_read_as_it_was_written_up_to_where_it_was_cut(tmp_path: Path) -> None:
    file = io.BytesIO()
    for piece in pieces(b"one", b"", b"three"):
        recording.write(file, piece)
    path = tmp_path / "recording"
    path.write_bytes(file.getvalue())
    assert list(recording.read(path)) == pieces(b"one", b"", b"three")
    path.write_bytes(file.getvalue()[:-1])
    assert list(recording.read(path)) == pieces(b"one", b"")


def test_each_update_shows_the_stamp_at_the_time_of_its_last_byte() -> None:
    first, second = screen_with(1, 98.0), screen_with(2, 102.5)
    whole, part = update(tight(first, 0)), update(raw(second, 0))
    data = pieces(HELLO + FENCE, whole + update() + FENCE + part[:2], part[2:500], part[500:] + FENCE)
    found = [(each, screen.digest(), screen.is_whole) for each, screen in updates(data)]
    assert [each.stamp for each, *_ in found] == [stamp.Stamp.of(1, 98.0, 0), stamp.Stamp.of(2, 102.5, 0)]
    assert [each.time for each, *_ in found] == [101.0, 103.0]
    assert [digest for _, digest, _ in found] == [hashlib.sha256(each.data).hexdigest() for each in (first, second)]
    assert all(whole for *_, whole in found)


def test_what_only_a_video_has_painted_is_not_exact() -> None:
    context = av.VideoCodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *SIZE, "yuv420p"
    context.time_base = Fraction(1, 60)
    context.options = {"tune": "zerolatency"}
    frame = av.VideoFrame.from_ndarray(screen_with(7, 99.0)[..., :3].copy(), "rgb24").reformat(format="yuv420p")
    packets = [*context.encode(frame), *context.encode(None)]
    content = b"".join(map(bytes, packets))
    video = rectangle(50, *SIZE, struct.pack(">II", len(content), 1) + content)
    exact = screen_with(7, 99.0)
    data = pieces(HELLO, update(raw(exact, 0)), update(video), update(raw(exact, 0)))
    found = [(each.is_video, each.stamp, screen.is_whole) for each, screen in updates(data)]
    assert [is_video for is_video, *_ in found] == [False, True, False]
    assert [shown for _, shown, _ in found] == [stamp.Stamp.of(7, 99.0, 0)] * 3
    assert [whole for *_, whole in found] == [True, False, True]


def shown(frame: int, at: float, drawn: float, presses: int = 0) -> Update:
    return Update(at, 1000, stamp.Stamp.of(frame, drawn, presses), is_video=False)


def test_frames_count_once_and_only_in_the_window() -> None:
    found = [
        shown(1, 9.9, 9.8),
        shown(2, 10.1, 10.0),
        shown(2, 10.2, 10.0),
        shown(3, 10.3, 10.25),
        shown(4, 12.1, 12.0),
    ]
    row = moving([*found, Update(10.4, 1000, None, is_video=True)], 10.0, 2.0)
    assert (row["fps"], row["frames"], row["video_share"], row["frame_kb"]) == (1.0, 2, 0.25, 2.0)
    assert (row["age_ms"]["p50"], row["age_ms"]["p95"]) == (50.0, 100.0)
    costs = {"cpu_seconds": {"x": 0.02, "y": 0.01}, "thread_cpu_seconds": {"main": 0.02}}
    cost = each_frame({**row, **costs})
    assert (cost["frame_ms"], cost["frame_ms_by_process"], cost["frame_ms_by_thread"]) == (
        15,
        {"x": 10, "y": 5},
        {"main": 10},
    )
    assert each_frame(costs) == costs


def test_a_click_is_seen_when_the_count_of_clicks_changes() -> None:
    found = [shown(1, 1.0, 0.9, 3), shown(2, 2.02, 2.0, 3), shown(3, 2.03, 2.01, 4), shown(4, 5.0, 4.9, 5)]
    assert clicks(found, [2.0, 3.0, 4.0]) == [pytest.approx(30), pytest.approx(1000)]


def test_a_frame_is_presented_after_it_was_sent_or_dropped() -> None:
    stamps = [stamp.Stamp(1, 0, 0), stamp.Stamp(1, 0, 0), None, stamp.Stamp(2, 0, 0), stamp.Stamp(3, 0, 0)]
    row = presented([10.0, 10.1, 10.2, 10.3, 10.4], stamps, [(10.02, 1), (10.44, 3)], 9.0, 11.0)
    assert row["present_ms"]["count"] == 2
    assert (row["present_ms"]["p50"], row["present_ms"]["max"]) == (20.0, 40.0)
    assert (row["dropped"], row["drop_share"]) == (1, 0.333)


def test_a_replay_waits_for_a_browser_that_does_not_paint() -> None:
    picture = update(raw(screen_with(1, 1.0), 0))
    recorded = messages_of(pieces(HELLO, *[picture + FENCE] * 6, interval=0.001))

    async def watch() -> tuple[int, int, bytes]:
        replay = Replay(recorded)
        here, writer = asyncio.StreamReader(), _Writer()
        running = asyncio.ensure_future(replay.run(here, writer))  # type: ignore[arg-type]
        here.feed_data(messages.HELLO + messages.update_request(*SIZE, incremental=False))
        await until(lambda: len(replay.sent) == MAX_UNPAINTED, what="as many updates as may wait are sent")
        await asyncio.sleep(0.05)
        before = len(replay.sent)
        for number in range(6):
            here.feed_data(fence(1, bytes([PAINTED]) + number.to_bytes(4, "big")))
        await until(lambda: len(replay.sent) == 6, what="all updates are sent")
        here.feed_eof()
        await running
        return before, len(replay.sent), bytes(writer.data)

    before, after, data = asyncio.run(asyncio.wait_for(watch(), 30))
    assert (before, after) == (MAX_UNPAINTED, 6)
    assert (data.count(picture), data.count(FENCE)) == (6, 0)


class _Writer:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        await asyncio.sleep(0)
