"""Shared memory between the X server and us."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

IPC_PRIVATE, IPC_RMID = 0, 0
"""From <sys/ipc.h>."""

MADV_REMOVE = 9
"""From <sys/mman.h>."""

REST_SECONDS = 5.0
"""Seconds without a use after which the pages are given back."""


class SharedMemory:
    """A System V segment that the X server writes pixels to (shmget(2), MIT-SHM)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._used_at = 0.0
        self._rest: asyncio.TimerHandle | None = None
        self._on_rest: Callable[[], None] = lambda: None
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        self.identifier = libc.shmget(IPC_PRIVATE, ctypes.c_size_t(size), 0o600)
        if self.identifier < 0:
            raise OSError(ctypes.get_errno(), "shared memory could not be had (shmget)")
        self._address = libc.shmat(self.identifier, None, 0)
        self._libc = libc
        if self._address in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "shared memory could not be had (shmat)")
        buffer = (ctypes.c_uint8 * size).from_address(self._address)
        self.bytes: npt.NDArray[np.uint8] = np.frombuffer(memoryview(buffer), np.uint8)

    def forget(self) -> None:
        """Let the kernel remove it once nobody is attached; to be called when the X server is."""
        self._libc.shmctl(self.identifier, IPC_RMID, None)

    def used(self, on_rest: Callable[[], None]) -> None:
        """Give the pages back to the system after a while, unless this is called again; they are empty then.

        Call it in the event loop, after the content was used. ``on_rest()`` is called after that.
        """
        self._on_rest = on_rest
        loop = asyncio.get_running_loop()
        self._used_at = loop.time()
        if self._rest is None:
            self._rest = loop.call_later(REST_SECONDS, self._discard, loop)

    def _discard(self, loop: asyncio.AbstractEventLoop) -> None:
        left = self._used_at + REST_SECONDS - loop.time()
        if left > 0:
            self._rest = loop.call_later(left, self._discard, loop)
            return
        self._rest = None
        # It has no effect on a kernel that can't; then they stay.
        self._libc.madvise(ctypes.c_void_p(self._address), ctypes.c_size_t(self._size), MADV_REMOVE)
        self._on_rest()

    def close(self) -> None:
        """Detach; `bytes` must not be used any more."""
        if self._rest is not None:
            self._rest.cancel()
        self._libc.shmdt(ctypes.c_void_p(self._address))
