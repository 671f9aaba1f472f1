"""One RFB client: sends it tiles or video as fast as its link takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import IntEnum

from ..rfb import encodings, server_messages
from ..rfb.events import Event
from ..rfb.server_protocol import ServerProtocol
from .picture.framebuffer import Framebuffer
from .picture.tiles import TileEncoder
from .video.decoder_fallback import VideoLevel
from .video.encoder_profile import profile_for
from .video.engine import EncodedFrame, even_size
from .video.pacing import Pacer

CHUNK = 64 * 1024
"""Bytes read from a client at once."""

BACKLOG = 1 << 20
"""Bytes waiting for a client's socket above which it gets no further update."""

ENCODING_TIME = 0.008
"""Seconds that encoding one update may take, so that the display and other viewers don't wait."""

PING_AGAIN = 0.5
"""Seconds between two measurements of the link's round-trip time while tiles are sent."""


class Asked(IntEnum):
    """Purpose of a fence: the first byte of its payload, before the number of an update."""

    ARRIVED = 1
    PAINTED = 2
    DELAY = 3


class Client:
    """One client. ``handle`` gets each of its events."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        screen: Framebuffer,
        name: str,
        handle: Callable[[Client, Event], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._screen = screen
        self._handle = handle
        self.protocol = ServerProtocol(name, screen.width, screen.height)
        self.pacer = Pacer()
        self.tiles = TileEncoder(screen, self.protocol)
        self.requested = False
        self.continuous = False
        self.in_video = False
        self.needs_key_frame = True
        self.video_level = VideoLevel.FULL_CHROMA
        self._has_reset = False
        self._pinged = float("-inf")
        self._frame = 0
        self._extra: list[bytes] = []
        self._settling: asyncio.TimerHandle | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve the client until it disconnects; raise ``ProtocolError`` if it violates the protocol."""
        self._flush()
        while data := await self._reader.read(CHUNK):
            for event in self.protocol.receive(data):
                self._handle(self, event)
            self._flush()

    def close(self) -> None:
        """Close the connection."""
        if self._settling is not None:
            self._settling.cancel()
        self._writer.close()

    def _flush(self) -> None:
        if data := self.protocol.take():
            self._writer.write(data)

    def send(self, data: bytes) -> None:
        """Send a message that is no framebuffer update."""
        self._writer.write(data)

    def supports(self, encoding: int) -> bool:
        """Tell whether the client announced an encoding or pseudo-encoding."""
        return encoding in self.protocol.encodings

    # -- flow --------------------------------------------------------------------------------------------------------

    @property
    def takes_video(self) -> bool:
        """Whether it decodes H.264, accepts updates without requests, and confirms what it has painted."""
        known = self.supports(encodings.ENCODING_H264) and self.supports(encodings.PSEUDO_FENCE)
        return known and self.continuous and self.video_level > VideoLevel.NO_VIDEO

    @property
    def quality(self) -> int | None:
        """Its quality level, 0 to 9, or ``None`` if it announced none."""
        return self.protocol.quality_level

    @property
    def unsent_bytes(self) -> int:
        """Bytes that wait for its socket."""
        return self._writer.transport.get_write_buffer_size()

    def _may_send(self) -> bool:
        wanted = self.requested or self.continuous
        return self.protocol.ready and wanted and self.unsent_bytes < BACKLOG and self.pacer.may_send_tiles()

    def acknowledged(self, payload: bytes) -> bool:
        """Handle the answer to a fence of ours; return whether it confirms that an update was painted."""
        now = time.monotonic()
        if len(payload) != 5 or payload[0] not in list(Asked):
            return False
        number = int.from_bytes(payload[1:], "big")
        match Asked(payload[0]):
            case Asked.ARRIVED:
                self.pacer.arrived(now, number)
            case Asked.DELAY:
                self.pacer.link.ping_answered(now, number)
            case Asked.PAINTED:
                self._has_reset = False
                self.pacer.painted(now, number)
                return True
        return False

    def ping(self) -> None:
        """Measure the link's round-trip time with a fence of its own: a fence behind an update waits for all of it."""
        if self.supports(encodings.PSEUDO_FENCE):
            now = time.monotonic()
            self._frame += 1
            self._pinged = now
            self.pacer.link.ping_sent(now, self._frame)
            self._writer.write(_fence(Asked.DELAY, self._frame))

    def _send_update(self, rectangles: list[bytes]) -> None:
        """Send an update and two fences: the first confirms that it arrived, the second that it was painted.

        The second one has BlockBefore, so a client that reads on while it decodes (src/viewer/video) answers it later.
        noVNC answers every fence as soon as it reads it. It reads the empty update before the second fence only after
        it has painted the last one (noVNC 1.7, core/rfb.js: `_framebufferUpdate`).
        """
        self.requested = False
        update = b"".join([server_messages.update_header(len(rectangles)), *rectangles])
        if self.supports(encodings.PSEUDO_FENCE):
            self._frame += 1
            self.pacer.sent(time.monotonic(), self._frame, len(update))
            fences = [
                _fence(Asked.ARRIVED, self._frame),
                server_messages.update_header(0),
                _fence(Asked.PAINTED, self._frame),
            ]
            self._writer.write(b"".join([update, *fences]))
        else:
            self._writer.write(update)

    # -- updates -----------------------------------------------------------------------------------------------------

    def add_rectangle(self, rectangle: bytes) -> None:
        """Send a pseudo-rectangle (a cursor, a size, a name) with the next update."""
        self._extra.append(rectangle)

    def resized(self) -> None:
        """The screen has another size: start over with all tiles and a key frame."""
        self.tiles.resized()
        self.needs_key_frame = True

    def send_tiles(self) -> None:
        """Send the tiles that it has not seen yet, as far as the link takes them."""
        now = time.monotonic()
        if not self._may_send() or not (self._extra or (not self.in_video and self.tiles.has_update(now))):
            return
        if now - self._pinged > PING_AGAIN:
            self.ping()
        rectangles, self._extra = self._extra, []
        if not self.in_video:
            rectangles += self._unseen_rectangles(now)
        if rectangles:  # empty if the change was undone
            self._send_update(rectangles)

    def _unseen_rectangles(self, now: float) -> list[bytes]:
        """Encode tiles that it has not seen, up to the limit of one update."""
        if not self.supports(encodings.PSEUDO_FENCE):  # such clients may expect all they requested in one update
            found = self.tiles.rectangles(now, float("inf"), float("inf"))
        else:
            found = self.tiles.rectangles(now, self.pacer.burst_bytes(now), ENCODING_TIME)
        self._await_rest(now)
        return found

    def _await_rest(self, now: float) -> None:
        """Schedule the exact tiles for when lossy ones may be at rest."""
        rest = self.tiles.refresh_due_at()
        if self._settling is None and rest is not None:
            self._settling = asyncio.get_running_loop().call_later(max(0.0, rest - now), self._settle)

    def _settle(self) -> None:
        self._settling = None
        now = time.monotonic()
        if self.tiles.has_update(now):
            self.send_tiles()  # if the link is busy, the next acknowledgement does
        else:
            self._await_rest(now)

    # -- video -------------------------------------------------------------------------------------------------------

    def join_video(self) -> None:
        """Receive the video from its next key frame on."""
        self.in_video = True
        self.needs_key_frame = True

    def leave_video(self) -> None:
        """Stop receiving the video; everything that it painted is lossy."""
        if self.in_video:
            self.in_video = False
            self.tiles.forget()

    def reset_decoder(self) -> bool:
        """Reset the decoder, with a key frame; return ``False`` if that was already tried and didn't help."""
        if self._has_reset:
            return False
        self._has_reset = self.needs_key_frame = True
        self.pacer.restart_hang_timeout(time.monotonic())
        return True

    @property
    def takes_full_chroma(self) -> bool:
        """Whether its video may be 4:4:4."""
        return profile_for(self.quality).full_chroma and self.video_level == VideoLevel.FULL_CHROMA

    def send_frame(self, frame: EncodedFrame) -> bool:
        """Send a frame of the video; return ``False`` if it needs a key frame first."""
        if self.needs_key_frame and not frame.is_key:
            return False
        flags = server_messages.H264_RESET_CONTEXT if self.needs_key_frame else 0
        self.needs_key_frame = False
        whole = server_messages.h264_rectangle(0, 0, *even_size(self._screen), frame.data, flags)
        extra, self._extra = self._extra, []
        self._send_update([*extra, whole])
        return True

    def abort(self) -> None:
        """Close the connection at once; drop what waits to be sent."""
        self._writer.transport.abort()


def _fence(asked: Asked, number: int) -> bytes:
    flags = server_messages.FENCE_REQUEST
    if asked is Asked.PAINTED:
        flags |= server_messages.FENCE_BLOCK_BEFORE
    return server_messages.fence(flags, bytes([asked]) + number.to_bytes(4, "big"))
