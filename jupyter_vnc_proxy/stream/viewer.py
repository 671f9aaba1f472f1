"""One RFB client: what it has not seen yet, what its link takes, and what it is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from . import messages
from .engine import Picture
from .events import Event
from .pacing import Pacer
from .protocol import ServerProtocol
from .source import Screen
from .tiles import TileEncoder

CHUNK = 64 * 1024
"""Bytes that are read from a client at once."""

BACKLOG = 1 << 20
"""Bytes that wait for a client's socket; while there are more it is sent nothing new."""

ENCODING_TIME = 0.008
"""Seconds that one update may take to encode, so that the display and other viewers are not kept waiting."""

RESET_CONTEXT = 1
"""Flag of an H.264 rectangle: forget what this rectangle showed before."""


class Viewer:
    """One connection. ``handle`` gets each event that is not the viewer's own business."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        screen: Screen,
        name: str,
        handle: Callable[[Viewer, Event], None],
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
        self._needs_key = True
        self._frame = 0
        self._extra: list[bytes] = []
        self._settling: asyncio.TimerHandle | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve it until it goes; raise ``ProtocolError`` where it talks nonsense."""
        self._flush()
        while data := await self._reader.read(CHUNK):
            for event in self.protocol.receive(data):
                self._handle(self, event)
            self._flush()

    def close(self) -> None:
        """End the connection."""
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
        """Whether it decodes H.264 and tells when it has painted."""
        return self.supports(messages.ENCODING_H264) and self.supports(messages.PSEUDO_FENCE)

    def _may_send(self) -> bool:
        wanted = self.requested or self.continuous
        backlog = self._writer.transport.get_write_buffer_size()
        return self.protocol.ready and wanted and backlog < BACKLOG and self.pacer.may_send()

    def painted(self, number: int) -> None:
        """The fence with this number came back."""
        self.pacer.acknowledged(time.monotonic(), number)

    def _begin_frame(self, size: int) -> bytes:
        """Count a frame of ``size`` bytes; return what asks for its acknowledgement.

        A fence is answered as soon as it is read. The empty update before it is read only after the last one was
        painted, which makes the answer mean just that.
        """
        self.requested = False
        if not self.supports(messages.PSEUDO_FENCE):
            return b""
        self._frame += 1
        self.pacer.sent(time.monotonic(), self._frame, size)
        request = messages.FENCE_REQUEST | messages.FENCE_BLOCK_BEFORE
        return messages.update_header(0) + messages.fence(request, self._frame.to_bytes(4, "big"))

    # -- what it is sent ---------------------------------------------------------------------------------------------

    def add_rectangle(self, rectangle: bytes) -> None:
        """Send a pseudo-rectangle (a cursor, a size, a name) with the next update."""
        self._extra.append(rectangle)

    def resized(self) -> None:
        """The screen has another size; what it showed counts for nothing."""
        self.tiles.resized()
        self._needs_key = True

    def send_tiles(self) -> None:
        """Send what it has not seen yet, exactly, as far as the link takes it."""
        now = time.monotonic()
        if not self._may_send() or not (self._extra or (not self.in_video and self.tiles.waiting(now))):
            return
        rectangles, self._extra = self._extra, []
        if self._frame == 0:
            self._writer.write(self._begin_frame(0))  # what comes back tells the link's own delay
        if not self.in_video:
            rectangles += self._unseen_rectangles(now)
        if not rectangles:  # what changed has changed back
            return
        update = b"".join([messages.update_header(len(rectangles)), *rectangles])
        self._writer.write(update + self._begin_frame(len(update)))

    def _unseen_rectangles(self, now: float) -> list[bytes]:
        """Encode what it has not seen, as far as one update goes."""
        if not self.supports(messages.PSEUDO_FENCE):  # such clients may expect what they ask for in one
            found = self.tiles.rectangles(now, float("inf"), float("inf"))
        else:
            found = self.tiles.rectangles(now, self.pacer.burst(), ENCODING_TIME)
        self._await_rest(now)
        return found

    def _await_rest(self, now: float) -> None:
        """Come back when what was sent inexactly may be at rest."""
        rest = self.tiles.waits_until()
        if self._settling is None and rest is not None:
            self._settling = asyncio.get_running_loop().call_later(max(0.0, rest - now), self._settle)

    def _settle(self) -> None:
        self._settling = None
        now = time.monotonic()
        if self.tiles.waiting(now):
            self.send_tiles()  # or later, when the viewer may be sent something
        else:
            self._await_rest(now)

    def join_video(self) -> None:
        """Take part in the shared stream, from its next key picture on."""
        self.in_video = True
        self._needs_key = True
        self.pacer.forget_delays()

    def leave_video(self) -> None:
        """Take part no more; whatever the video painted is not exact."""
        if self.in_video:
            self.in_video = False
            self.tiles.forget()

    def send_picture(self, picture: Picture) -> bool:
        """Send a picture of the shared stream; return ``False`` where it needs a key picture first."""
        if self._needs_key and not picture.is_key:
            return False
        if self.pacer.fell_behind(time.monotonic()):
            self.leave_video()
            return True
        flags = RESET_CONTEXT if self._needs_key else 0
        self._needs_key = False
        if not picture.is_key:
            self.pacer.encoded(len(picture.data))
        whole = messages.h264_rectangle(0, 0, *even(self._screen), picture.data, flags)
        extra, self._extra = self._extra, []
        update = b"".join([messages.update_header(len(extra) + 1), *extra, whole])
        self._writer.write(update + self._begin_frame(len(update)))
        return True


def even(screen: Screen) -> tuple[int, int]:
    """Return the part of the screen that H.264 can show with halved chroma: even sides, in pixels."""
    return screen.width & ~1, screen.height & ~1
