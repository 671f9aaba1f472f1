"""The file of a recording: found under its name only once it is whole."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path


def publish(partial: Path, file: Path) -> Path:
    """Give a whole file its name, or a similar one if that is taken meanwhile; return where it is then.

    Raise ``OSError`` if the directory doesn't allow that; the partial file stays.
    """
    for target in _names(file):
        try:
            os.link(partial, target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            if os.path.lexists(target):
                continue
            os.rename(partial, target)
        else:
            with contextlib.suppress(OSError):
                partial.unlink()
        return target
    raise AssertionError("there is no end to the names")


def _names(file: Path) -> itertools.chain[Path]:
    others = (file.with_name(f"{file.stem} ({number}){file.suffix}") for number in itertools.count(2))
    return itertools.chain([file], others)
