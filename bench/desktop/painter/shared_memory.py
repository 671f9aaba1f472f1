"""A System V shared memory segment (shmget(2)), for MIT-SHM between the painter and the X server."""

from __future__ import annotations

import ctypes
import os

import numpy as np

from .stamp import Pixels

IPC_PRIVATE, IPC_RMID = 0, 0
FAILED = ctypes.c_void_p(-1).value


class Segment:
    """Holds ``count`` images; ``pixels`` has the shape (count, height, width, 4)."""

    def __init__(self, count: int, width: int, height: int) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        size = count * width * height * 4
        self.identifier: int = libc.shmget(IPC_PRIVATE, ctypes.c_size_t(size), 0o600)
        address = libc.shmat(self.identifier, None, 0) if self.identifier >= 0 else FAILED
        if address in (None, FAILED):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._libc = libc
        buffer = (ctypes.c_uint8 * size).from_address(address)
        self.pixels: Pixels = np.ctypeslib.as_array(buffer).reshape(count, height, width, 4)

    def forget(self) -> None:
        """Remove it once no process is attached. Call this after the X server has attached."""
        self._libc.shmctl(self.identifier, IPC_RMID, None)
