"""Records one desktop: pictures when something has changed, until it is told to stop or can't go on."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path

import xcffib

from ..desktops.recordings import state
from ..desktops.recordings.files import publish
from ..desktops.recordings.order import PAUSE, RESUME, STOP, Order, path_beside
from ..desktops.recordings.state import EndedRecordingModel, RecordingModel
from ..desktops.state import utc_now
from ..errors import ErrorBody
from .clock import Clock
from .film import Film
from .partial_file import PartialFile
from .screen import Pixels, Screen

FRAME_SECONDS = 1 / 15
"""The shortest time between two frames."""

REPEAT_SECONDS = 1.0
"""The time after which a picture is repeated that hasn't changed: what is written can be played up to there."""

STATE_SECONDS = 1.0
"""The time between two changes of the state that others read."""

REST = 1.0
"""How long it rests after each frame, as a share of the time that the frame took: programs need the CPU, too."""

FULL = (errno.ENOSPC, errno.EDQUOT)

Take = Callable[[float], "str | None"]
"""Waits so many seconds for a line of `order.PAUSE`, `RESUME` and `STOP`; ``""`` for none, ``None`` at the end."""


class Recorder:
    """One recording, of a screen that is there and into a file that is open."""

    def __init__(self, order: Order, screen: Screen, file: PartialFile) -> None:
        self._order = order
        self._screen = screen
        self._file = file
        self._film = Film(file, order.media_format, screen.width, screen.height)
        self._directory = Path(order.directory)
        self._clock = Clock()
        self._since = utc_now()
        self._picture: Pixels | None = None
        self._repeat_at = 0.0
        self._told_at = 0.0

    def model(self) -> RecordingModel:
        """Return the recording as others see it."""
        return {
            "path": self._order.path,
            "seconds": round(self._clock.seconds, 3),
            "bytes": self._file.size,
            "paused": self._clock.paused,
            "since": self._since,
        }

    def run(self, take: Take, tell: Callable[[RecordingModel], None]) -> EndedRecordingModel:
        """Record; ``tell`` the model after each line that is obeyed. Return how it has ended."""
        try:
            error = self._record(take, tell)
        except xcffib.ConnectionException:
            error = _error("desktop-stopped", "The desktop has stopped.")
        except OSError as failure:
            error = _disk_error(failure)
        return self._end(error)

    def _record(self, take: Take, tell: Callable[[RecordingModel], None]) -> ErrorBody | None:
        pause = 0.0
        self._picture = self._screen.picture()
        self._clock = Clock()
        self._add()
        self._tell(tell)
        while True:
            line = take(pause)
            began = time.monotonic()
            if line is None:
                return _error("server-stopped", "The Jupyter server has ended.")
            if line == STOP:
                return None
            if line in (PAUSE, RESUME):
                self._switch(line)
                self._tell(tell)
            elif self._clock.paused:
                self._screen.has_changed()  # takes the events, and notices the display's end
            else:
                self._look()
            if error := self._limit():
                return error
            now = time.monotonic()
            if now >= self._told_at + STATE_SECONDS:
                self._tell()
            pause = max(FRAME_SECONDS - (now - began), REST * (now - began))

    def _look(self, always: bool = False) -> None:
        """Add a frame if something has changed, or for a player if nothing has for a while."""
        if self._screen.has_changed() or always:
            self._picture = self._screen.picture()
        elif self._clock.seconds < self._repeat_at:
            return
        self._add()

    def _add(self) -> None:
        assert self._picture is not None
        seconds = self._clock.seconds
        self._film.add(self._picture, seconds)
        self._repeat_at = seconds + REPEAT_SECONDS

    def _switch(self, line: str) -> None:
        if line == PAUSE and not self._clock.paused:
            self._clock.pause()
            self._add()  # the last picture lasts until here
        elif line == RESUME and self._clock.paused:
            self._clock.resume()
            self._look(True)

    def _tell(self, tell: Callable[[RecordingModel], None] = lambda model: None) -> None:
        model = self.model()
        state.write(self._directory, model)
        self._told_at = time.monotonic()
        tell(model)

    def _limit(self) -> ErrorBody | None:
        if self._order.max_seconds and self._clock.seconds >= self._order.max_seconds:
            return _error("recording-too-long", "It is as long as the administrator allows.")
        if self._order.max_bytes and self._file.size >= self._order.max_bytes:
            return _error("recording-too-large", "Its file is as large as the administrator allows.")
        return None

    def _end(self, error: ErrorBody | None) -> EndedRecordingModel:
        """Make the file whole, and give it its name."""
        path = ""
        try:
            self._finish()
        except OSError as failure:
            error = _disk_error(failure)
        if self._file.is_playable:
            path = self._order.path
            try:
                file = publish(Path(self._order.partial), Path(self._order.file))
                path = path_beside(path, file)
            except OSError as failure:
                path = path_beside(path, Path(self._order.partial))
                error = error or _disk_error(failure)
        else:
            self._file.discard()
        model = self.model()
        ended: EndedRecordingModel = {
            "path": path,
            "seconds": model["seconds"],
            "bytes": model["bytes"] if path else 0,
            "ended": utc_now(),
            "error": error,
        }
        state.write(self._directory, ended)
        return ended

    def _finish(self) -> None:
        is_shown_longer = not self._clock.paused and self._picture is not None
        self._clock.pause()
        try:
            if self._file.error is None and is_shown_longer:
                self._add()  # the last picture lasts until here
        finally:
            try:
                self._film.finish()
            finally:
                self._file.close()


def _error(code: str, message: str) -> ErrorBody:
    return {"message": message, "code": code, "fix": None}


def _disk_error(error: OSError) -> ErrorBody:
    if error.errno in FULL:
        return {"message": "The disk is full.", "code": "disk-full", "fix": "df -h ~"}
    return _error("disk", f"The file could not be written: {error.strerror}.")
