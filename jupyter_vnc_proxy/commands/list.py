"""List the desktops of this user, with phase, backend, session, display, size and number of viewers."""

from __future__ import annotations

import argparse
import json

from ..desktops.model import DesktopModel, list_models
from ..desktops.state import in_words
from . import add_json, add_runtime_directory

COLUMNS = ("name", "phase", "backend", "session", "display", "geometry", "viewers")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_runtime_directory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print a table, or the models of the REST API as JSON (``clients`` is the number of viewers)."""
    models = list_models(arguments.runtime_dir)
    if arguments.json:
        print(json.dumps(models, indent=1))
        return 0
    rows = [COLUMNS, *(_row(model) for model in models)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(model: DesktopModel) -> tuple[str, ...]:
    phase = in_words(model["phase"]) if model["step"] is None else f"{model['phase']} ({model['step']})"
    display = model["display"] or "-"
    return (
        *(model["name"], phase, model["backend"], model["session"] or "-", display),
        *(model["geometry"], str(model["clients"])),
    )
