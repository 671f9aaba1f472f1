"""One capture for all listeners, without a sound server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from support.waiting import until

from jupyter_vnc_proxy.sound import encoder, messages
from jupyter_vnc_proxy.sound.encoder import Encoder
from jupyter_vnc_proxy.system.unix_sockets import private_socket


class FakeCapture:
    """Sends what a test wants, and notes what it is told."""

    problem: str | None = None
    error: Exception | None = None

    def __init__(self, on_packet: Callable[[int, bytes], None]) -> None:
        self.send = on_packet
        self.noted: list[Any] = []

    def start(self, bits: int) -> None:
        self.noted.append(bits)
        if self.error is not None:
            raise self.error

    def set_bitrate(self, bits: int) -> None:
        self.noted.append(bits)

    def stop(self) -> None:
        self.noted.append("stopped")


class FakeSpeaker:
    """Keeps what it is given to play."""

    def __init__(self) -> None:
        self.played: list[bytes] = []
        self.is_stopped = False

    def play(self, opus: bytes) -> None:
        self.played.append(opus)

    def stop(self) -> None:
        self.is_stopped = True


class Program:
    """An encoder that serves, and what it has made."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "snd.sock"
        self.captures: list[FakeCapture] = []
        self.speakers: list[FakeSpeaker] = []
        self.listening = private_socket(self.path)
        self.listening.setblocking(False)
        self.listening.listen()
        self.error: Exception | None = None
        self.task: asyncio.Task[None] | None = None

    def _capture(self, on_packet: Callable[[int, bytes], None]) -> FakeCapture:
        if isinstance(self.error, ImportError):
            raise self.error
        made = FakeCapture(on_packet)
        made.error = self.error
        self.captures.append(made)
        return made

    def _speaker(self) -> FakeSpeaker:
        self.speakers.append(FakeSpeaker())
        return self.speakers[-1]

    def start(self) -> None:
        self.task = asyncio.ensure_future(Encoder(self.listening, self._capture, self._speaker).serve())

    async def listen(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self.path)

    async def ended(self) -> None:
        assert self.task is not None
        await asyncio.wait_for(self.task, 60)


@contextlib.asynccontextmanager
async def program(directory: Path) -> AsyncIterator[Program]:
    made = Program(directory)
    try:
        yield made
    finally:
        if made.task is not None:
            made.task.cancel()
            await asyncio.gather(made.task, return_exceptions=True)
        made.listening.close()


async def read(reader: asyncio.StreamReader) -> messages.Message:
    message = await asyncio.wait_for(messages.read(reader), 60)
    assert message is not None
    return message


async def test_listeners_share_one_capture_which_ends_with_the_last(tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        (first, first_writer), (second, second_writer) = await serving.listen(), await serving.listen()
        serving.start()
        for reader in (first, second):
            assert await read(reader) == (messages.BITRATE, (96_000).to_bytes(4, "big"))
        (capture,) = serving.captures
        await asyncio.to_thread(capture.send, 12, b"opus")
        for reader in (first, second):
            assert messages.read_packet((await read(reader)).payload) == (12, b"opus")
        first_writer.close()
        second_writer.close()
        await serving.ended()
        assert capture.noted == [96_000, "stopped"]


async def test_the_bitrate_is_the_least_that_a_listener_wants(tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        (first, first_writer), (second, second_writer) = await serving.listen(), await serving.listen()
        serving.start()
        for reader in (first, second):
            await read(reader)
        first_writer.write(messages.bitrate(32_000))
        for reader in (first, second):
            assert await read(reader) == (messages.BITRATE, (32_000).to_bytes(4, "big"))
        second_writer.write(messages.bitrate(64_000) + messages.bitrate(1))
        assert messages.read_bitrate((await read(second)).payload) == encoder.MIN_BITRATE_BITS
        second_writer.close()
        await read(first)
        assert messages.read_bitrate((await read(first)).payload) == 32_000
        first_writer.close()
        await serving.ended()


async def test_each_microphone_has_a_speaker_while_it_is_on(tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        reader, writer = await serving.listen()
        serving.start()
        await read(reader)
        speech = messages.encode(messages.SPEECH, b"opus")
        on, off = (messages.encode(messages.MICROPHONE, bytes([state])) for state in (1, 0))
        too_long = messages.encode(messages.SPEECH, bytes(messages.MAX_SPEECH_BYTES + 1))
        writer.write(speech + on + speech + too_long + off + speech + on + speech)
        await until(lambda: len(serving.speakers) == 2 and serving.speakers[1].played)
        assert [each.played for each in serving.speakers] == [[b"opus"], [b"opus"]]
        writer.close()
        await serving.ended()
        assert all(each.is_stopped for each in serving.speakers)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ImportError("No module named 'pcmflux'"), "pip install"),
        (RuntimeError("refused"), "can't be captured: refused"),
    ],
)
async def test_listeners_are_told_why_there_is_no_sound(error: Exception, words: str, tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        serving.error = error
        reader, writer = await serving.listen()
        serving.start()
        told = await read(reader)
        assert told.kind == messages.PROBLEM
        assert words in told.payload.decode()
        assert await messages.read(reader) is None
        writer.close()
        await serving.ended()


async def test_a_capture_that_gives_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "CHECK_SECONDS", 0.01)
    async with program(tmp_path) as serving:
        reader, writer = await serving.listen()
        serving.start()
        await read(reader)
        serving.captures[0].problem = "it has gone"
        assert (await read(reader)).payload.endswith(b"it has gone.")
        writer.close()
        await serving.ended()


async def test_it_ends_if_the_first_listener_has_left_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "FIRST_LISTENER_SECONDS", 0.01)
    async with program(tmp_path) as serving:
        serving.start()
        await serving.ended()


async def test_a_listener_that_does_not_read_gets_no_more_than_fits(tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        reader, writer = await serving.listen()
        slow = socket.socket(socket.AF_UNIX)
        slow.connect(str(serving.path))
        serving.start()
        await read(reader)
        packet = bytes(1000)
        for number in range(2000):
            serving.captures[0].send(number, packet)
            assert (await read(reader)).kind == messages.PACKET
        slow.setblocking(False)
        kept = 0
        with contextlib.suppress(BlockingIOError):
            while data := slow.recv(1 << 20):
                kept += len(data)
        assert kept < 1_000_000
        slow.close()
        writer.close()
        await serving.ended()


@pytest.mark.parametrize("nonsense", [bytes(5), b"\xff\xff\xff\xffp", messages.encode(messages.BITRATE, b"\1")])
async def test_what_is_no_message_ends_the_connection(nonsense: bytes, tmp_path: Path) -> None:
    async with program(tmp_path) as serving:
        reader, writer = await serving.listen()
        serving.start()
        await read(reader)
        writer.write(nonsense)
        assert await asyncio.wait_for(messages.read(reader), 60) is None
        writer.close()
        await serving.ended()
