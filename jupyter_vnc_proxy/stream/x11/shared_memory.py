"""Shared memory between the X server and us."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt

IPC_PRIVATE, IPC_RMID = 0, 0
"""From <sys/ipc.h>."""


class SharedMemory:
    """A System V segment that the X server writes pixels to (shmget(2), MIT-SHM)."""

    def __init__(self, size: int) -> None:
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
        self.bytes: npt.NDArray[np.uint8] = np.ctypeslib.as_array(buffer)

    def forget(self) -> None:
        """Let the kernel remove it once nobody is attached; to be called when the X server is."""
        self._libc.shmctl(self.identifier, IPC_RMID, None)

    def close(self) -> None:
        """Detach; `bytes` must not be used any more."""
        self._libc.shmdt(ctypes.c_void_p(self._address))
