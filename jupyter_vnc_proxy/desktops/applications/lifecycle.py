"""Makes a desktop for an application, and removes it once the application has ended."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ...backends import has_own_session
from ...errors import Conflict, InvalidOption, VncError
from ...options import RESERVED_NAMES, DesktopOptions
from ...system.files.removal import remove_tree
from ..manager import DesktopManager
from ..model import DesktopModel, is_over
from ..runtime import desktop_path
from .record import ApplicationRecord, write_record

MAX_NAME_LENGTH = 16
"""Characters of the desktop's name that are the application's; the paths of its sockets are limited."""

MAX_NUMBER = 1000
"""The end of the numbers that tell desktops for the same application apart."""


async def create_for(manager: DesktopManager, record: ApplicationRecord) -> DesktopModel:
    """Create and start a desktop for an application; raise what `DesktopManager.create` raises."""
    directory = _claim(manager.runtime, short_name(record.id))
    try:
        write_record(directory, record)
        return await manager.create(directory.name, options_for(manager.defaults))
    except BaseException:
        if not (directory / "desktop.json").exists():
            await manager.blocking.remove(partial(remove_tree, directory))
        raise


def options_for(defaults: DesktopOptions) -> DesktopOptions:
    """Return the options of a desktop for an application: the defaults without a session; raise `InvalidOption`."""
    options = defaults.replaced(session="", session_command=())
    if has_own_session(options):
        return options.replaced(backend="auto", transport="direct")
    return options


def short_name(entry: str) -> str:
    """Return a name for a desktop that reminds of an entry's id: ``mousepad`` for ``org.xfce.mousepad.desktop``."""
    last = entry.removesuffix(".desktop").rpartition(".")[2]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("._-")[:MAX_NAME_LENGTH] or "application"


def _claim(runtime: Path, name: str) -> Path:
    """Create the directory of a new desktop, whose name is ``name`` or has a number too."""
    names = (name, *(f"{name}-{number}" for number in range(2, MAX_NUMBER)))
    for candidate in (each for each in names if each not in RESERVED_NAMES):
        path = runtime / candidate
        if path.exists():
            continue
        desktop_path(runtime, candidate)  # checks the length of its sockets' paths
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue  # another server was faster
        except OSError as error:
            message = f"The directory {path} could not be created: {error.strerror}."
            raise InvalidOption(message, code="runtime-directory") from error
        return path
    raise Conflict("There are too many desktops for this application; remove some first.", code="too-many-desktops")


async def remove_ended(manager: DesktopManager, models: Iterable[DesktopModel]) -> None:
    """Remove those desktops whose application has ended, unless something else happens to one, such as a restart."""
    for model in models:
        if is_over(model) and not manager.is_busy(model["name"]):
            with contextlib.suppress(VncError, OSError):
                if is_over(manager.model(model["name"])):
                    await manager.delete(model["name"])
