"""Plays samples on a PulseAudio server, and knows when each is heard; with libpulse-simple, through ctypes."""

from __future__ import annotations

import ctypes
import time

LIBRARY = "libpulse-simple.so.0"
PLAYBACK = 1
S16LE = 3
DEFAULT = 0xFFFFFFFF
"""From <pulse/def.h> and <pulse/sample.h>."""


class PulseError(Exception):
    """The library is missing, or the server does not answer."""


class _Spec(ctypes.Structure):
    _fields_ = (("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8))


class _Buffer(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize"))


class Playback:
    """A stream of one channel, 16 bits, on the server of ``$PULSE_SERVER``, with ``buffered`` seconds in front."""

    def __init__(self, rate: int, buffered: float) -> None:
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise PulseError(f"{LIBRARY} is missing: {error}") from error
        self._library.pa_simple_new.restype = ctypes.c_void_p
        self._library.pa_simple_get_latency.restype = ctypes.c_uint64
        self._error = ctypes.c_int()
        spec = _Spec(S16LE, rate, 1)
        buffer = _Buffer(DEFAULT, int(2 * rate * buffered), DEFAULT, DEFAULT, DEFAULT)
        names = (None, b"bench", PLAYBACK, None, b"clicks")
        stream = self._library.pa_simple_new(
            *names, ctypes.byref(spec), None, ctypes.byref(buffer), ctypes.byref(self._error)
        )
        if not stream:
            raise PulseError(f"The sound server does not answer (error {self._error.value}).")
        self._stream = ctypes.c_void_p(stream)

    def next_heard(self) -> float:
        """Return the Unix time at which the sound that is written next leaves the server's output."""
        latency: int = self._library.pa_simple_get_latency(self._stream, ctypes.byref(self._error))
        return time.time() + latency / 1e6

    def write(self, pcm: bytes) -> None:
        """Write samples, once there is room for them."""
        if self._library.pa_simple_write(self._stream, pcm, ctypes.c_size_t(len(pcm)), ctypes.byref(self._error)) < 0:
            raise PulseError(f"The sound server has ended (error {self._error.value}).")

    def close(self) -> None:
        """Stop at once."""
        self._library.pa_simple_free(self._stream)
