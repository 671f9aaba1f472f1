"""Reads what one Wayland client draws, on its way to the compositor: its buffers, and the damage that it declares.

The client is a Weston that fills the screen and draws in shared memory, so its commits are the exact pixels with their
damage, and nothing comes while nothing changes. (pixelflux's own ext-image-copy-capture and screenshots report no
damage, so they would need polling.)

A request is identified by its object's interface; opcodes are those of wayland.xml.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..picture.framebuffer import BYTES_PER_PIXEL, Pixels, Rectangle
from .wire import Forwarder, message, read_string, string

POINTER, KEYBOARD = "wl_pointer", "wl_keyboard"
ENTERS = {(POINTER, 0), (KEYBOARD, 1)}
LEAVES = {(POINTER, 1), (KEYBOARD, 2)}
"""Events of a device that enters or leaves a surface; both begin with a serial and the surface."""

DISPLAY = 1
GET_REGISTRY = BIND = CREATE_SURFACE = CREATE_POOL = CREATE_BUFFER = DESTROY = GLOBAL = 0
ATTACH = DESTROY_POOL = GLOBAL_REMOVE = 1
DAMAGE = RESIZE_POOL = 2
FRAME = 3
COMMIT = 6
DAMAGE_BUFFER = 9

DONE = 0
DELETE_ID = 1
"""Events of a wl_callback (done), and of the wl_display (an object's id is free again)."""

FRAME_INTERVAL_SECONDS = 1 / 60
"""Minimum time between two frames of the client."""

OUTPUT = "wl_output"
FIRST_NAME = 0x1000000
"""The name of the first output that we announce; a compositor counts its own from 1."""


@dataclass
class Pool:
    """Shared memory that the client draws in."""

    file: int
    memory: mmap.mmap
    users: int = 1

    def release(self) -> None:
        """Release one buffer, or the pool itself; the last release unmaps the memory."""
        self.users -= 1
        if not self.users:
            os.close(self.file)
            with contextlib.suppress(BufferError):  # an array still uses it
                self.memory.close()


@dataclass
class Buffer:
    """A wl_buffer: its place in a pool. Width and height are pixels, ``offset`` and ``stride`` bytes."""

    pool: Pool
    offset: int
    width: int
    height: int
    stride: int

    def pixels(self) -> Pixels | None:
        """Return a view of its pixels; ``None`` if it lies outside the pool's memory."""
        fits = self.offset >= 0 and self.width > 0 and self.height > 0 and self.stride >= self.width * BYTES_PER_PIXEL
        if not fits or self.offset + self.height * self.stride > len(self.pool.memory):
            return None
        rows = np.frombuffer(self.pool.memory, np.uint8, self.height * self.stride, self.offset)
        return rows.reshape(self.height, self.stride)[:, : self.width * BYTES_PER_PIXEL].reshape(
            self.height, self.width, BYTES_PER_PIXEL
        )


@dataclass
class Surface:
    """The pending state of a wl_surface, until its next commit."""

    buffer: Buffer | None = None
    damage: list[Rectangle] = field(default_factory=list)


class Tap:
    """Forwards messages between a client and the compositor that listens at ``path``.

    ``drawn(surface, pixels, damage)`` is called for each commit, with the surface's id, all of its pixels and the
    damaged rectangles; don't keep the pixels. ``ended()`` is called when one of the two has disconnected. Pass `client`
    to the client's process as its WAYLAND_SOCKET, then call `start`.
    Raise ``OSError`` if nothing listens there.
    """

    def __init__(
        self, path: Path, drawn: Callable[[int, Pixels, list[Rectangle]], None], ended: Callable[[], None]
    ) -> None:
        self._drawn, self._ended = drawn, ended
        self._compositor = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._compositor.connect(os.fspath(path))
        self._ours, self.client = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._kinds: dict[int, str] = {DISPLAY: "wl_display"}
        self._pools: dict[int, Pool] = {}
        self._buffers: dict[int, Buffer] = {}
        self._surfaces: dict[int, Surface] = {}
        self._focus: dict[int, tuple[int, int]] = {}  # device → serial and surface
        self._frames: dict[int, asyncio.TimerHandle] = {}
        self._drawn_early: set[int] = set()
        self._next_frame = 0.0
        self._registry = 0
        self._real_output = 0
        self._announced_output = FIRST_NAME
        self._out: Forwarder | None = None
        self._back: Forwarder | None = None

    def start(self) -> None:
        """Start forwarding, in the running event loop."""
        self.client.close()
        for each in (self._ours, self._compositor):
            each.setblocking(False)
        self._out = Forwarder(self._ours, self._compositor, self._request, self._end)
        self._back = Forwarder(self._compositor, self._ours, self._event, self._end)

    def close(self) -> None:
        """Close both connections."""
        for timer in self._frames.values():
            timer.cancel()
        for forwarder in (self._out, self._back):
            if forwarder is not None:
                forwarder.close()
        for each in (self._ours, self._compositor, self.client):
            each.close()
        for buffer in self._buffers.values():
            buffer.pool.release()
        for pool in self._pools.values():
            pool.release()
        self._buffers, self._pools = {}, {}

    def _end(self) -> None:
        asyncio.get_running_loop().call_soon(self._ended)

    # -- events of the compositor --------------------------------------------------------------------------------------

    def _event(self, number: int, opcode: int, arguments: bytes, files: list[int]) -> bytes | None:
        while files:
            os.close(files.pop())  # a keymap, not needed here
        if number == DISPLAY and opcode == DELETE_ID:
            self._forget_frame(*struct.unpack("=I", arguments))
        elif opcode == DONE and number in self._drawn_early:
            self._drawn_early.remove(number)
            return b""
        elif opcode == DONE and number in self._frames:
            self._forget_frame(number)
        kind = self._kinds.get(number)
        if (kind, opcode) in ENTERS:
            serial, surface = struct.unpack_from("=II", arguments)
            if surface in self._surfaces:  # the client may have destroyed it by now
                self._focus[number] = serial, surface
        elif (kind, opcode) in LEAVES:
            self._focus.pop(number, None)
        if number == self._registry and opcode == GLOBAL:
            interface, _ = read_string(arguments, 4)
            if interface == OUTPUT and not self._real_output:
                (self._real_output,) = struct.unpack_from("=I", arguments)
                return message(number, opcode, struct.pack("=I", self._announced_output) + arguments[4:])
        return None

    def renew_output(self) -> None:
        """Announce the output to the client as a new one, and remove the old one.

        Weston before version 14 ignores a new size of an output, but handles new outputs. It keeps a pointer to the
        removed output until its surface is left, so send the leave events first.
        """
        assert self._back is not None
        before, self._announced_output = self._announced_output, self._announced_output + 1
        fresh = struct.pack("=I", self._announced_output) + string(OUTPUT) + struct.pack("=I", 1)
        self._back.add(message(self._registry, GLOBAL, fresh))
        for device, (serial, surface) in self._focus.items():
            opcode = next(opcode for kind, opcode in LEAVES if kind == self._kinds[device])
            self._back.add(message(device, opcode, struct.pack("=II", serial, surface)))
        self._focus.clear()
        self._back.add(message(self._registry, GLOBAL_REMOVE, struct.pack("=I", before)))

    def _frame_wanted(self, callback: int) -> None:
        """Have the client draw its next frame in time: an uncaptured compositor calls back only 4 times a second.

        The request is still forwarded, so that the compositor knows the callback's id; its late event is dropped.
        """
        loop = asyncio.get_running_loop()
        self._next_frame = max(loop.time(), self._next_frame + FRAME_INTERVAL_SECONDS)
        self._frames[callback] = loop.call_at(self._next_frame, self._draw_now, callback)

    def _forget_frame(self, callback: int) -> None:
        self._drawn_early.discard(callback)
        if (timer := self._frames.pop(callback, None)) is not None:
            timer.cancel()

    def _draw_now(self, callback: int) -> None:
        assert self._back is not None
        del self._frames[callback]
        self._drawn_early.add(callback)
        milliseconds = int(asyncio.get_running_loop().time() * 1000) & 0xFFFFFFFF
        self._back.add(message(callback, DONE, struct.pack("=I", milliseconds)))

    # -- requests of the client ----------------------------------------------------------------------------------------

    def _request(self, number: int, opcode: int, arguments: bytes, files: list[int]) -> bytes | None:
        match self._kinds.get(number), opcode:
            case "wl_display", 1:
                (self._registry,) = struct.unpack("=I", arguments)
                self._kinds[self._registry] = "wl_registry"
            case "wl_registry", 0:
                return self._bound(number, opcode, arguments)
            case "wl_seat", (0 | 1):
                (new,) = struct.unpack("=I", arguments)
                self._kinds[new] = (POINTER, KEYBOARD)[opcode]
            case "wl_compositor", 0:
                (new,) = struct.unpack("=I", arguments)
                self._kinds[new] = "wl_surface"
                self._surfaces[new] = Surface()
            case "wl_shm", 0:
                self._pool_made(arguments, files)
            case "wl_shm_pool", _:
                self._pool_used(number, opcode, arguments)
            case "wl_surface", _:
                self._surface_used(number, opcode, arguments)
            case "wl_buffer", 0:
                self._buffers.pop(number).pool.release()
                del self._kinds[number]
        return None

    def _bound(self, number: int, opcode: int, arguments: bytes) -> bytes | None:
        (name,) = struct.unpack_from("=I", arguments)
        interface, offset = read_string(arguments, 4)
        _, new = struct.unpack_from("=II", arguments, offset)
        self._kinds[new] = interface
        if name >= FIRST_NAME:
            return message(number, opcode, struct.pack("=I", self._real_output) + arguments[4:])
        return None

    def _pool_made(self, arguments: bytes, files: list[int]) -> None:
        new, size = struct.unpack("=Ii", arguments)
        file = files.pop(0)
        self._kinds[new] = "wl_shm_pool"
        self._pools[new] = Pool(file, mmap.mmap(file, size, prot=mmap.PROT_READ))

    def _pool_used(self, number: int, opcode: int, arguments: bytes) -> None:
        pool = self._pools[number]
        if opcode == CREATE_BUFFER:
            new, offset, width, height, stride, _ = struct.unpack("=IiiiiI", arguments)
            pool.users += 1
            self._kinds[new] = "wl_buffer"
            self._buffers[new] = Buffer(pool, offset, width, height, stride)
        elif opcode == DESTROY_POOL:
            del self._kinds[number]
            self._pools.pop(number).release()
        elif opcode == RESIZE_POOL:
            pool.memory = mmap.mmap(pool.file, struct.unpack("=i", arguments)[0], prot=mmap.PROT_READ)

    def _surface_used(self, number: int, opcode: int, arguments: bytes) -> None:
        surface = self._surfaces[number]
        if opcode == DESTROY:
            del self._kinds[number], self._surfaces[number]
            self._focus = {device: each for device, each in self._focus.items() if each[1] != number}
        elif opcode == ATTACH:
            surface.buffer = self._buffers.get(struct.unpack_from("=I", arguments)[0])
        elif opcode in (DAMAGE, DAMAGE_BUFFER):
            surface.damage.append(Rectangle(*struct.unpack("=iiii", arguments)))
        elif opcode == FRAME:
            self._frame_wanted(*struct.unpack("=I", arguments))
        elif opcode == COMMIT:
            damage, surface.damage = surface.damage, []
            pixels = None if surface.buffer is None else surface.buffer.pixels()
            if damage and pixels is not None:
                self._drawn(number, pixels, damage)
