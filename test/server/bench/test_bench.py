"""The bench's stamps, links and percentiles, and a quick run with every number."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bench.desktop.network.link import LINKS, QUEUE_SECONDS, Direction, Link, Proxy
from bench.desktop.network.send_buffer import buffer_size, limit_send_buffer
from bench.desktop.painter import stamp
from bench.desktop.percentiles import percentile, summary
from bench.desktop.report import page, targets
from bench.desktop.report.table import lines_of
from bench.desktop.servers import jupyter_server, processes

pytestmark = pytest.mark.alone

REPOSITORY = Path(__file__).parents[3]

STAMPS = st.builds(
    stamp.Stamp,
    st.integers(0, 2**stamp.FRAME_BITS - 1),
    st.integers(0, 2**stamp.TIME_BITS - 1),
    st.integers(0, 2**stamp.CLICK_BITS - 1),
)

# -- stamps -------------------------------------------------------------------------------------------------------


@given(STAMPS)
def test_a_stamp_is_read_as_it_was_drawn(drawn: stamp.Stamp) -> None:
    assert stamp.read(stamp.draw(drawn)) == drawn


@given(STAMPS, st.integers(15, 95))
def test_a_stamp_survives_jpeg_with_reduced_colour(drawn: stamp.Stamp, quality: int) -> None:
    screen = np.full((64, 1280, 3), (40, 160, 90), np.uint8)
    screen[32:48, : stamp.WIDTH] = stamp.draw(drawn)[..., :3]
    file = io.BytesIO()
    Image.fromarray(screen).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    assert stamp.read(np.asarray(Image.open(file))[32:48]) == drawn


def test_half_a_stamp_is_none() -> None:
    pixels = stamp.draw(stamp.Stamp(1000, 70000, 3))
    pixels[:, : stamp.WIDTH // 2] = stamp.draw(stamp.Stamp(1001, 90000, 3))[:, : stamp.WIDTH // 2]
    assert stamp.read(pixels) is None


def test_a_stamp_of_a_moment_tells_its_age() -> None:
    now = 1_800_000_000.25
    drawn = stamp.Stamp.of(70_000, now, 17)
    assert (drawn.frame, drawn.clicks) == (70_000 - 2**16, 1)
    assert drawn.age(now + 0.03) == pytest.approx(0.03, abs=2e-4)
    assert drawn.age(now - 0.002) == pytest.approx(-0.002, abs=2e-4)


@pytest.mark.parametrize("height", [720, 1080, 801])
def test_the_stamp_stands_on_the_screen_aligned_to_macroblocks(height: int) -> None:
    x, y = stamp.place(height)
    assert (x, y % 16) == (0, 0)
    assert height - 2 * stamp.HEIGHT < y <= height - stamp.HEIGHT


# -- numbers ------------------------------------------------------------------------------------------------------


def test_percentiles_are_samples() -> None:
    samples = list(range(1, 101))
    assert [percentile(samples, percent) for percent in (0, 50, 95, 100)] == [1, 50, 95, 100]
    assert percentile([7], 95) == 7
    assert percentile([], 50) is None
    assert summary([3.04, 1.0, 2.0]) == {"p50": 2.0, "p95": 3.0, "max": 3.0, "count": 3}
    assert summary([]) == {"p50": None, "p95": None, "max": None, "count": 0}


def row(scene: str, **fields: Any) -> dict[str, Any]:
    return {"size": "1280x720", "link": "loopback", "scene": scene, **fields}


def test_targets_are_met_missed_or_unknown() -> None:
    results = {
        "stream": {"rows": [row("scroll", fps=59.5, age_ms={"p50": 21.0, "p95": None})]},
        "selkies": {"rows": [row("scroll", fps=60.0)]},
    }
    where = ("1280x720", "loopback", "scroll")
    assert targets.Target(*where, "fps", 59, at_least=True).check(results)["met"] is True
    assert targets.Target(*where, "fps", 59, at_least=True, all_peers=True).check(results)["met"] is False
    assert targets.Target(*where, "age_ms|p50", 20).check(results)["met"] is False
    assert targets.Target(*where, "age_ms|p95", 30).check(results)["met"] is None
    assert targets.Target(*where, "fps", ("tigervnc", 1.0), at_least=True).check(results)["met"] is None
    assert targets.Target(*where, "fps", ("selkies", 0.5), at_least=True).check(results)["limit"] == 30.0


def test_what_could_not_be_measured_is_in_the_table() -> None:
    configuration = {"versions": {}, "error": "it can't be installed", "rows": []}
    lines = lines_of({"configurations": {"selkies": configuration}, "targets": targets.check_all({})})
    assert "Not measured: it can't be installed" in lines
    assert sum("not measured" in line for line in lines) == len(targets.TARGETS)


# -- the link -----------------------------------------------------------------------------------------------------


def test_a_link_takes_its_time_for_each_byte_and_its_length() -> None:
    way = Direction(Link("slow", mbit=8, round_trip=100))
    assert way.cross(1000, now=10.0) == pytest.approx(10.001 + 0.05)
    assert way.cross(1000, now=10.0) == pytest.approx(10.002 + 0.05)
    assert way.cross(1000, now=11.0) == pytest.approx(11.001 + 0.05)
    assert way.bytes == 3000


def test_a_link_has_room_until_its_queue_is_full() -> None:
    way = Direction(Link("slow", mbit=8, round_trip=0))
    while way.room_after(0.0) == 0:
        way.cross(1000, now=0.0)
    assert way.bytes == pytest.approx(QUEUE_SECONDS * 1e6, abs=1001)
    assert way.room_after(0.01) == 0


def test_the_loopback_has_neither_rate_nor_length() -> None:
    way = Direction(LINKS["loopback"])
    assert way.cross(10**9, now=1.0) == 1.0
    assert way.room_after(1.0) == 0


class Ends:
    """Both ends of a connection through a proxy."""

    def __init__(self, link: Link) -> None:
        self.link = link

    async def __aenter__(self) -> Ends:
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        port = listener.getsockname()[1]
        assert limit_send_buffer(os.getpid(), port, self.link)
        self.proxy = Proxy(port)
        self.proxy.set(self.link)
        self.near_reader, self.near = await asyncio.open_connection("127.0.0.1", await self.proxy.listen())
        accepted, _ = await asyncio.get_running_loop().sock_accept(listener)
        listener.close()
        self.far_reader, self.far = await asyncio.open_connection(sock=accepted)
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in (self.near, self.far):
            writer.transport.abort()
        await self.proxy.close()


@pytest.mark.parametrize("link", [LINKS["loopback"], LINKS["10mbit-40ms"]], ids=lambda link: link.name)
def test_bytes_cross_a_link_in_order_and_are_counted(link: Link) -> None:
    data = np.random.default_rng(1).bytes(150_000)

    async def cross() -> None:
        async with Ends(link) as ends:
            began = time.monotonic()
            ends.far.write(data)
            ends.near.write(data[:5000])
            assert await ends.near_reader.readexactly(len(data)) == data
            assert await ends.far_reader.readexactly(5000) == data[:5000]
            if link.limited:  # it may take longer on a busy machine, but never less
                assert time.monotonic() - began > len(data) * 8 / (link.mbit * 1e6)
            assert (ends.proxy.down.bytes, ends.proxy.up.bytes) == (len(data), 5000)
            ends.far.write_eof()
            assert await ends.near_reader.read() == b""

    asyncio.run(asyncio.wait_for(cross(), 30))


def test_a_receiver_that_does_not_read_holds_the_sender_back() -> None:
    async def push() -> None:
        async with Ends(LINKS["10mbit-40ms"]) as ends:
            ends.far.write(bytes(64 << 20))
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(ends.far.drain(), 1.0)
            assert ends.proxy.down.bytes < 3_000_000

    asyncio.run(asyncio.wait_for(push(), 30))


def test_a_send_buffer_fits_its_link() -> None:
    assert buffer_size(LINKS["10mbit-40ms"]) == 50_000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert limit_send_buffer(os.getpid(), port, LINKS["2mbit-100ms"])
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * 25_000
    assert not limit_send_buffer(os.getpid(), port, LINKS["2mbit-100ms"])


# -- a run --------------------------------------------------------------------------------------------------------

COSTS = {"seconds", "mbit_down", "mbit_up", "cores", "cores_by_process", "vnc_cores", "vnc_memory_mb"}
COSTS |= {"memory_mb", "memory_mb_by_process", "browser_cores", "size", "link", "scene"}
FRAMES = {"fps", "seen_fps", "presented_fps", "age_ms", "flips", "unreadable", "server_frame_ms", "browser_frame_ms"}
FIELDS = {
    "start": {"size", "link", "scene", "desktop", "first_picture_ms", "send_buffer_bounded"},
    "scroll": COSTS | FRAMES,
    "click": COSTS | {"click_ms", "missed"},
    "still": COSTS | {"exact_ms", "without_viewer"},
}
FIELDS["video"] = FIELDS["scroll"]


@pytest.mark.timeout(300)
def test_a_quick_run_gives_every_number_and_leaves_nothing(tmp_path: Path) -> None:
    output, name = tmp_path / "bench.json", str(tmp_path)
    argv = [sys.executable, "-m", "bench.desktop", "--quick", "--output", str(output)]
    env = {**os.environ, jupyter_server.RUN: name}
    run = subprocess.run(argv, cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stderr
    result = json.loads(output.read_text())
    about = {"date", "machine", "links", "quick", "durations", "default", "seconds"}
    assert about | {"configurations", "targets"} == set(result)
    assert {"machine", "cpu", "cores", "memory_gb", "kernel", "python", "load_before"} == set(result["machine"])
    assert set(result["configurations"]) == {"stream", "tigervnc"}
    assert result["configurations"]["tigervnc"]["command"].startswith("Xtigervnc -displayfd")
    for name, configuration in result["configurations"].items():
        assert "error" not in configuration, configuration["error"]
        assert all(configuration["versions"].values()), name
        scenes = ["start", "scroll", "video", "click", "still"]
        found = [(each["link"], each["scene"]) for each in configuration["rows"]]
        assert found == [(link, scene) for link in ("loopback", "10mbit-40ms") for scene in scenes]
        for each in configuration["rows"]:
            assert set(each) == FIELDS[each["scene"]], (name, each)
        on_loopback = {each["scene"]: each for each in configuration["rows"] if each["link"] == "loopback"}
        assert on_loopback["scroll"]["age_ms"]["count"] > 0
        assert on_loopback["click"]["click_ms"]["count"] > 0
        assert on_loopback["video"]["unreadable"] == 0
        assert on_loopback["video"]["server_frame_ms"] > 0 and on_loopback["video"]["browser_frame_ms"] > 0
    assert len(result["targets"]) == len(targets.TARGETS)
    assert "### Targets" in run.stdout
    committed = (page.DOCS / page.PAGE).read_text(encoding="utf-8")
    assert "This was a quick run" in page.fill(committed, result)
    assert processes.marked(jupyter_server.RUN, name) == []
