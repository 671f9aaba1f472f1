"""The bench's part about sound: what it finds in recordings, and its table. `test_parts` has a quick run."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import numpy as np
import pytest
from support.sound import decoded, encoded

from bench.desktop.network.link import LINKS, Proxy
from bench.desktop.parts.sound import numbers
from bench.desktop.report.sound_table import SOUND, cells, label
from bench.desktop.sound import track
from bench.desktop.sound.heard import Recording, in_step, lags, picture_lag, recording
from bench.desktop.sound.second_listener import missing_ms
from bench.desktop.sound.track import RATE_HZ, Gap, Samples

SECOND = RATE_HZ
CLICKS = [SECOND // 2, 3 * SECOND // 2, 5 * SECOND // 2]


def played(tone: bool = True, clicks: list[int] = CLICKS, seconds: float = 3) -> Samples:
    return track.samples(0, round(seconds * SECOND), clicks, tone)


# -- what is in a recording ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tone", [True, False])
def test_clicks_are_found_where_they_begin(tone: bool) -> None:
    found = track.clicks(played(tone))
    assert found == pytest.approx(CLICKS, abs=SECOND / 2000)
    assert track.clicks(played(tone, [])) == []


def test_pieces_of_a_track_are_the_track() -> None:
    pieces = [track.samples(first, 500, CLICKS, True) for first in range(0, SECOND, 500)]
    assert np.array_equal(np.concatenate(pieces), played()[:SECOND])


def test_clicks_and_tone_survive_opus_and_a_tone_has_no_gaps() -> None:
    pcm = (played() * 32767).astype("<i2")
    heard = decoded(encoded(pcm.tobytes())) / 32768
    found = track.clicks(heard)
    assert np.diff(found) == pytest.approx(np.diff(CLICKS), abs=SECOND / 500)
    assert [gap for gap in track.gaps(heard) if SECOND // 10 < gap.start < 2.9 * SECOND] == []


@pytest.mark.parametrize("milliseconds", [4, 20, 300])
def test_an_interruption_is_a_gap_of_its_length(milliseconds: int) -> None:
    heard = played()
    length = milliseconds * SECOND // 1000
    heard[SECOND : SECOND + length] = 0
    (gap,) = track.gaps(heard)
    assert gap.start == pytest.approx(SECOND, abs=SECOND / 1000)
    assert gap.length == pytest.approx(length, abs=SECOND / 1000)


def test_silence_of_a_millisecond_is_not_counted_and_nothing_has_no_gaps() -> None:
    heard = played()
    heard[SECOND : SECOND + SECOND // 1000] = 0
    assert track.gaps(heard) == []
    assert track.gaps(np.zeros(0)) == []


# -- when it was heard --------------------------------------------------------------------------------------------


def drained(samples: Samples, **changed: Any) -> dict[str, Any]:
    """Return what the page hands over: it began at sample 48000 of a context, which began at 1000 ms of the page."""
    pcm = base64.b64encode((samples * 32767).astype("<i2").tobytes()).decode()
    clock = [[1 + each / 10, 1000 + 1000 + 100 * each] for each in range(30)]
    return {"origin": 5e6, "rate": RATE_HZ, "first": SECOND, "pcm": pcm, "clock": clock, **changed}


def test_a_sample_has_the_time_of_the_output_and_a_single_wrong_reading_changes_nothing() -> None:
    heard = recording(drained(played()), offset=500.0)
    assert heard.time(0) == pytest.approx(5001.5)
    assert heard.time(SECOND / 2) == pytest.approx(5002.0)
    wrong = drained(played())
    wrong["clock"][5][1] += 400
    assert recording(wrong, 500.0).time(SECOND / 2) == pytest.approx(5002.0)


def test_a_page_that_plays_nothing_or_otherwise_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        recording(drained(np.zeros(0), clock=[]), 0)
    with pytest.raises(ValueError, match="44100"):
        recording(drained(played(), rate=44100), 0)


def test_a_click_that_is_not_heard_has_no_lag() -> None:
    found = lags([10.0, 11.0, 12.0], [10.1, 12.2])
    assert [click for click, _ in found] == [10.0, 12.0]
    assert [lag for _, lag in found] == pytest.approx([0.1, 0.2])
    assert lags([10.0], [9.97])[0][1] == pytest.approx(-0.03)


def test_the_picture_of_a_moment_is_the_frame_of_it_or_the_next_one_that_is_shown() -> None:
    frames = [(10.05, 10.0), (10.07, 10.017), (10.3, 10.1)]
    assert picture_lag(frames, 10.004) == pytest.approx(0.05)
    assert picture_lag(frames, 10.05) == pytest.approx(0.25)
    assert picture_lag(frames, 11.0) is None
    found = in_step([(10.004, 0.09), (11.0, 0.1)], frames)
    assert found["later"] == pytest.approx([40])


def test_numbers_of_a_recording() -> None:
    heard = np.concatenate([np.zeros(SECOND // 10), played()])
    heard[SECOND : SECOND + SECOND // 50] = 0
    sound = Recording(heard, [(each * SECOND / 10, 100 + each / 10) for each in range(31)])
    times = [100 + click / SECOND for click in CLICKS]
    row = numbers(sound, times, [(time + 0.03, time) for time in times], tone=True)
    assert (row["clicks"], row["gaps"]) == (3, 2)
    assert row["gap_ms"] == pytest.approx(120, abs=3)
    assert row["later_ms"]["p50"] == pytest.approx(70, abs=1)
    after = numbers(sound, times, [(time + 0.03, time) for time in times], tone=True, disturbed=100.02)
    assert (after["gaps"], after["silent_ms"]) == (1, 100)
    assert after["back_ms"] == pytest.approx(80, abs=1)
    assert "gaps" not in numbers(sound, times, [], tone=False)


def test_missing_packets_are_found_by_their_times() -> None:
    assert missing_ms([0, 10_000, 20_100, 50_000, 60_000]) == 20
    assert missing_ms([]) == 0
    assert Gap(3, 4).end == 7


# -- the table ----------------------------------------------------------------------------------------------------


def test_a_row_of_the_table_has_all_cells_and_says_whether_its_target_is_met() -> None:
    some = {"p50": 20.0, "p95": 90.0, "max": 95.0, "count": 60}
    row = {"link": "loopback", "situation": "video", "listened_s": 60.0, "load": 1.5, "mbit_down": 8.0, "gaps": 1}
    row |= {"gap_ms": 20, "bitrates": [96000, 16000], "sound_kbit": 55.0, "clicks": 60}
    row |= dict.fromkeys(("apart_ms", "later_ms", "sound_ms", "picture_ms"), some)
    found = cells({}, row)
    assert len(found) == len(SOUND) - 1
    assert "16-96" in found and found[-1] == "≤ 80 ms **missed**"
    assert cells({}, {**row, "link": "2mbit-100ms"})[-1] == "≤ 150 ms met"
    silent = {"users": 20, "situation": "silent", "processes": {"pulseaudio": {}}, "memory_mb": 5.0, "cores": 0.0001}
    assert cells({}, silent)[-1].startswith("pulseaudio: 5.0 MB, 0.010 % of a core") and len(cells({}, silent)) == len(
        found
    )
    assert label("stream", silent) == "stream, silent, each of 20"
    assert cells({}, {**silent, "processes": {}})[-1] == "it starts no sound server"


# -- the link ----------------------------------------------------------------------------------------------------


def test_a_cut_closes_connections_and_later_ones_are_served() -> None:
    async def check() -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            await reader.read()
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        proxy = Proxy(server.sockets[0].getsockname()[1])
        proxy.set(LINKS["loopback"])
        port = await proxy.listen()
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
            await proxy.cut()
            assert await reader.read() == b""
            writer.close()
        await proxy.close()
        server.close()

    asyncio.run(asyncio.wait_for(check(), 30))
