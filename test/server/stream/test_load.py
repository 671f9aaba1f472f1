"""What limits the server, for a viewer that asks with a fence."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from support.stream.raw_client import RawClient

from jupyter_vnc_proxy.rfb import server_messages
from jupyter_vnc_proxy.stream.load import MAGIC, PAYLOAD_BYTES, READ_AGAIN_SECONDS, LoadReports, read_processor_time
from jupyter_vnc_proxy.stream.video.pacing import Pacer

QUESTION = MAGIC + b"\0\0\0\7" + bytes(32)


def _thread(directory: Path, name: str, ran: int, waited: int) -> None:
    (directory / name).mkdir(parents=True)
    (directory / name / "schedstat").write_text(f"{ran * 1_000_000} {waited * 1_000_000} 5\n")


def _facts(payload: bytes) -> tuple[int, ...]:
    assert len(payload) == PAYLOAD_BYTES
    facts: tuple[int, ...] = struct.unpack(">BBHIIIIII", payload[8:36])
    return facts


def test_the_server_fills_in_a_fence_that_asks_and_returns_others_as_they_are(served: Path) -> None:
    client = RawClient(served)
    for payload in (b"", b"other", QUESTION[:-1], bytes(PAYLOAD_BYTES)):
        assert client.fence(payload) == payload
    answer = client.fence(QUESTION)
    assert answer[:8] == QUESTION[:8]
    version, known, processors, clock, main_ran, ran, *_ = _facts(answer)
    assert (version, known) == (1, 1)
    assert processors >= 1
    assert clock > 0
    assert 0 < main_ran <= ran
    client.close()


def test_times_of_all_threads_are_added(tmp_path: Path) -> None:
    _thread(tmp_path, str(os.getpid()), ran=300, waited=20)
    _thread(tmp_path, "999999", ran=500, waited=70)
    (tmp_path / "999998").mkdir()  # has ended in the meantime
    time = read_processor_time(tmp_path)
    assert time is not None
    assert time[1:] == (300, 800, 90)


def test_a_kernel_without_the_counters_is_told_from_an_idle_one(tmp_path: Path) -> None:
    assert read_processor_time(tmp_path / "none") is None
    _, known, *_ = _facts(LoadReports(tmp_path / "none").answer(QUESTION, Pacer(), 0))
    assert known == 0


def test_counters_are_read_at_most_a_few_times_a_second(tmp_path: Path) -> None:
    assert READ_AGAIN_SECONDS > 0.1
    _thread(tmp_path, str(os.getpid()), ran=300, waited=20)
    reports = LoadReports(tmp_path)
    first = reports.answer(QUESTION, Pacer(), 0)
    (tmp_path / str(os.getpid()) / "schedstat").write_text("900000000 0 5\n")
    assert reports.answer(QUESTION, Pacer(), 0) == first


def test_what_waits_and_the_links_capacity_are_told_and_never_overflow() -> None:
    pacer = Pacer()
    now = 0.0
    pacer.link.ping_sent(now, 1)
    pacer.link.ping_answered(now + 0.01, 1)
    *_, capacity, unsent = _facts(LoadReports().answer(QUESTION, pacer, 1 << 40))
    assert capacity == 0
    assert unsent == 0xFFFFFFFF


def test_a_question_is_a_fence_that_servers_accept() -> None:
    assert server_messages.fence(server_messages.FENCE_REQUEST, QUESTION)[8] == PAYLOAD_BYTES
