"""The file that a recording is for: a new one in Jupyter's tree."""

from __future__ import annotations

import os
from pathlib import Path

from ...desktops.recordings.order import MEDIA_FORMATS
from ...errors import Conflict, InvalidOption
from ..access import forbidden
from ..files.tree import Tree


def new_file(tree: Tree, path: str) -> Path:
    """Return the place on this machine of a file that doesn't exist yet; blocks.

    Raise `InvalidOption` if its name is none of a recording, `VncError` if it can't be in its folder.
    """
    folder, _, name = path.strip("/").rpartition("/")
    if name.startswith(".") or "\0" in name or Path(name).suffix[1:] not in MEDIA_FORMATS:
        suffixes = " or ".join(f".{each}" for each in MEDIA_FORMATS)
        message = f"The name of the file must end with {suffixes}, and not begin with a dot."
        raise InvalidOption(message, code="bad-file-name")
    directory = tree.file(folder)
    if not directory.is_dir():
        raise InvalidOption("The file's folder is not a folder.", code="not-a-folder")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise forbidden("You may not write to this folder.", "not-permitted")
    file = directory / name
    if os.path.lexists(file):
        raise Conflict("There is a file with this name already.", code="file-exists")
    return file
