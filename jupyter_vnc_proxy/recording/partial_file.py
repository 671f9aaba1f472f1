"""The file that a recording is written to, before it has its name."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class PartialFile:
    """A new file that FFmpeg writes to, with the methods that PyAV calls.

    Once a write has failed, all others do: FFmpeg would go on, and might overwrite what makes the file readable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o666)
        self._position = 0
        self._header: int | None = None
        self._sound = 0
        self.size = 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of ``data`` at the position."""
        if self.error is not None:
            raise self.error
        view = memoryview(data)
        while view:
            try:
                count = os.pwrite(self._descriptor, view, self._position)
            except OSError as error:
                self.error = error
                raise
            view = view[count:]
            self._position += count
            self.size = max(self.size, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Change the position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def mark(self) -> None:
        """Note that what is written, with a first frame at least, can be played if it ends here."""
        if self.error is None:
            self._sound = self.size
            if self._header is None:
                self._header = self.size  # FFmpeg keeps the frames of the first second

    @property
    def is_playable(self) -> bool:
        """Whether there is anything to play."""
        return self.error is None or self._sound > (self._header or 0)

    def close(self) -> None:
        """Close it; if a write has failed, cut off what is not complete."""
        if self._descriptor < 0:
            return
        if self.error is not None:
            self.size = self._sound
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._sound)
        descriptor, self._descriptor = self._descriptor, -1
        try:
            os.fsync(descriptor)
        except OSError as error:  # such as a full disk on NFS
            self.error = self.error or error
        finally:
            os.close(descriptor)

    def discard(self) -> None:
        """Close and remove it."""
        self.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
