"""The RFB server: one display, any number of connections."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from ..rfb import encodings, server_messages
from ..rfb.errors import ProtocolError
from ..rfb.events import (
    ClientReady,
    ContinuousUpdates,
    EncodingsChanged,
    Event,
    Fence,
    KeyEvent,
    PixelFormatChanged,
    PointerEvent,
    PointerMotion,
    SetDesktopSize,
    UpdateRequested,
)
from ..system.unix_sockets import private_socket
from .clipboard.contents_socket import ContentsSocket
from .clipboard.service import ClipboardService
from .connection import Connection
from .display_source import DisplaySource, Listener
from .errors import DisplayGone
from .greeting import greet
from .load import LoadReports
from .picture.framebuffer import Tiles
from .pointer_location import PointerLocation
from .sizes import Sizes
from .status import Status
from .video.broadcaster import Broadcaster
from .video.decoder_fallback import DecoderFallback

log = logging.getLogger("jupyter_vnc_proxy.stream")

ENGINE_SECONDS = 1.0
"""Seconds after which the H.264 engine is looked for: the first viewer's picture need not wait for that."""


class StreamServer:
    """Serves a display on a unix socket. ``name`` is the desktop's name, which viewers show.

    With ``primary`` the PRIMARY selection is shared too; pictures and HTML cross through the unix socket
    ``clipboard_socket``, if there is one. ``status`` reports the encoder. `failed` tells afterwards
    whether the display ended otherwise than by a log-out.
    """

    def __init__(
        self,
        source: DisplaySource,
        name: str = "Desktop",
        primary: bool = False,
        status: Status | None = None,
        clipboard_socket: Path | None = None,
    ) -> None:
        self._source = source
        self._name = name
        self._primary = primary
        self._clipboard_socket = clipboard_socket
        self.failed = False
        self._connections: list[Connection] = []
        self._cursor = source.cursor
        self._sizes = Sizes(source.screen, self._connections)
        self._status = status or Status()
        self._load = LoadReports()
        self._location = PointerLocation(self._connections)
        self._fallback = DecoderFallback()
        self._broadcaster = Broadcaster(source.screen, self._connections, self._fallback, self._status)
        self._main: asyncio.Task[None] | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def serve(self, path: Path, ready: Callable[[], None] = lambda: None) -> None:
        """Listen on the unix socket ``path`` (0600) until cancelled; call ``ready()`` when it does.

        Raise ``OSError`` if the display doesn't start.
        """
        self._main = asyncio.current_task()
        listener = Listener(
            self._changed,
            self._resized,
            self._locks_changed,
            self._cursor_changed,
            self._display_ended,
            self._status.display_silent,
        )
        try:
            await self._source.start(listener)
            self._broadcaster.update_tracking()
            self._sharing = ClipboardService(self._source.clipboard, self._connections, self._primary)
            self._sharing.start()
            async with contextlib.AsyncExitStack() as stack:
                if self._clipboard_socket is not None:
                    contents = ContentsSocket(self._clipboard_socket, self._sharing)
                    stack.push_async_callback(contents.close)
                    await contents.start()
                await self._listen(path, ready)
        finally:
            await self._source.close()

    async def _listen(self, path: Path, ready: Callable[[], None]) -> None:
        server = await asyncio.start_unix_server(self._connected, sock=private_socket(path))
        engine = asyncio.get_running_loop().call_later(ENGINE_SECONDS, self._broadcaster.find_engine)
        try:
            ready()
            await asyncio.get_running_loop().create_future()  # until cancelled
        finally:
            engine.cancel()
            server.close()  # not serve_forever(), which then waits for the viewers to leave, from Python 3.12 on
            for client in self._connections:
                client.abort()
            self._broadcaster.stop()
            self._status.close()
            self._sizes.close()
            self._location.close()
            self._sharing.close()
            path.unlink(missing_ok=True)  # noqa: ASYNC240 - a local file

    def _changed(self, tiles: Tiles) -> None:
        self._broadcaster.changed(tiles)

    def _display_ended(self, failed: bool) -> None:
        log.log(logging.ERROR if failed else logging.INFO, "the display is gone")
        self.failed = failed
        if self._main is not None:
            self._main.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Connection(reader, writer, self._source, self._name, self._handle)
        client.video_level = self._fallback.level_for_next(time.monotonic())
        self._connections.append(client)
        try:
            self._broadcaster.update_tracking()
            await client.run()
        except ProtocolError as error:
            log.warning("closed a viewer's connection: %s", error)
        except ConnectionError:
            pass
        finally:
            self._connections.remove(client)
            self._broadcaster.forget(client)
            self._sizes.forget(client)
            self._sharing.forget(client)
            with contextlib.suppress(ConnectionError, DisplayGone):
                client.close()

    # -- events of clients -------------------------------------------------------------------------------------------

    def _handle(self, client: Connection, event: Event) -> None:
        try:
            self._do(client, event)
        except DisplayGone:
            log.debug("the display has gone, and an event with it")

    def _do(self, client: Connection, event: Event) -> None:
        match event:
            case KeyEvent():
                self._sizes.used(client)
                client.keyboard.key(event.keysym, event.down, event.scancode)
            case PointerEvent():
                if event.buttons:
                    self._sizes.used(client)
                client.pointer.move_and_press(event.x, event.y, event.buttons)
            case PointerMotion():
                if event.buttons:
                    self._sizes.used(client)
                client.pointer.move_by(event.dx, event.dy, event.buttons)
            case UpdateRequested():
                client.requested = True
                if not event.incremental:
                    client.tiles.forget()
                self._sizes.requested(client, event.incremental)
                client.send_tiles()
            case Fence():
                self._fence(client, event)
            case ContinuousUpdates():
                client.continuous = event.enable
                self._sizes.requested(client, incremental=True)
                if not event.enable:
                    client.send(server_messages.end_of_continuous_updates())
                client.send_tiles()
            case EncodingsChanged():
                greet(client, self._name, self._source.keyboard.lock_state(), self._cursor)
                self._location.follow(client)
                self._sharing.greet(client)
            case PixelFormatChanged():
                client.show_cursor(self._cursor)
            case SetDesktopSize():
                self._sizes.ask(client, event)
            case ClientReady():
                pass  # connections are always shared
            case _:
                self._sharing.handle(client, event)

    def _fence(self, client: Connection, event: Fence) -> None:
        if event.flags & server_messages.FENCE_REQUEST:
            payload = self._load.answer(event.payload, client.pacer, client.unsent_bytes)
            client.send(server_messages.fence(event.flags & ~server_messages.FENCE_REQUEST, payload))
        elif client.acknowledged(event.payload):
            self._broadcaster.acknowledged(client)

    # -- events of the display ---------------------------------------------------------------------------------------

    def _resized(self) -> None:
        self._sizes.changed()  # before anything is sent that lies beyond the old size
        self._broadcaster.stop()

    def _locks_changed(self, state: int) -> None:
        for client in self._connections:
            if client.supports(encodings.PSEUDO_LED_STATE):
                client.add_rectangle(server_messages.led_state(state))
                client.send_tiles()

    def _cursor_changed(self) -> None:
        for client in self._connections:
            client.show_cursor(self._cursor)
            client.send_tiles()
