"""The WebSocket of a viewer's sound: it belongs to the picture's connection, whose rights and life it shares."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
from typing import Any

from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ...desktops.manager import DesktopManager
from ...errors import UnknownDesktop
from ...rfb.rights import Right
from ...sound import messages
from ...sound.pulse import LISTENERS_SOCKET, PACKAGES
from ...system.packages import install_command
from ..access import Admission, Sharing
from ..connections import (
    CLOSE_ERROR,
    CLOSE_FORBIDDEN,
    CLOSE_LEFT,
    CLOSE_REMOVED,
    CLOSE_UNKNOWN_MESSAGE,
    Connection,
    why_ended,
)
from ..endpoints import PING_SECONDS
from ..identity import Presence
from ..metrics import RECEIVED, SENT
from ..tickets import offered_ticket
from ..web.api_table import SOUND, pattern
from ..web.handler import GuardedHandler
from ..websocket import MAX_REASON_BYTES
from .encoder_socket import EncoderSocket
from .link import Link
from .microphone import Microphone

FORMAT = {
    "type": "format",
    "codec": "opus",
    "sampleRate": messages.SAMPLE_RATE,
    "channels": messages.CHANNELS,
    "frameDuration": messages.FRAME_MS,
}

HEADER = struct.Struct(">IQ")
"""In front of each packet: its number, and its capture time in microseconds of this machine's monotonic clock."""

CHECK_SECONDS = 0.5
"""Interval of the checks of the picture's connection while it is silent; each packet is checked, too."""

MAX_VIEWER_MESSAGE_BYTES = 2048

NO_CONNECTION = {
    "message": "Sound belongs to the connection of the desktop's picture, and you have none.",
    "code": "no-connection",
    "fix": None,
}

Sockets = dict[str, "SoundSocket"]
"""The socket of each picture's connection, by the connection's id."""


class SoundSocket(WebSocketMixin, WebSocketHandler, GuardedHandler):
    """Sends what is played on a desktop to a viewer, and the viewer's microphone to the desktop."""

    ping_interval = PING_SECONDS
    ping_timeout = PING_SECONDS

    def initialize(self, manager: DesktopManager, allowed: Right, sharing: Sharing, sockets: Sockets) -> None:
        """Store the arguments of the route."""
        self.manager = manager
        self.allowed = allowed
        self.sharing = sharing
        self.sockets = sockets
        route = {"manager": manager, "allowed": allowed, "sharing": sharing, "sockets": sockets}
        self._presence = Presence(self, route)
        self._link = Link(messages.FRAME_MS)
        self._microphone = Microphone(lambda: self._may(Right.SPEAK), self._microphone_turned_off)
        self._encoder: EncoderSocket | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def max_message_size(self) -> int:
        """The longest message that a viewer may send."""
        return MAX_VIEWER_MESSAGE_BYTES

    async def get(self, name: str) -> None:
        """Upgrade for a user who may see the desktop and is connected to it; else respond with 403 and JSON."""
        if not self.current_user:
            raise web.HTTPError(403)
        ticket = offered_ticket(self.request.headers.get_list("Sec-WebSocket-Protocol"))
        admission = await self.sharing.admit(self, name, ticket, self._presence)
        found = self._picture(name, admission) if isinstance(admission, Admission) else None
        if isinstance(admission, dict) or found is None:
            self.set_status(403)
            self.set_header("Content-Type", "application/json")
            await self.finish(json.dumps(admission if isinstance(admission, dict) else NO_CONNECTION))
            return
        self.name, self._connection = name, found
        self._rights = admission.rights & self.allowed
        await super().get(name)

    def _picture(self, name: str, admission: Admission) -> Connection | None:
        """Return the connection that the query names, or the newest of this user and invitation."""
        wanted = self.get_query_argument("connection", "")
        own = [
            each
            for each in self.sharing.connections.of(name)
            if (each.owner, each.invitation) == (admission.owner, admission.invitation) and wanted in ("", each.id)
        ]
        return own[-1] if own else None

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Select ``binary`` if the client offers it."""
        return "binary" if "binary" in subprotocols else None

    def get_compression_options(self) -> None:
        """Disable compression: Opus is compressed already."""

    # -- what the viewer hears ----------------------------------------------------------------------------------------

    def open(self, *args: str, **kwargs: str) -> None:
        """Start sending, in the place of an earlier socket of the same connection."""
        self.set_nodelay(True)
        earlier = self.sockets.get(self._connection.id)
        self.sockets[self._connection.id] = self
        if earlier is not None:
            earlier.refuse(CLOSE_LEFT, "The sound is played elsewhere.")
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._send()), loop.create_task(self._watch())]

    def _may(self, right: Right) -> bool:
        """Return whether the picture's connection is there, and both have the right."""
        connection = self._connection
        is_there = self.sharing.connections.find(self.name, connection.id) is connection
        return is_there and right in self._rights & connection.rights

    async def _send(self) -> None:
        if not self._may(Right.HEAR):
            return self.refuse(*self._why_ended())
        try:
            desktop = self.manager.get(self.name)
            if not desktop.state().sound:
                return self.refuse(CLOSE_REMOVED, _no_sound())
            self._encoder = await EncoderSocket.connect(desktop.path / LISTENERS_SOCKET)
        except (UnknownDesktop, OSError, asyncio.TimeoutError):
            return self.refuse(CLOSE_ERROR, "The desktop's sound does not respond.")
        try:
            self._tell(FORMAT)
            async for message in self._encoder.received():
                self._forward(message)
        except (WebSocketClosedError, StreamClosedError):
            return None
        except ValueError as error:
            self.log.warning("%s: the encoder of the sound sent what is no message: %s", self.name, error)
        return self.refuse(CLOSE_ERROR, "The encoder of the desktop's sound has ended.")

    def _forward(self, message: messages.Message) -> None:
        if not self._may(Right.HEAR):
            self.refuse(*self._why_ended())
        elif message.kind == messages.PACKET:
            captured, opus = messages.read_packet(message.payload)
            self._send_packet(captured, opus)
        elif message.kind == messages.BITRATE:
            self._tell({"type": "bitrate", "bitrate": messages.read_bitrate(message.payload)})
        elif message.kind == messages.PROBLEM:
            self.refuse(CLOSE_REMOVED, message.payload.decode(errors="replace"))

    def _send_packet(self, captured: int, opus: bytes) -> None:
        before = self._link.bitrate
        number = self._link.send(time.monotonic(), _waits(self._connection.socket))
        if number is not None:
            data = HEADER.pack(number, captured) + opus
            SENT.inc(len(data))
            self.write_message(data, binary=True).add_done_callback(_forget)
        self._use_bitrate(before)

    def _use_bitrate(self, before: int) -> None:
        if self._link.bitrate != before and self._encoder is not None:
            self._encoder.ask_for_bitrate(self._link.bitrate)

    def _tell(self, message: dict[str, Any]) -> None:
        self.write_message(json.dumps(message)).add_done_callback(_forget)

    async def _watch(self) -> None:
        while self._may(Right.HEAR):
            await asyncio.sleep(CHECK_SECONDS)
            self._microphone.check()
        self.refuse(*self._why_ended())

    def _why_ended(self) -> tuple[int, str]:
        if self.sharing.connections.find(self.name, self._connection.id) is self._connection:
            return CLOSE_FORBIDDEN, "You may not hear this desktop."
        return why_ended(self.manager, self.name, "The connection of the desktop's picture has ended.")

    # -- what the viewer sends ----------------------------------------------------------------------------------------

    async def on_message(self, message: str | bytes) -> None:
        """Take an acknowledgement, a switch of the microphone, or a packet of it; tornado reads on after that."""
        RECEIVED.inc(len(message))
        if isinstance(message, bytes):
            await self._microphone.speak(message)
            return
        try:
            told = json.loads(message)
            kind = told["type"]
            if kind == "received" and type(told["sequence"]) is int:
                before = self._link.bitrate
                self._link.acknowledge(told["sequence"], time.monotonic())
                self._use_bitrate(before)
            elif kind == "microphone" and type(told["on"]) is bool:
                self._microphone.switch(self._encoder, told["on"])
        except (ValueError, KeyError, TypeError, RecursionError):
            self.refuse(CLOSE_UNKNOWN_MESSAGE, "The connection was closed: the viewer sent an unknown message.")

    def _microphone_turned_off(self, why: str) -> None:
        with contextlib.suppress(WebSocketClosedError):
            self._tell({"type": "microphone", "on": False, "message": why})

    # -- the end ------------------------------------------------------------------------------------------------------

    def refuse(self, code: int, reason: str) -> None:
        """Tell the viewer why, stop at once, and close the WebSocket."""
        with contextlib.suppress(WebSocketClosedError, StreamClosedError):
            self._tell({"type": "refused", "message": reason})
            self.close(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))
        self._end()

    def on_close(self) -> None:
        """Leave the encoder, which ends with its last listener."""
        self._end()
        super().on_close()

    def _end(self) -> None:
        """Close the connection to the encoder and end the tasks; do nothing the second time."""
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.close()
        if self.sockets.get(self._connection.id) is self:
            del self.sockets[self._connection.id]
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()


def _waits(picture: Any) -> bool:
    """Return whether a picture's socket has bytes that its link has not taken."""
    stream = getattr(getattr(picture, "ws_connection", None), "stream", None)
    return stream is not None and not stream.closed() and bool(stream.writing())


def _forget(sent: asyncio.Future[None]) -> None:
    """Take note that a message was sent, or that the viewer has gone, which `on_close` handles."""
    if not sent.cancelled():
        sent.exception()


def _no_sound() -> str:
    command = install_command(PACKAGES)
    hint = f" Install PulseAudio ({command}) and start the desktop again." if command else ""
    return f"This desktop has no sound server.{hint}"


def sound_handlers(manager: DesktopManager, allowed: Right, sharing: Sharing) -> list[tuple[str, Any, dict[str, Any]]]:
    """Return the route of the sound."""
    arguments = {"manager": manager, "allowed": allowed, "sharing": sharing, "sockets": {}}
    return [(pattern(SOUND), SoundSocket, arguments)]
