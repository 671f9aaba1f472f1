"""Relays bytes between a viewer's WebSocket and a desktop's socket, in a thread, with bounded memory.

jupyter-server-proxy reads from us without regard to its viewer. So we count what the viewer has received: a WebSocket
ping follows every `PING_BYTES`, and we stop reading from the desktop while more than `WINDOW_BYTES` are unanswered. A
ping has a random payload, which a viewer can't answer before it has read it.
"""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from websockify.websocket import WebSocketWantReadError
from websockify.websockifyserver import CompatibleWebSocket

from ..rfb.errors import ProtocolError
from ..rfb.filters.client_filter import UnknownMessageError
from ..server.endpoints import PING_SECONDS
from .viewer_messages import ViewerMessages

WINDOW_BYTES = 4 << 20
"""Maximum number of bytes that were sent, but that the viewer has not acknowledged."""

PING_BYTES = 256 << 10
"""Number of bytes after which the viewer is asked for an acknowledgement; also the maximum size of one read."""

QUEUE_BYTES = 32 << 20
"""Maximum number of a viewer's bytes that wait for a desktop that does not read them."""

BINARY, PING, PONG = 0x82, 0x89, 0x8A
"""First bytes of unfragmented frames (RFC 6455, section 5.2)."""

CLOSE_UNKNOWN_MESSAGE = 4400
CLOSE_IDLE = 4408
CLOSE_ERROR = 1011


class ViewerSocket(CompatibleWebSocket):  # type: ignore[misc]
    """websockify's WebSocket, for reading; `ViewerRelay` writes the frames."""

    relay: ViewerRelay

    def handle_ping(self, data: bytes) -> None:
        """Answer a ping, unless jupyter-server-proxy passes on an acknowledgement with it."""
        if not self.relay.acknowledged(data):
            self.relay.queue(PONG, data)

    def handle_pong(self, data: bytes) -> None:
        """Take an acknowledgement, unless jupyter-server-proxy answers in the viewer's stead."""
        if not self.relay.proxied:
            self.relay.acknowledged(data)


def frame(first: int, data: bytes) -> bytes:
    """Return a server's frame, which is not masked."""
    length = len(data)
    if length < 126:
        return struct.pack("!BB", first, length) + data
    if length < 1 << 16:
        return struct.pack("!BBH", first, 126, length) + data
    return struct.pack("!BBQ", first, 127, length) + data


class ViewerRelay:
    """One viewer's connection.

    ``proxied``: the viewer's acknowledgements arrive as pings, see `jupyter_vnc_proxy.proxy.activity`. ``messages``
    says what passes, and whether a person did something, for which `on_input` is called; ``idle_disconnect`` is the
    time in seconds without that after which the connection ends, 0 for never.
    """

    def __init__(
        self,
        viewer: ViewerSocket,
        desktop: socket.socket,
        messages: ViewerMessages,
        idle_disconnect: float = 0.0,
        proxied: bool = False,
    ) -> None:
        self.proxied = proxied
        self._viewer = viewer
        self._socket: socket.socket = viewer.socket
        self._desktop = desktop
        self._messages = messages
        self.on_input: Callable[[], object] = lambda: None
        self._idle_disconnect = idle_disconnect
        self._to_viewer = bytearray()
        self._to_desktop = bytearray()
        self._sent = self._acknowledged = self._pinged = 0
        self._pings: deque[tuple[bytes, int, float]] = deque()
        viewer.relay = self

    def queue(self, first: int, data: bytes) -> None:
        """Send a frame as soon as the viewer's connection accepts it."""
        if first == BINARY or len(self._to_viewer) < PING_BYTES:  # a flood of pings is not answered
            self._to_viewer += frame(first, data)

    def acknowledged(self, payload: bytes) -> bool:
        """Take the answer to a ping; return whether it is one."""
        if not any(payload == each for each, _, _ in self._pings):
            return False
        while self._pings:
            each, self._acknowledged, _ = self._pings.popleft()
            if each == payload:
                break
        return True

    def run(self) -> tuple[int, str] | None:
        """Relay until one side ends; return the close code and the reason, or ``None`` if the desktop ended."""
        try:
            return self._run()
        except UnknownMessageError as error:
            return CLOSE_UNKNOWN_MESSAGE, f"The connection was closed: {error}."
        except ProtocolError:
            return CLOSE_ERROR, "The VNC server sent a message that cannot be filtered."

    def _run(self) -> tuple[int, str] | None:
        used = pinged = time.monotonic()
        for each in (self._socket, self._desktop):
            each.setblocking(False)
        while True:
            now = time.monotonic()
            if self._idle_disconnect and now - used >= self._idle_disconnect:
                return CLOSE_IDLE, "The desktop has been idle for too long."
            if self._pings and now - self._pings[0][2] >= 2 * PING_SECONDS:
                return CLOSE_ERROR, "The viewer does not answer."
            if now - pinged >= PING_SECONDS:
                pinged = now
                self._ping(now)
            viewer, desktop = self._wait(self._timeout(now, used, pinged))
            if viewer & select.POLLOUT:
                self._flush(self._socket, self._to_viewer)
            if desktop & select.POLLOUT:
                self._flush(self._desktop, self._to_desktop)
            if viewer & ~select.POLLOUT:
                data, closed = self._receive()
                passed = self._messages.from_viewer(data)
                if passed.human:
                    used = time.monotonic()
                    self.on_input()
                self._to_desktop += passed.data
                if closed is not None:
                    self._flush(self._desktop, self._to_desktop)
                    return closed
                if len(self._to_desktop) > QUEUE_BYTES:
                    return CLOSE_ERROR, "The VNC server does not read."
            if desktop & ~select.POLLOUT and not self._forward():
                return None

    def _timeout(self, now: float, used: float, pinged: float) -> float:
        ends = [pinged + PING_SECONDS]
        if self._idle_disconnect:
            ends.append(used + self._idle_disconnect)
        if self._pings:
            ends.append(self._pings[0][2] + 2 * PING_SECONDS)
        return max(min(ends) - now, 0)

    def _wait(self, seconds: float) -> tuple[int, int]:
        """Wait for what can be done; return the events of both sockets."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._to_viewer else 0))
        reads = not self._to_viewer and self._sent - self._acknowledged < WINDOW_BYTES
        wanted = (select.POLLIN if reads else 0) | (select.POLLOUT if self._to_desktop else 0)
        if wanted:  # without, a desktop that has ended would be reported for ever
            poll.register(self._desktop, wanted)
        events = dict(poll.poll(seconds * 1000 + 1))
        return events.get(self._socket.fileno(), 0), events.get(self._desktop.fileno(), 0)

    def _receive(self) -> tuple[bytes, tuple[int, str] | None]:
        """Return the viewer's bytes, and its close code and reason if it has closed."""
        messages: list[bytes] = []
        with contextlib.suppress(WebSocketWantReadError):
            while True:
                message: Any = self._viewer.recvmsg()
                if message is None:
                    return b"".join(messages), (self._viewer.close_code or 1000, self._viewer.close_reason or "")
                messages.append(message)
                if not self._viewer.pending():
                    break
        return b"".join(messages), None

    def _forward(self) -> bool:
        """Read from the desktop; return whether it is still there."""
        if self._to_viewer:
            return True
        try:
            data = self._desktop.recv(PING_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        if not (data := self._messages.from_desktop(data)):
            return True
        self.queue(BINARY, data)
        self._sent += len(data)
        if self._sent - self._pinged >= PING_BYTES:
            self._ping(time.monotonic())
        self._flush(self._socket, self._to_viewer)
        return True

    def _ping(self, now: float) -> None:
        payload = secrets.token_bytes(8)
        self._pings.append((payload, self._sent, now))
        self._pinged = self._sent
        self._to_viewer += frame(PING, payload)

    def _flush(self, target: socket.socket, data: bytearray) -> None:
        try:
            while data:
                del data[: target.send(data)]
        except BlockingIOError:
            pass
        except OSError:
            data.clear()  # it has ended; reading from it tells so
