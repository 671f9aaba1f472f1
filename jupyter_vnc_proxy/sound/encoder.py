"""One capture of the desktop's sound for all who listen to it: each gets every packet, and may speak."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
from collections.abc import Callable
from typing import Protocol

from ..plain_asyncio import asyncio
from . import messages
from .messages import BITRATE, MICROPHONE, PROBLEM, SPEECH

log = logging.getLogger(__name__)

MAX_LISTENERS = 64
"""Simultaneous connections; further ones are closed."""

MAX_BUFFERED_BYTES = 32 * 1024
"""What a listener that reads too slowly may leave unread; then packets are dropped for it, rather than late."""

BITRATE_BITS = 96_000
MIN_BITRATE_BITS = 6_000
MAX_BITRATE_BITS = 256_000
"""The bitrate of listeners that want no other one, and the limits of what they may want."""

FIRST_LISTENER_SECONDS = 5.0
"""How long to wait for the first listener, which may have left before it was accepted."""

INSTALL = f"{sys.executable} -m pip install 'jupyter-vnc-proxy[stream]'"

CHECK_SECONDS = 1.0
"""Interval of the checks whether the capture has given up."""


class CaptureLike(Protocol):
    """What `capture.Capture` does."""

    @property
    def problem(self) -> str | None:
        """Why it has given up, or ``None``."""

    def start(self, bits: int) -> None:
        """Start with this bitrate; raise ``RuntimeError`` if that is impossible."""

    def set_bitrate(self, bits: int) -> None:
        """Change the bitrate."""

    def stop(self) -> None:
        """Stop, and wait for the end."""


class SpeakerLike(Protocol):
    """What `capture.Speaker` does."""

    def play(self, opus: bytes) -> None:
        """Play one packet."""

    def stop(self) -> None:
        """Stop, and wait for the end."""


class _Listener:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.wanted = BITRATE_BITS
        self.speaker: SpeakerLike | None = None

    def send(self, data: bytes) -> None:
        """Send a message, unless too many wait already."""
        if self._writer.transport.get_write_buffer_size() <= MAX_BUFFERED_BYTES:
            self._writer.write(data)

    def close(self) -> None:
        """Send what waits, and close the connection."""
        self._writer.close()


class Encoder:
    """Serves the listeners that connect to the socket ``listening`` until the last one has left.

    ``capture`` makes the capture, given what to call with each packet; ``speaker`` makes one for a microphone. Both
    raise ``ImportError`` if pcmflux is missing.
    """

    def __init__(
        self,
        listening: socket.socket,
        capture: Callable[[Callable[[int, bytes], None]], CaptureLike],
        speaker: Callable[[], SpeakerLike],
    ) -> None:
        self._listening = listening
        self._make_capture = capture
        self._make_speaker = speaker
        self._capture: CaptureLike | None = None
        self._bits = BITRATE_BITS
        self._listeners: set[_Listener] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deserted = asyncio.Event()
        self._problem = ""

    async def serve(self) -> None:
        """Capture while there are listeners; return when the last one has left."""
        loop = asyncio.get_running_loop()
        await self._start()
        accepting = loop.create_task(self._accept())
        watching = loop.create_task(self._watch())
        timer = loop.call_later(FIRST_LISTENER_SECONDS, self._end_if_deserted)
        try:
            await self._deserted.wait()
        finally:
            timer.cancel()
            for task in (accepting, watching, *self._tasks):
                task.cancel()
            await asyncio.gather(accepting, watching, *self._tasks, return_exceptions=True)
            if self._capture is not None:
                await asyncio.to_thread(self._capture.stop)

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()

        def captured(when: int, opus: bytes) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._fan_out, messages.packet(when, opus))

        try:
            self._capture = self._make_capture(captured)
            await asyncio.to_thread(self._capture.start, self._bits)
        except ImportError as error:
            self._problem = f"pcmflux, which encodes sound, can't be loaded: {error}. Install it: {INSTALL}"
        except RuntimeError as error:
            self._problem = f"The desktop's sound can't be captured: {error}."
        if self._problem:
            log.error("%s", self._problem)

    async def _watch(self) -> None:
        while not self._problem:
            await asyncio.sleep(CHECK_SECONDS)
            if self._capture is not None and (reason := self._capture.problem):
                self._problem = f"The desktop's sound server does not respond: {reason}."
                log.error("%s", self._problem)
        for listener in list(self._listeners):
            self._refuse(listener)

    def _refuse(self, listener: _Listener) -> None:
        listener.send(messages.encode(PROBLEM, self._problem.encode()))
        listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._listening)
            if len(self._tasks) >= MAX_LISTENERS:
                connection.close()
                continue
            task = loop.create_task(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a listener's connection failed: %r", error)
        self._end_if_deserted()

    def _end_if_deserted(self) -> None:
        if not self._tasks:
            self._deserted.set()

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection, limit=messages.MAX_MESSAGE_BYTES)
        listener = _Listener(writer)
        try:
            if self._problem:
                self._refuse(listener)
                return
            self._listeners.add(listener)
            self._use_wanted_bitrate()
            listener.send(messages.bitrate(self._bits))
            while (message := await messages.read(reader)) is not None:
                await self._handle(listener, message)
        except ValueError as error:
            log.warning("a listener sent what is no message: %s", error)
        finally:
            self._listeners.discard(listener)
            await self._switch_microphone(listener, False)
            self._use_wanted_bitrate()
            listener.close()

    async def _handle(self, listener: _Listener, message: messages.Message) -> None:
        if message.kind == BITRATE:
            wanted = messages.read_bitrate(message.payload)
            listener.wanted = max(MIN_BITRATE_BITS, min(MAX_BITRATE_BITS, wanted))
            self._use_wanted_bitrate()
        elif message.kind == MICROPHONE:
            await self._switch_microphone(listener, message.payload == b"\1")
        elif message.kind == SPEECH and listener.speaker and 0 < len(message.payload) <= messages.MAX_SPEECH_BYTES:
            listener.speaker.play(message.payload)

    async def _switch_microphone(self, listener: _Listener, on: bool) -> None:
        if on and listener.speaker is None:
            try:
                listener.speaker = await asyncio.to_thread(self._make_speaker)
            except RuntimeError as error:
                log.warning("a microphone can't be played: %s", error)
        elif not on and listener.speaker is not None:
            speaker, listener.speaker = listener.speaker, None
            await asyncio.to_thread(speaker.stop)

    def _use_wanted_bitrate(self) -> None:
        """Encode with the least bitrate that a listener wants: there is one encoder for all."""
        bits = min((each.wanted for each in self._listeners), default=self._bits)
        if bits != self._bits:
            self._bits = bits
            if self._capture is not None:
                self._capture.set_bitrate(bits)
            for listener in self._listeners:
                listener.send(messages.bitrate(bits))

    def _fan_out(self, data: bytes) -> None:
        for listener in self._listeners:
            listener.send(data)
