"""The RFB server: one display, one shared stream, any number of viewers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from ..display import connect
from . import messages
from .cursor import Cursor
from .events import (
    ClientReady,
    ContinuousUpdates,
    EncodingsChanged,
    Event,
    Fence,
    KeyEvent,
    PointerEvent,
    SetDesktopSize,
    UpdateRequested,
)
from .input import Keyboard, Layout, Pointer
from .protocol import ProtocolError
from .shared import SharedStream
from .source import Screen, Tiles
from .viewer import Viewer

log = logging.getLogger("jupyter_vnc_proxy.stream")


class StreamServer:
    """Serves ``display`` to those who connect to a unix socket. ``name`` is shown to people."""

    def __init__(self, display: str, xauthority: Path, name: str = "Desktop") -> None:
        self._name = name
        self._screen = Screen(display, xauthority, self._changed, self._resized)
        self._cursor = Cursor(self._screen, self._cursor_changed)
        self._layout = Layout(connect(display, xauthority), self._locks_changed, self._later)
        self._viewers: list[Viewer] = []
        self._inputs: dict[Viewer, tuple[Keyboard, Pointer]] = {}
        self._stream = SharedStream(self._screen, self._viewers)
        self._sizer: Viewer | None = None
        self._main: asyncio.Task[None] | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def serve(self, path: Path) -> None:
        """Listen on the unix socket ``path`` (0600) until cancelled."""
        self._main = asyncio.current_task()
        self._stream.load_engine()
        self._screen.start(self._display_gone)
        asyncio.get_running_loop().add_reader(self._layout.fileno(), self._layout.handle_events)
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - a local file
        mask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._connected, path)
        finally:
            os.umask(mask)
        try:
            async with server:
                await server.serve_forever()
        finally:
            self._stream.stop()
            self._screen.close()
            path.unlink(missing_ok=True)  # noqa: ASYNC240

    def _changed(self, tiles: Tiles) -> None:
        self._stream.changed(tiles)

    def _display_gone(self) -> None:
        log.error("the display is gone")
        if self._main is not None:
            self._main.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        viewer = Viewer(reader, writer, self._screen, self._name, self._handle)
        keyboard, pointer = Keyboard(self._layout), Pointer(self._layout.connection)
        self._viewers.append(viewer)
        self._inputs[viewer] = (keyboard, pointer)
        try:
            await viewer.run()
        except ProtocolError as error:
            log.warning("a viewer was sent away: %s", error)
        except ConnectionError:
            pass
        finally:
            self._viewers.remove(viewer)
            del self._inputs[viewer]
            keyboard.release_all()
            pointer.release_all()
            with contextlib.suppress(ConnectionError):
                viewer.close()

    # -- what viewers say --------------------------------------------------------------------------------------------

    def _handle(self, viewer: Viewer, event: Event) -> None:
        keyboard, pointer = self._inputs[viewer]
        match event:
            case KeyEvent():
                keyboard.key(event.keysym, event.down, event.scancode)
            case PointerEvent():
                pointer.move_and_press(event.x, event.y, event.buttons)
            case UpdateRequested():
                viewer.requested = True
                if not event.incremental:
                    viewer.unseen[:] = True
                viewer.send_tiles()
            case Fence():
                self._fence(viewer, event)
            case ContinuousUpdates():
                viewer.continuous = event.enable
                if not event.enable:
                    viewer.send(messages.end_of_continuous_updates())
                viewer.send_tiles()
            case EncodingsChanged():
                self._greet(viewer)
            case SetDesktopSize():
                self._resize(viewer, event)
            case ClientReady():
                pass

    def _fence(self, viewer: Viewer, event: Fence) -> None:
        if event.flags & messages.FENCE_REQUEST:
            viewer.send(messages.fence(event.flags & ~messages.FENCE_REQUEST, event.payload))
        elif len(event.payload) == 4:
            viewer.painted(int.from_bytes(event.payload, "big"))
            self._stream.acknowledged(viewer)

    def _greet(self, viewer: Viewer) -> None:
        """Say what we can do of what the viewer has just announced."""
        if viewer.supports(messages.PSEUDO_FENCE):
            viewer.send(messages.fence(messages.FENCE_REQUEST, b""))
        if viewer.supports(messages.PSEUDO_CONTINUOUS_UPDATES):
            viewer.send(messages.end_of_continuous_updates())
        if viewer.supports(messages.PSEUDO_EXTENDED_DESKTOP_SIZE):
            viewer.add_rectangle(self._size_rectangle(messages.SIZE_BY_SERVER))
        if viewer.supports(messages.PSEUDO_LED_STATE):
            viewer.add_rectangle(messages.led_state(self._layout.lock_state()))
        if viewer.supports(messages.PSEUDO_QEMU_KEY):
            viewer.add_rectangle(messages.qemu_key_ack())
        if viewer.supports(messages.PSEUDO_EXTENDED_MOUSE):
            viewer.add_rectangle(messages.extended_mouse_ack())
        self._cursor.send_to(viewer)

    # -- the size ----------------------------------------------------------------------------------------------------

    def _resize(self, viewer: Viewer, event: SetDesktopSize) -> None:
        self._sizer = viewer
        if (event.width, event.height) != (self._screen.width, self._screen.height):
            self._screen.resize(event.width, event.height)
            return
        viewer.add_rectangle(self._size_rectangle(messages.SIZE_BY_THIS_CLIENT))
        viewer.send_tiles()

    def _resized(self) -> None:
        self._stream.stop()
        sizer, self._sizer = self._sizer, None
        for viewer in self._viewers:
            viewer.resized()
            reason = messages.SIZE_BY_THIS_CLIENT if viewer is sizer else messages.SIZE_BY_SERVER
            viewer.add_rectangle(self._size_rectangle(reason))
            viewer.send_tiles()

    def _size_rectangle(self, reason: int) -> bytes:
        return messages.desktop_size(self._screen.width, self._screen.height, reason=reason)

    def _locks_changed(self, state: int) -> None:
        for viewer in self._viewers:
            if viewer.supports(messages.PSEUDO_LED_STATE):
                viewer.add_rectangle(messages.led_state(state))
                viewer.send_tiles()

    def _later(self, seconds: float, work: Callable[[], None]) -> object:
        return asyncio.get_running_loop().call_later(seconds, work)

    def _cursor_changed(self) -> None:
        for viewer in self._viewers:
            self._cursor.send_to(viewer)
            viewer.send_tiles()
