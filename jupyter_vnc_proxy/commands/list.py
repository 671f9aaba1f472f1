"""List the desktops of this user: name, phase, backend, display, and how many viewers look at each."""

from __future__ import annotations

import argparse
import contextlib
import json

from ..desktops.desktop import Desktop
from ..desktops.model import DesktopModel, desktop_model
from ..desktops.runtime import desktop_path, runtime_directory
from ..errors import UnknownDesktop, VncError
from . import add_json, add_runtime_directory

COLUMNS = ("name", "phase", "backend", "session", "display", "geometry", "viewers")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write a table, or a list of models as the REST API has them (its ``clients`` are the viewers)."""
    models = desktops(arguments.runtime_dir)
    if arguments.json:
        print(json.dumps(models, indent=1))
        return 0
    rows = [COLUMNS, *(_row(model) for model in models)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
    return 0


def desktops(runtime_dir: str) -> list[DesktopModel]:
    """Return the model of every desktop, by name. Unlike a manager's, our look makes nobody an owner."""
    runtime = runtime_directory(runtime_dir)
    found = []
    for entry in sorted(runtime.iterdir()):
        with contextlib.suppress(VncError):
            found.append(model(Desktop(desktop_path(runtime, entry.name))))
    return found


def model(desktop: Desktop) -> DesktopModel:
    """Return a desktop's model; raise `UnknownDesktop` where there is none."""
    if not desktop.exists():
        raise UnknownDesktop(f"There is no desktop named {desktop.name!r}.")
    return desktop_model(desktop, desktop.state(), desktop.viewers(), 0.0)


def _row(model: DesktopModel) -> tuple[str, ...]:
    phase = model["phase"] if model["step"] is None else f"{model['phase']} ({model['step']})"
    display = model["display"] or "-"
    return (
        *(model["name"], phase, model["backend"], model["session"] or "-", display),
        *(model["geometry"], str(model["clients"])),
    )
