"""``python -m jupyter_vnc_proxy.recording``: record a desktop as the lines on standard input say.

The first line is an `Order`; the next ones pause, resume and stop. Each is answered by a line of JSON: an object with
``recording``, or with ``error``. The last line has ``ended``.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from ..desktops.recordings.order import Order
from ..desktops.recordings.state import recording_lock
from ..errors import VncError, disk_error

NICENESS = 5
"""How much more the desktop's programs get of the CPU (nice(2))."""


class Lines:
    """The lines on a descriptor; also at their end once a signal has asked for that."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""
        self._wake, self._woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def end(self) -> None:
        """End them, in a signal handler."""
        os.write(self._woken, b"\0")

    def take(self, seconds: float | None) -> str | None:
        """Return the next line, ``""`` if there is none for so long, ``None`` at the end."""
        while True:
            line, found, rest = self._buffer.partition(b"\n")
            if found:
                self._buffer = rest
                return line.decode()
            ready, _, _ = select.select([self._descriptor, self._wake], [], [], seconds)
            if self._wake in ready:
                return None
            if not ready:
                return ""
            data = os.read(self._descriptor, 65536)
            if not data:
                return None
            self._buffer += data


def main() -> int:
    """Record; return the exit status."""
    lines = Lines(sys.stdin.fileno())
    signal.signal(signal.SIGTERM, lambda *_: lines.end())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    line = lines.take(None)
    if not line:
        return 0
    order = Order.from_line(line)
    try:
        with recording_lock(Path(order.directory)):
            _record(order, lines)
    except VncError as error:
        _write({"error": error.body()})
        return 1
    except OSError as error:
        _write({"error": disk_error(error).body()})
        return 1
    return 0


def _record(order: Order, lines: Lines) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import av
    import xcffib

    from .partial_file import PartialFile
    from .recorder import Recorder
    from .screen import Screen, UnknownPixels

    av.logging.set_level(av.logging.ERROR)
    try:
        screen = Screen(order.display, Path(order.xauthority))
    except (xcffib.ConnectionException, UnknownPixels) as error:
        message = f"The display {order.display} could not be read: {error}."
        raise VncError(message, code="display-gone") from error
    file = PartialFile(Path(order.partial))
    try:
        recorder = Recorder(order, screen, file)
    except BaseException as error:
        file.discard()
        if isinstance(error, (av.FFmpegError, ValueError)):  # such as an encoder that was left out
            raise VncError(f"FFmpeg can't encode {order.media_format}: {error}.", code="no-encoder") from error
        raise
    ended = recorder.run(lines.take, lambda model: _write({"recording": model}))
    _write({"ended": ended})


def _write(answer: Mapping[str, object]) -> None:
    try:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except OSError:  # the server is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
