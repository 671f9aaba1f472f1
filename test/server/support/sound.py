"""Plays tones on a desktop, listens to it as a viewer, and finds the tones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from jupyter_vnc_proxy.server.tickets import TICKET_PROTOCOL
from support.processes import processes_of
from support.sharing import Browser

RATE = 48000

TONE_HZ = 1000.0

RAW = ("--raw", f"--rate={RATE}", "--format=s16le", "--latency-msec=20")


def tone(seconds: float, hertz: float = TONE_HZ, channels: int = 2) -> bytes:
    """Return a sine as PCM (s16le, 48 kHz)."""
    wave = (9000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype("<i2")
    return np.repeat(wave, channels).tobytes()


def loudest_hertz(samples: Any) -> float:
    """Return the frequency that is loudest in some samples of one channel."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()])


def decoded(packets: Sequence[bytes]) -> Any:
    """Return the first channel of Opus packets as samples."""
    decoder = av.CodecContext.create("libopus", "r")
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    return np.concatenate([out.to_ndarray()[0] for frame in frames for out in resampler.resample(frame)])


def encoded(pcm: bytes) -> list[bytes]:
    """Return PCM of one channel as Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE
    fifo = av.AudioFifo()
    fifo.write(frame)
    pieces = fifo.read_many(RATE // 50, partial=False)
    return [bytes(packet) for piece in pieces for packet in encoder.encode(piece)]


class Player:
    """A program on the desktop in ``directory`` that plays what it gets, with the variables of the session."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        environment = {"PULSE_SERVER": f"unix:{directory}/pcm.sock", "PATH": os.environ["PATH"]}
        self.process = subprocess.Popen(
            ["pacat", *RAW, *(arguments or ("--channels=2",))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )

    async def play(self, pcm: bytes) -> None:
        """Play it to the end."""
        _, error = await asyncio.to_thread(self.process.communicate, pcm)
        assert self.process.returncode == 0, error

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


def encoders(directory: Path) -> list[int]:
    """Return the process ids of the encoders of the desktops below ``directory``."""
    return [pid for pid, line in processes_of(directory).items() if "jupyter_vnc_proxy.sound" in line]


def sound_servers(directory: Path) -> list[int]:
    """Return the process ids of their sound servers."""
    return [pid for pid, line in processes_of(directory).items() if "pulseaudio" in line.partition(" ")[0]]


class Listener:
    """A viewer's sound: keeps what it receives, and acknowledges it."""

    def __init__(self, socket: WebSocketClientConnection, acknowledges: bool = True) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []
        self.numbers: list[int] = []
        self.times: list[int] = []
        self.packets: list[bytes] = []
        self._acknowledges = acknowledges
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            if isinstance(message, str):
                self.told.append(json.loads(message))
                continue
            number, captured = struct.unpack_from(">IQ", message)
            self.numbers.append(number)
            self.times.append(captured)
            self.packets.append(message[12:])
            if self._acknowledges and number % 10 == 0:
                with contextlib.suppress(WebSocketClosedError):
                    await self.tell(type="received", sequence=number, buffer=60)

    async def tell(self, **message: Any) -> None:
        await self.socket.write_message(json.dumps(message))

    async def closed(self) -> int | None:
        """Wait for the end; return the close code."""
        await asyncio.wait_for(self._reading, 60)
        self.socket.close()
        return self.socket.close_code

    async def close(self) -> None:
        self.socket.close(1000)
        await self.closed()


async def listen(
    browser: Browser, ws_fetch: Any, invitation: str | None = None, viewer: str = "", **settings: Any
) -> Listener:
    """Open the sound of the default desktop for a user who is connected to it."""
    protocols = ["binary", TICKET_PROTOCOL + await browser.ticket(invitation)]
    params = {"connection": viewer} if viewer else {}
    socket = await ws_fetch(
        *("api", "desktops", "default", "sound"),
        headers=dict(browser.headers),
        params=params,
        subprotocols=protocols,
    )
    return Listener(socket, **settings)
