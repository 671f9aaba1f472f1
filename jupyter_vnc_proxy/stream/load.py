"""What limits the server, for a viewer that asks: the processor's time, the link's capacity, bytes that wait.

A viewer asks with a fence whose payload of `PAYLOAD_BYTES` begins with `MAGIC` and a number. The answer is the fence's
response, as ever, with the bytes after the number filled in. Other servers return the zeros that the viewer sent, so it
can tell. Counters only grow, modulo 2**32; the viewer computes what happened between two answers.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path
from typing import NamedTuple

from .video.pacing import Pacer

MAGIC = b"JVPL"
PAYLOAD_BYTES = 40

VERSION = 1
"""First byte of the answer after the number; 0 in what a viewer sends."""

READ_AGAIN_SECONDS = 0.2
"""Seconds for which the processor's counters are not read again, however often viewers ask."""

_LAYOUT = struct.Struct(">4s4sBBHIIIIII")
"""Magic, number, version, whether the next four are known, processors, the clock in milliseconds, milliseconds that the
main thread ran, that all threads ran, that all threads waited for a processor, kilobits per second of the link (0:
unknown, or no limit), bytes that wait to be sent."""

_THREADS = Path("/proc/self/task")
_MASK = 0xFFFFFFFF


class ProcessorTime(NamedTuple):
    """Milliseconds: `clock` is a clock's time, the others have grown since the process began."""

    clock: int
    main_ran: int
    ran: int
    waited: int


class LoadReports:
    """Fills in the answers of one server."""

    def __init__(self, threads: Path = _THREADS) -> None:
        self._threads = threads
        self._time: ProcessorTime | None = None
        self._read_at = float("-inf")

    def answer(self, payload: bytes, pacer: Pacer, unsent_bytes: int) -> bytes:
        """Return the payload of the response to a fence: the same, with facts if it asks for them."""
        if len(payload) != PAYLOAD_BYTES or not payload.startswith(MAGIC):
            return payload
        now = time.monotonic()
        if now - self._read_at > READ_AGAIN_SECONDS:
            self._read_at = now
            self._time = read_processor_time(self._threads)
        known = self._time or ProcessorTime(0, 0, 0, 0)
        capacity = min(_MASK, round(pacer.link.capacity_kbps(now) or 0))
        processors = min(0xFFFF, len(os.sched_getaffinity(0)))
        facts = (*(each & _MASK for each in known), capacity, min(_MASK, unsent_bytes))
        filled = _LAYOUT.pack(MAGIC, payload[4:8], VERSION, self._time is not None, processors, *facts)
        return filled + bytes(PAYLOAD_BYTES - len(filled))


def read_processor_time(threads: Path = _THREADS) -> ProcessorTime | None:
    """Read the counters of this process's threads (proc(5), ``schedstat``); ``None`` if the kernel has none."""
    clock = round(time.monotonic() * 1000)
    main_ran = ran = waited = 0
    try:
        for thread in threads.iterdir():
            try:
                thread_ran, thread_waited, _ = map(int, (thread / "schedstat").read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                if thread.name == str(os.getpid()):
                    return None
                continue  # the thread has ended
            ran += thread_ran
            waited += thread_waited
            if thread.name == str(os.getpid()):
                main_ran = thread_ran
    except (OSError, ValueError):
        return None
    return ProcessorTime(clock, *(each // 1_000_000 for each in (main_ran, ran, waited)))
