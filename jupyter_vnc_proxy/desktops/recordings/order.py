"""What the program that records a desktop is told, in the first line of its standard input."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

MEDIA_FORMATS = ("mp4", "webm")
"""The formats of a recording, which are also the suffixes of its file."""

MODULE = "jupyter_vnc_proxy.recording"
"""The program."""

PAUSE, RESUME, STOP = "pause", "resume", "stop"
"""The lines that follow."""


@dataclass(frozen=True)
class Order:
    """A recording to make.

    ``directory`` is the desktop's, ``path`` that of the file in Jupyter's tree, ``file`` and ``partial`` are its final
    and its first place on this machine. ``max_seconds`` and ``max_bytes`` are 0 for no limit.
    """

    directory: str
    display: str
    xauthority: str
    path: str
    file: str
    partial: str
    media_format: str
    max_seconds: float = 0.0
    max_bytes: int = 0

    def to_line(self) -> str:
        """Return it as a line without its end."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Order:
        """Return what `to_line` was called on."""
        return cls(**json.loads(line))


def partial_name(file: Path, token: str) -> Path:
    """Return where an unfinished file is: beside the final one, under a name that Jupyter doesn't list."""
    return file.with_name(f"{file.name}.part-{token}~")


def path_beside(path: str, file: Path) -> str:
    """Return the path in Jupyter's tree of ``file``, which lies in the same folder as ``path``."""
    folder, slash, _ = path.rpartition("/")
    return folder + slash + file.name
