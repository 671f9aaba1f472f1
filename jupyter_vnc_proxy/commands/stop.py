"""Stop desktops, and wait until all of their processes have ended. Logs and options are kept."""

from __future__ import annotations

import argparse
import asyncio
import json

from ..desktops.manager import DesktopManager
from ..desktops.model import DesktopModel, list_models
from ..desktops.state import ALIVE_PHASES, ELSEWHERE
from ..errors import InvalidOption
from ..options import DesktopOptions
from . import add_json, add_runtime_directory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="*", help="the desktops' names")
    parser.add_argument("--all", action="store_true", help="stop every desktop of this user")
    parser.add_argument("--remove", action="store_true", help="also remove their directories, with logs and options")
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Stop the desktops; an unknown name ends the command before it stops any."""
    if bool(arguments.name) == arguments.all:
        raise InvalidOption("Name the desktops to stop, or use --all.")
    manager = DesktopManager(DesktopOptions(), arguments.runtime_dir)
    if arguments.all:
        present = list_models(arguments.runtime_dir)
        wanted = [model for model in present if arguments.remove or model["phase"] in ALIVE_PHASES]
        names = [model["name"] for model in wanted if model["phase"] != ELSEWHERE]
    else:
        names = list(dict.fromkeys(arguments.name))
    try:
        for name in names:
            manager.get(name)
        models = asyncio.run(_stop(manager, names, arguments.remove))
    finally:
        manager.let_live()
    if arguments.json:
        print(json.dumps(models, indent=1))
    return 0


async def _stop(manager: DesktopManager, names: list[str], remove: bool) -> list[DesktopModel]:
    models = await asyncio.gather(*(manager.stop(name) for name in names))
    if remove:
        await asyncio.gather(*(manager.delete(name) for name in names))
    return models
